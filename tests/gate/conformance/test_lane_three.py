"""Devices without card and class link have half of the house, and a claim forgives their source once."""

import pytest

from gate.conformance.client import JSON, GateOnAPort
from gate.conformance.conftest import MakeGate
from gate.conformance.test_entry import KEYRING, card_of, comes_in, enters
from preau.gate.rules.places import SETBACK_MS, TIES
from preau.published.files import write_by_rename
from preau.published.shapes import GATE_ORDERS_FILE, GateOrders, encode
from preau.tokens import ticket
from preau.tokens.card import Role
from preau.tokens.ticket import Ticket

REQUESTS = 10


def stranger(gate: GateOnAPort, number: int) -> dict[str, str]:
    """A device that came a moment ago and keeps its ticket, as a person's and a better robot's do."""
    now_s = gate.now_s()
    held = Ticket(lane=3, order_key=int((now_s - 5) * 1_000_000) + number, tid=f"stranger{number:03}")
    return {"ticket": ticket.mint(KEYRING, held, now_s=now_s)}


def guardian(gate: GateOnAPort, number: int) -> dict[str, str]:
    return {"carnet": card_of(gate, Role.GUARDIAN, subject=f"guardian{number:03}")}


def test_strangers_have_half_of_the_house_and_who_has_a_card_the_rest(make_gate: MakeGate) -> None:
    gate = make_gate(10)
    strangers = [stranger(gate, number) for number in range(10)]
    assert [enters(gate, person) for person in strangers] == [True] * 5 + [False] * 5
    gate.until(lambda: gate.state()["lanes"]["3"]["people"] == 5)
    state = gate.state()
    assert (state["free"], state["lanes"]["3"]["w"], state["lanes"]["1"]["w"]) == (5, 0, None)
    people = [guardian(gate, number) for number in range(4)]
    people.append({"carnet": card_of(gate, Role.PUPIL)})
    assert all(enters(gate, person) for person in people)
    assert not enters(gate, guardian(gate, 5))
    assert not any(enters(gate, person) for person in strangers[5:])
    assert all(enters(gate, person) for person in strangers[:5])


def test_a_stranger_inside_who_signs_in_makes_room_for_one_more_and_signed_out_counts_again(
    make_gate: MakeGate,
) -> None:
    gate = make_gate(4)
    first, second, third = (stranger(gate, number) for number in range(3))
    assert [enters(gate, person) for person in (first, second, third)] == [True, True, False]
    signed_in = gate.ask("/", cookies={**first, **guardian(gate, 1)})
    assert signed_in.came_in
    lane, name = signed_in.cookies["passe"].split(".")[3:5]
    assert lane == "2"
    assert name != "stranger000", "the card says who this is"
    gate.until(lambda: enters(gate, third))
    signed_out = gate.ask("/", cookies={"passe": signed_in.cookies["passe"]})
    assert signed_out.came_in
    assert signed_out.cookies["passe"].split(".")[3:5] == ["3", name]
    assert not enters(gate, stranger(gate, 4))
    # HAProxy's agent clears a lane that was left for two seconds; who is back in it is counted with each request.
    back = dict(signed_out.cookies)
    gate.until(lambda: gate.ask("/", cookies=back).came_in and gate.state()["free"] == 1)
    assert enters(gate, guardian(gate, 2))


def test_the_half_moves_with_the_ordered_capacity(make_gate: MakeGate) -> None:
    gate = make_gate(2)
    strangers = [stranger(gate, number) for number in range(5)]
    assert [enters(gate, person) for person in strangers] == [True] + [False] * 4
    for at_s, (mode, capacity, inside) in enumerate((("auto", 5, 3), ("open", None, 5)), 1):
        orders = GateOrders(capacity=capacity, mode=mode, pre_open_s=1800, by="", at_s=at_s, reason="")  # type: ignore[arg-type]
        write_by_rename(gate.folder / GATE_ORDERS_FILE, encode(orders), durable=False)
        gate.until(lambda inside=inside: sum(enters(gate, person) for person in strangers) == inside)


def without_room_for_robots(make_gate: MakeGate) -> GateOnAPort:
    """A gate whose places for devices without a cookie are taken: who comes without one is given a ticket."""
    gate = make_gate(8)
    assert all(gate.ask("/", source=f"127.0.9.{number}").came_in for number in (1, 2))
    return gate


def drawn_before(gate: GateOnAPort, source: str) -> int:
    """Draws one more ticket from ``source``: how many unclaimed ones it had."""
    before_ms = int(gate.now_s() * 1000)
    key = int(gate.ask("/", accept=JSON, source=source).cookies["ticket"].split(".")[3])
    return (key // TIES - before_ms) // SETBACK_MS


def test_ten_requests_after_one_claim_forgive_one_ticket(make_gate: MakeGate) -> None:
    gate, source = without_room_for_robots(make_gate), "127.0.8.1"
    early = dict(gate.ask("/", source=source).cookies)
    assert [drawn_before(gate, source) for _ in range(4)] == [1, 2, 3, 4]
    for _ in range(REQUESTS):
        reply = gate.ask("/", source=source, cookies=early)
        assert reply.came_in
        early.update(reply.cookies)
    assert drawn_before(gate, source) == 4


def test_an_unproven_device_forgives_one_ticket_when_it_shows_its_pass(make_gate: MakeGate) -> None:
    gate, source = make_gate(8), "127.0.8.1"
    assert gate.ask("/", source="127.0.9.1").came_in
    inside = comes_in(gate, source)
    gate.until(lambda: gate.ask("/", source="127.0.9.2").came_in)  # HAProxy counts who was proven twice for a second
    assert [drawn_before(gate, source) for _ in range(4)] == [0, 1, 2, 3]
    for _ in range(REQUESTS):
        assert gate.ask("/", source=source, cookies=inside).came_in
    assert drawn_before(gate, source) == 4


@pytest.mark.parametrize("role", [Role.GUARDIAN, Role.PUPIL, Role.TEACHER])
def test_a_card_behind_the_same_address_forgives_nobody(make_gate: MakeGate, role: Role) -> None:
    gate, source = without_room_for_robots(make_gate), "127.0.8.1"
    assert [drawn_before(gate, source) for _ in range(3)] == [0, 1, 2]
    person = {"carnet": card_of(gate, role)}
    for _ in range(3):
        reply = gate.ask("/", source=source, cookies=person)
        assert reply.came_in
        person.update(reply.cookies)
    assert drawn_before(gate, source) == 3
