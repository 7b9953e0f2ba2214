"""Homework that arrives without a pass."""

import asyncio

import pytest

from gate.harness import INSIDE, MakeGate
from preau.gate import engine as engine_module


async def test_homework_takes_the_write_lane_and_no_place(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    ines = gate.with_card("ines")
    assert (await ines.asks("/travail/reponse", method="POST")).body == INSIDE
    assert "passe" not in ines.cookies
    assert (await ines.asks("/travail/suivi")).waits
    assert (await gate.person().asks("/travail/reponse", method="POST")).waits


async def test_the_write_lane_is_narrow_and_its_line_is_bounded(
    make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "WRITE_LANE_LINE", 12)
    gate = make_gate(capacity=0)
    under_way = [0, 0]
    opened = asyncio.Event()

    async def work() -> None:
        under_way[0] += 1
        under_way[1] = max(under_way)
        await opened.wait()
        under_way[0] -= 1

    gate.application.entered = work
    pupils = [gate.with_card(f"pupil {number}") for number in range(15)]
    sending = [asyncio.create_task(pupil.asks("/travail/journal", method="POST")) for pupil in pupils]
    await asyncio.gather(*sending[12:])
    opened.set()
    answers = await asyncio.gather(*sending)
    assert under_way[1] == engine_module.WRITE_LANE_WIDTH
    assert [answer.status for answer in answers] == [200] * 12 + [503] * 3
    assert answers[-1].error_code == "write_lane_full"
