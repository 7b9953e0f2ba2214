"""The websocket of the live class at the gate."""

import asyncio
from typing import Any

import pytest

from gate.harness import MakeGate, Person, fill, leave
from preau.gate import engine as engine_module


async def websocket(person: Person) -> list[dict[str, Any]]:
    pairs = "; ".join(f"{name}={value}" for name, value in person.cookies.items()).encode()
    scope = {
        "type": "websocket",
        "path": f"/classe/{'c' * 32}/ws",
        "headers": [(b"cookie", pairs)],
        "client": (person.address, 1),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await person.gate.engine(scope, receive, send)
    return sent


async def test_a_websocket_without_a_pass_is_denied(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    assert (await websocket(gate.person()))[0]["type"] == "websocket.close"
    assert gate.application.seen == []
    assert await gate.ledger.draw_place("192.0.2.1", now_s=gate.clock.now_s) == 0  # and it drew no place


async def test_a_line_that_dropped_is_taken_up_again_though_the_pass_has_expired(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    first, second = await fill(gate)
    for _ in range(16):
        gate.clock.now_s += 60
        await first.is_connected()
        await second.asks()
    await gate.person("192.0.2.3").asks()
    await gate.seconds_pass()
    accepted = (await websocket(first))[0]
    assert accepted["type"] == "websocket.accept"
    assert [name for name, _ in accepted["headers"] if name == b"set-cookie"] == [b"set-cookie"]
    assert gate.porter.outlook.census.inside == 2


async def test_who_waits_opens_no_websocket_until_called(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    waiting = gate.person("192.0.2.3")
    await waiting.asks()
    await gate.seconds_pass()
    assert (await websocket(waiting))[0]["type"] == "websocket.close"
    await leave(gate, first)
    await gate.seconds_pass()
    assert (await websocket(waiting))[0]["type"] == "websocket.accept"


async def test_a_websocket_with_a_pass_is_opened_and_renews_a_worn_pass(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    assert (await websocket(first))[0] == {"type": "websocket.accept"}
    gate.clock.now_s += 600
    accepted = (await websocket(first))[0]
    assert accepted["headers"][-1][0] == b"set-cookie"


async def test_an_open_websocket_keeps_its_place(make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SOCKET_TOUCH_S", 0)
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    touched = asyncio.Event()
    touch = gate.ledger.touch

    async def listen(*arguments: Any, **named: Any) -> bool:
        if gate.clock.now_s > 1_795_422_600 + 800:
            touched.set()
        return await touch(*arguments, **named)

    async def two_hours() -> None:
        gate.clock.now_s += 850
        monkeypatch.setattr(gate.ledger, "touch", listen)
        await touched.wait()
        await gate.seconds_pass()
        gate.clock.now_s += 400
        await gate.seconds_pass()
        assert gate.engine.snapshot().inside == 1

    gate.application.entered = two_hours
    await websocket(first)
    assert touched.is_set()


async def test_where_a_stay_is_short_an_open_websocket_is_heard_three_times_in_it(
    make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def noted(pause_s: float) -> None:
        pauses.append(pause_s)
        await sleep(0)

    for pass_idle_s in (5, 900):
        gate = make_gate(capacity=1, pass_idle_s=pass_idle_s)
        (first,) = await fill(gate)
        monkeypatch.setattr(asyncio, "sleep", noted)
        gate.application.entered = lambda: sleep(0.01)
        await websocket(first)
        monkeypatch.setattr(asyncio, "sleep", sleep)
    assert set(pauses) == {5 / 3, 60.0}
