"""One visitor inside who asks for many things at once: the others' pages do not wait for it."""

import asyncio
from typing import Any

from gate.harness import INSIDE, Gate, MakeGate, Person
from preau.gate.engine import AT_ONCE_PER_VISITOR
from preau.gate.narrow_lane import AtOnce

ASKED = 45
SOON_S = 5.0


async def held_up(gate: Gate, person: Person, count: int = ASKED) -> tuple[list[asyncio.Task[Any]], asyncio.Event]:
    """``count`` requests of one visitor, of which those that got behind the gate stay there until the event is set."""
    end = asyncio.Event()
    gate.application.entered = end.wait
    begun = [asyncio.create_task(person.asks("/travail/suivi", accept="application/json")) for _ in range(count)]
    async with asyncio.timeout(SOON_S):
        while sum(task.done() for task in begun) < count - AT_ONCE_PER_VISITOR:
            await asyncio.wait([task for task in begun if not task.done()], return_when=asyncio.FIRST_COMPLETED)
    gate.application.entered = None
    return begun, end


async def test_forty_five_requests_of_one_visitor_leave_the_line_to_the_others(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=10)
    greedy, other = gate.person("192.0.2.1"), gate.person("192.0.2.2")
    assert (await greedy.asks()).body == (await other.asks()).body == INSIDE
    begun, end = await held_up(gate, greedy)
    refused = [task.result() for task in begun if task.done()]
    assert len(refused) == ASKED - AT_ONCE_PER_VISITOR
    assert {(answer.status, answer.error_code) for answer in refused} == {(429, "too_many_at_once")}
    async with asyncio.timeout(SOON_S):
        assert (await other.asks()).body == INSIDE
        page = await greedy.asks("/journee/", accept="text/html")
    assert (page.status, "Trop de demandes à la fois" in page.text, 'href="/journee/"' in page.text) == (
        429,
        True,
        True,
    )
    end.set()
    assert [answer.status for answer in await asyncio.gather(*begun)].count(200) == AT_ONCE_PER_VISITOR
    assert (await greedy.asks()).body == INSIDE, "the places are free again"


async def test_who_goes_away_leaves_the_place(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=10)
    person = gate.person()
    await person.asks()
    begun, _end = await held_up(gate, person)
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)
    assert (await person.asks()).body == INSIDE


def test_each_holder_has_places_of_their_own_and_gets_them_back() -> None:
    at_once = AtOnce(per_holder=1)
    for _ in range(2):
        with at_once.place("a") as first, at_once.place("a") as second, at_once.place("b") as of_another:
            assert (first, second, of_another) == (True, False, True)
