"""What the rooms say of themselves, gathered: the porter's report counts while it is fresh, and no longer."""

import asyncio
import threading
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from gate.harness import MONDAY_0830_S, Gate
from preau.gate.spool import SpoolCounts
from preau.live.server import LiveSnapshot
from preau.project.health import Canary
from preau.project.signals import REPORT_FRESH_S, SignalsReader, SpoolCounter
from preau.published.shapes import GATE_REPORT_FILE, GateReport, decode, encode
from published.vectors import good


class QuietLive:
    """A live server without classes."""

    def snapshot(self) -> LiveSnapshot:
        return LiveSnapshot(classes_open=0, seats_connected=0, events_total=0)


class UnprobedCanary:
    app_ok = None
    since_s = None


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(capacity=5, published=tmp_path)


def reader(gate: Gate) -> SignalsReader:
    return SignalsReader(
        engine=gate.engine,
        live=cast("Any", QuietLive()),
        canary=cast("Canary", UnprobedCanary()),
        published=gate.published,
        spool=SpoolCounter(gate.published / "spool"),
        clock=gate.clock,
    )


def test_without_a_porter_the_engine_speaks_for_itself(gate: Gate) -> None:
    told = reader(gate).read()
    assert (told.gate, told.level, told.mode, told.capacity) == (None, 0, "auto", 5)


def test_a_fresh_report_says_level_reason_and_mode(gate: Gate) -> None:
    found = decode(GateReport, good("gate_report"))
    assert isinstance(found, GateReport)
    report = msgspec.structs.replace(
        found, at_s=int(MONDAY_0830_S), level=3, level_reason="attack", level_since_s=9, mode="closed"
    )
    (gate.published / GATE_REPORT_FILE).write_bytes(encode(report))
    reading = reader(gate)
    told = reading.read()
    assert (told.gate, told.level, told.level_reason, told.level_since_s, told.mode) == (
        report,
        3,
        "attack",
        9,
        "closed",
    )
    gate.clock.now_s += REPORT_FRESH_S + 1
    stale = reading.read()
    assert (stale.gate, stale.level, stale.level_since_s) == (None, 0, None)


async def test_work_on_disk_is_counted_in_a_thread_and_the_figures_wait_for_no_disk(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, may_end, threads = threading.Event(), threading.Event(), []

    def slow_disk(_folder: Path) -> SpoolCounts:
        threads.append(threading.current_thread())
        counting.set()
        may_end.wait(5)
        return SpoolCounts(3, 1)

    monkeypatch.setattr("preau.project.signals.counted", slow_disk)
    reading = reader(gate)
    run = asyncio.create_task(reading._spool.run())
    await asyncio.to_thread(counting.wait, 5)
    told = reading.read()
    assert (told.work_waiting, told.work_aside) == (0, 0)
    may_end.set()
    async with asyncio.timeout(5):
        while reading.read().work_waiting != 3:  # noqa: ASYNC110  the figures say nothing by themselves
            await asyncio.sleep(0.005)
    run.cancel()
    assert reading.read().work_aside == 1
    assert threading.current_thread() not in threads
