"""A whole school behind one address, beside a flood from the same address: is anybody blocked, or slower?

Pupils with cards come over some seconds, wait as their browser does, and enter at a rate that is the same in every run
and far below that at which they come; there are more places than pupils, so that the rate binds and not the places. In
every second run wrk sends visits without any cookie from the very same address, at a fixed pace, from before the first
pupil to the last entry. Runs alternate, and so does which comes first.
"""

import asyncio
import json
import math
import subprocess
import time
from collections.abc import Callable
from statistics import fmean
from typing import Any

import msgspec

from bench.gate import people, plain, wrk
from bench.gate.edge_engine import gates, why_absent
from bench.gate.process import Running
from bench.gate.pupils import Diary, Pupil, new_diary, numbers
from bench.gate.spread import percentile, ratios, spread
from bench.gate.visitors import Visitor

ADDRESS = "127.1.0.1"
"""The first that ``sources.c`` gives."""

CLASS_SIZE = 28
FLOOD_CONNECTIONS = 64


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The pupils, the places, over how long they come; entries a second; visits of the flood, and its lead."""

    pupils: int
    capacity: int
    arrive_s: float
    rate_per_s: float
    flood_per_s: float
    lead_s: float
    rounds: int
    at_most_s: float


def run(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Runs with and without the flood; the result for the JSON."""
    return {
        "options": msgspec.to_builtins(options),
        "target_slower": 1.05,
        "several sources": wrk.sources_library() is not None,
        "haproxy engine": why_absent() or "measured",
        "engines": {gate: _engine(gate, options, say) for gate in gates()},
    }


def _engine(gate: str, options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {"alone": [], "beside a flood": []}
    for number in range(options.rounds):
        for name in ("alone", "beside a flood") if number % 2 == 0 else ("beside a flood", "alone"):
            with plain.granian(_order(gate, options), tls=False) as running:
                found[name].append(_morning(running, options, flood=name != "alone"))
            say(f"{gate} round {number + 1} {name:15} {found[name][-1]}")
    means = {name: {number: one["entry_mean_s"] for number, one in enumerate(runs)} for name, runs in found.items()}
    slower = ratios(means["beside a flood"], means["alone"])
    return {
        "rounds": found,
        "entry_mean_s": {name: spread(list(values.values()))._asdict() for name, values in means.items()},
        "slower": slower and slower._asdict(),
        "blocked": sum(one["blocked"] for one in found["beside a flood"]),
    }


def _order(gate: str, options: Options) -> dict[str, object]:
    return {
        "gate": gate, "capacity": options.capacity, "rate_per_s": options.rate_per_s,
        "expected_per_minute": float(options.pupils),
    }  # fmt: skip


def _morning(running: Running, options: Options, *, flood: bool) -> dict[str, Any]:
    flooding = _flood(running, options) if flood else None
    diary = new_diary()
    try:
        time.sleep(options.lead_s)
        asyncio.run(_school(running.port, options, diary))
    finally:
        sent = None if flooding is None else _stopped(flooding)
    gate = json.loads(running.get("/__bench/counts").body)["gate"]
    waits = [waited_s for _, waited_s in diary.entered]
    return {
        **diary.totals(),
        "blocked": sum(diary.refused.values()) + sum(diary.unanswered.values()),
        "not entered": options.pupils - len(waits),
        "entry_mean_s": fmean(waits) if waits else math.nan,
        "entry_median_s": percentile(waits, 0.5),
        "entry_p90_s": percentile(waits, 0.9),
        "entry_last_s": max(waits, default=0.0),
        "flood": sent,
        "arrivals_total": gate["arrivals_total"],
        "entered in all": gate["admitted_total"],
        "level": gate["level"],
    }


async def _school(port: int, options: Options, diary: Diary) -> None:
    """Everybody comes, the classes mixed; over when all have been inside, or when it has lasted too long."""
    classes = max(1, options.pupils // CLASS_SIZE)

    async def life(number: int) -> None:
        await asyncio.sleep(options.arrive_s * number / options.pupils)
        name, _, card = people.a_card(f"p{next(numbers)}", f"class {number % classes}").partition("=")
        pupil = Pupil(Visitor(port, source=ADDRESS, cookies={name: card}, keeps=False), diary)
        await pupil.come_in()

    tasks = [asyncio.create_task(life(number)) for number in range(options.pupils)]
    _, late = await asyncio.wait(tasks, timeout=options.at_most_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


def _flood(running: Running, options: Options) -> "subprocess.Popen[str]":
    delay_ms = FLOOD_CONNECTIONS / options.flood_per_s * 1000
    command = wrk.command(
        running.url + "/", wrk.Script(delay_ms=delay_ms), seconds=options.at_most_s + 30, connections=FLOOD_CONNECTIONS
    )
    environment = {**wrk.environment(), "BENCH_SOURCES": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603


def _stopped(flooding: "subprocess.Popen[str]") -> dict[str, Any]:
    flooding.send_signal(2)  # wrk sums up on SIGINT
    load = wrk.read(flooding.communicate(timeout=20)[0])
    return {"requests": load.requests, "per_s": load.requests / load.seconds, "p50_ms": load.p50_s * 1000}
