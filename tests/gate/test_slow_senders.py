"""Nobody has a turn while his bytes are awaited."""

import asyncio
from typing import Any

import pytest

from gate.harness import INSIDE, MakeGate, Person
from preau.gate import engine as engine_module

SOON_S = 5.0
"""Long enough for a busy machine; a slow sender of these tests never sends."""


async def never_sends() -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


def sends(*chunks: bytes) -> Any:
    left = list(chunks)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


async def open_slow(person: Person, path: str, count: int) -> list[asyncio.Task[Any]]:
    tasks = [asyncio.create_task(person.asks(path, method="POST", body=never_sends)) for _ in range(count)]
    await asyncio.sleep(0.01)
    return tasks


async def end(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("capacity", [0, 50])
async def test_ten_slow_sign_ins_of_one_address_hold_up_nobody_at_another(make_gate: MakeGate, capacity: int) -> None:
    gate = make_gate(capacity=capacity)
    slow = await open_slow(gate.person("192.0.2.66"), "/connexion/personnel/", 10)
    async with asyncio.timeout(SOON_S):
        for address in ("192.0.2.7", "192.0.2.66"):
            assert (await gate.person(address).asks("/connexion/")).body == INSIDE
        form = await gate.person("192.0.2.7").asks("/connexion/personnel/", method="POST", body=sends(b"a=", b"1"))
        assert form.body == INSIDE
    assert gate.application.seen == ["/connexion/", "/connexion/", "/connexion/personnel/"], "no slow one came so far"
    await end(slow)


async def test_slow_sign_ins_from_fifty_addresses_hold_up_nobody_either(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    slow = [task for n in range(50) for task in await open_slow(gate.person(f"192.0.2.{n}"), "/c/x", 10)]
    async with asyncio.timeout(SOON_S):
        assert (await gate.person("198.51.100.1").asks("/connexion/")).body == INSIDE
        assert (await gate.person("198.51.100.1").asks("/c/y", method="POST")).body == INSIDE
    more = await open_slow(gate.person("198.51.100.2"), "/c/x", 10) + await open_slow(gate.person("::1"), "/c/x", 10)
    assert (await gate.person("198.51.100.1").asks("/c/y", method="POST")).status == 503, "bodies are bounded in all"
    await end(slow + more)
    assert (await gate.person("198.51.100.1").asks("/c/y", method="POST")).body == INSIDE


async def test_slow_work_holds_up_nobody_s_work(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    slow = await open_slow(gate.with_card("slow"), "/travail/reponse", engine_module.WRITE_LANE_PER_CARD)
    async with asyncio.timeout(SOON_S):
        assert (await gate.with_card("ines").asks("/travail/reponse", method="POST")).body == INSIDE
        more = await gate.with_card("slow").asks("/travail/reponse", method="POST")
    assert (more.status, more.error_code) == (503, "write_lane_full")
    await end(slow)
    assert (await gate.with_card("slow").asks("/travail/reponse", method="POST")).body == INSIDE


async def test_a_body_too_slow_or_too_large_is_refused_as_a_page_or_as_json(
    make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "SIGN_IN_BODY", engine_module.SIGN_IN_BODY._replace(most_s=0.01))
    monkeypatch.setattr(engine_module, "SCHOOL_BODY", engine_module.SCHOOL_BODY._replace(most_s=0.01))
    gate = make_gate(capacity=0)
    page = await gate.person().asks("/connexion/", method="POST", body=never_sends, accept="text/html")
    assert (page.status, "L’envoi a pris trop de temps" in page.text, "body_slow" in page.text) == (408, True, True)
    assert 'href="/connexion/"' in page.text
    too_large = await gate.person().asks("/connexion/", method="POST", body=sends(b"x" * 16_000, b"x" * 1000))
    assert too_large.status == 413
    lying = await gate.person().asks("/connexion/", method="POST", content_length="17000", body=never_sends)
    assert lying.status == 413
    slow = await gate.with_card("ines").asks("/travail/journal", method="POST", body=never_sends)
    assert (slow.status, slow.error_code) == (408, "body_slow")
    assert gate.application.seen == []


async def test_a_get_that_promises_a_body_has_no_turn_before_it_came(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    asked = [gate.person().asks("/connexion/", body=never_sends, content_length="9") for _ in range(10)]
    tasks = [asyncio.create_task(one) for one in asked]
    await asyncio.sleep(0.01)
    assert (await gate.person("192.0.2.7").asks("/connexion/")).body == INSIDE
    assert gate.application.seen == ["/connexion/"]
    await end(tasks)


async def test_whoever_goes_away_while_waiting_for_a_turn_leaves_it_to_the_next(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    opened = asyncio.Event()
    gate.application.entered = opened.wait
    flood = [asyncio.create_task(gate.person().asks("/connexion/")) for _ in range(engine_module.SIGN_IN_PER_SOURCE)]
    await asyncio.sleep(0.01)
    await end(flood[:1] + flood[5:])  # one that had a turn, and five that waited
    opened.set()
    assert {(await task).body for task in flood[1:5]} == {INSIDE}
    assert len(gate.application.seen) == 5
