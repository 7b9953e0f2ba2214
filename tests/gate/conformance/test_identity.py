"""One card is one person, whatever else is shown with it: counted once inside, once waiting, on every device."""

import socket
from contextlib import ExitStack
from typing import Any

import pytest

from gate.conformance.client import JSON, SECRET, GateOnAPort
from gate.conformance.conftest import MakeGate
from gate.conformance.test_entry import card_of, comes_in, handshake
from preau.tokens import admission, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Role
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket, tid_of_card

KEYRING = Keyring(SECRET)
SUBJECT = "subjectSUBJ"
OWN_TID = tid_of_card(KEYRING, SUBJECT)
LEAVE = {"method": "POST", "Sec_Fetch_Site": "same-origin"}


def figures(gate: GateOnAPort) -> Any:
    return gate.ask("/__figures", accept=JSON).json()


def entries(gate: GateOnAPort) -> list[int]:
    told = figures(gate)
    return [told["admitted_total"], told["inside"]]


def is_one_entry(gate: GateOnAPort) -> None:
    """A look of the porter that has seen another entry has seen all before it."""
    comes_in(gate, "127.0.9.1")
    gate.until(lambda: entries(gate)[0] >= 2)
    gate.until(lambda: entries(gate)[1] == 2)  # an unproven device that showed itself counts twice for a second
    assert entries(gate) == [2, 2]


def some_ticket(gate: GateOnAPort, number: int, *, lane: int = 3, age_s: int = 60) -> str:
    now_s = gate.now_s()
    held = Ticket(lane=lane, order_key=int((now_s - age_s) * 1_000_000) + number, tid=f"nobody{number:05}")
    return ticket.mint(KEYRING, held, now_s=now_s)


def pass_of(gate: GateOnAPort, sid: str, *, lives_s: int = 800) -> str:
    now_s = gate.now_s()
    return admission.mint(KEYRING, Pass(expires_at_s=int(now_s) + lives_s, lane=3, sid=sid), now_s=now_s)


def sid_in(cookies: dict[str, str]) -> str:
    return cookies["passe"].split(".")[4]


@pytest.mark.parametrize("role", [Role.PUPIL, Role.GUARDIAN])
def test_two_hundred_requests_with_one_card_and_nothing_else_are_one_entry(make_gate: MakeGate, role: Role) -> None:
    gate = make_gate(60)
    carnet = {"carnet": card_of(gate, role)}
    first = gate.ask("/", cookies=carnet)
    assert (first.came_in, set(first.cookies), sid_in(dict(first.cookies))) == (True, {"ticket", "passe"}, OWN_TID)
    for number in range(199):
        again = gate.ask("/", cookies=carnet, source=f"127.0.8.{number % 20 + 1}")
        assert (again.came_in, set(again.cookies), sid_in(dict(again.cookies))) == (True, {"passe"}, OWN_TID)
    assert gate.ask("/", cookies={**carnet, **again.cookies}).came_in
    is_one_entry(gate)
    gate.until(lambda: figures(gate)["arrivals_total"] == 2)


@pytest.mark.parametrize(("role", "lane"), [(Role.PUPIL, "1"), (Role.GUARDIAN, "2")])
def test_one_card_waits_in_one_place(make_gate: MakeGate, role: Role, lane: str) -> None:
    gate = make_gate(0)
    carnet = card_of(gate, role)
    for number in range(30):
        anonymous = {"ticket": some_ticket(gate, number)} if number % 2 else {}
        reply = gate.ask("/", cookies={"carnet": carnet, **anonymous}, source=f"127.0.8.{number % 20 + 1}")
        assert reply.waits
        assert reply.cookies["ticket"].split(".")[2::2][:2] == [lane, OWN_TID]
    gate.ask("/", source="127.0.9.1")  # seen by a look that has seen all before it
    gate.until(lambda: gate.state()["lanes"].get("3", {"people": 0})["people"] == 1)
    assert gate.state()["lanes"][lane]["people"] == 1


def test_who_signs_in_while_waiting_stops_waiting_without_the_card(make_gate: MakeGate) -> None:
    gate = make_gate(0)
    anonymous = dict(gate.ask("/").cookies)
    gate.until(lambda: gate.state()["lanes"].get("3", {"people": 0})["people"] == 1)
    gate.ask("/", cookies={**anonymous, "carnet": card_of(gate, Role.PUPIL)})
    gate.until(lambda: gate.state()["lanes"].get("1", {"people": 0})["people"] == 1)
    assert gate.state()["lanes"].get("3", {"people": 0})["people"] == 0


def test_fifty_tickets_drawn_without_the_card_are_one_entry_with_it(make_gate: MakeGate) -> None:
    gate = make_gate(60)
    carnet = card_of(gate, Role.GUARDIAN)
    for number in range(50):
        reply = gate.ask("/", cookies={"carnet": carnet, "ticket": some_ticket(gate, number)})
        assert (reply.came_in, sid_in(dict(reply.cookies))) == (True, OWN_TID)
    is_one_entry(gate)


@pytest.mark.parametrize("lane", [1, 2])
def test_a_ticket_of_a_card_or_of_a_class_link_keeps_its_own_name(closed_gate: GateOnAPort, lane: int) -> None:
    carnet = card_of(closed_gate, Role.GUARDIAN)
    reply = closed_gate.ask("/", cookies={"carnet": carnet, "ticket": some_ticket(closed_gate, 7, lane=lane)})
    assert reply.cookies["ticket"].split(".")[2::2][:2] == [str(lane), "nobody00007"]


def test_who_came_in_unknown_and_signs_in_keeps_the_place_under_the_name_of_the_card(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    carnet = card_of(gate, Role.PUPIL)
    signed_in = gate.ask("/", cookies={**inside, "carnet": carnet})
    assert (signed_in.came_in, sid_in(dict(signed_in.cookies))) == (True, OWN_TID)
    back = gate.ask("/", cookies={"ticket": inside["ticket"], "carnet": carnet})  # another start of the browser
    assert (back.came_in, sid_in(dict(back.cookies))) == (True, OWN_TID)
    assert gate.ask("/", cookies={"carnet": card_of(gate, Role.PUPIL, subject="otherOTHERo")}).waits


@pytest.mark.parametrize("role", [Role.TEACHER, Role.GUARDIAN])
def test_one_card_makes_one_person_of_any_number_that_came_in_without_it(make_gate: MakeGate, role: Role) -> None:
    gate = make_gate(4)
    carnet = card_of(gate, role)
    for number in range(6):
        source = f"127.0.7.{number + 1}"
        unknown = gate.until(lambda source=source: let_in(gate, source))
        shown = gate.ask("/", cookies={**unknown, "carnet": carnet}, source=source)
        assert (shown.came_in, sid_in(dict(shown.cookies))) == (True, OWN_TID)
    again = gate.ask("/", cookies={"passe": unknown["passe"]}, source="127.0.7.9")
    assert again.waits or sid_in(dict(again.cookies)) != sid_in(unknown), "the pass of before is nobody's"
    gate.until(lambda: gate.ask("/", cookies={"carnet": card_of(gate, Role.GUARDIAN, subject="otherOTHERo")}).came_in)


def let_in(gate: GateOnAPort, source: str) -> dict[str, str] | None:
    """Somebody without a card, in and seen a second time; None while the half of lane 3 is taken."""
    first = gate.ask("/", source=source)
    if not first.came_in:
        return None
    held = dict(first.cookies)
    return held if gate.ask("/", cookies=held, source=source).came_in else None


def test_requests_of_one_card_that_are_all_under_way_are_one_entry(make_gate: MakeGate) -> None:
    gate = make_gate(60)
    head = (
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nAccept: text/html\r\nContent-Length: 3\r\n"
        f"Connection: close\r\nCookie: carnet={card_of(gate, Role.PUPIL)}\r\n\r\n"
    )
    with ExitStack() as stack:
        under_way = [
            stack.enter_context(socket.create_connection(("127.0.0.1", gate.port), timeout=10)) for _ in range(10)
        ]
        for connection in under_way:
            connection.sendall(head.encode())
        gate.state()  # answered when their heads have been looked at
        for connection in under_way:
            connection.sendall(b"a=b")
        for connection in under_way:
            assert b" 200 " in connection.recv(4096)[:16]
    is_one_entry(gate)


def test_two_devices_of_one_person_share_a_place_and_give_it_back_together(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    carnet = {"carnet": card_of(gate, Role.PUPIL)}
    phone = {**carnet, **gate.ask("/", cookies=carnet).cookies}
    laptop = {**carnet, **gate.ask("/", cookies={**carnet, "ticket": some_ticket(gate, 1)}).cookies}
    assert sid_in(phone) == sid_in(laptop) == OWN_TID
    assert gate.ask("/attente/quitter", cookies=phone, **LEAVE).cookies == {"passe": "", "ticket": ""}  # type: ignore[arg-type]
    other = {"carnet": card_of(gate, Role.PUPIL, subject="otherOTHERo")}
    gate.until(lambda: gate.ask("/", cookies=other).came_in)
    waits = gate.ask("/", cookies=laptop)
    assert waits.waits
    assert gate.ask("/attente/quitter", cookies=other, **LEAVE).status == 200  # type: ignore[arg-type]
    gate.until(lambda: gate.ask("/", cookies=laptop).came_in)
    again = gate.ask("/", cookies=carnet)  # the first device, which has only the card left
    assert (again.came_in, set(again.cookies)) == (True, {"passe"})
    assert gate.ask("/", cookies={**carnet, **again.cookies}).cookies == {}


def test_a_place_given_back_with_the_card_alone_is_claimed_again(make_gate: MakeGate) -> None:
    gate = make_gate(2)
    carnet = {"carnet": card_of(gate, Role.GUARDIAN)}
    assert gate.ask("/attente/quitter", cookies=carnet, **LEAVE).cookies == {}  # type: ignore[arg-type]
    assert gate.ask("/", cookies=carnet).came_in
    left = gate.ask("/attente/quitter", cookies=carnet, **LEAVE)  # type: ignore[arg-type]
    assert left.cookies == {"passe": "", "ticket": ""}
    back = {**carnet, **gate.ask("/", cookies=carnet).cookies}
    assert set(back) == {"carnet", "ticket", "passe"}
    assert gate.ask("/", cookies=back).cookies == {}  # the new pass is not taken for the one given back


def test_a_pass_that_is_over_or_was_given_back_hides_nobody_who_is_inside_by_the_card(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    carnet = {"carnet": card_of(gate, Role.GUARDIAN)}
    assert gate.ask("/", cookies=carnet).came_in
    given_back = pass_of(gate, "gaveGAVEgav")
    assert gate.ask("/attente/quitter", cookies={"passe": given_back}, **LEAVE).status == 200  # type: ignore[arg-type]
    for shown in (given_back, pass_of(gate, "overOVERove", lives_s=-5)):
        reply = gate.ask("/", cookies={**carnet, "passe": shown})
        assert (reply.came_in, reply.cookies["passe"].split(".")[3:5]) == (True, ["2", OWN_TID])


def test_a_socket_with_the_card_alone_opens_for_who_is_inside(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    carnet = card_of(gate, Role.PUPIL)
    assert " 403 " in handshake(gate, f"carnet={carnet}")
    assert gate.ask("/", cookies={"carnet": carnet}).came_in
    assert " 101 " in handshake(gate, f"carnet={carnet}")


def test_a_second_device_that_still_polls_is_nobody_who_waits(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    carnet = {"carnet": card_of(gate, Role.GUARDIAN)}
    assert gate.ask("/", cookies=carnet).came_in
    now_s = gate.now_s()
    laptop = Ticket(lane=2, order_key=int((now_s - 60) * 1_000_000), tid=OWN_TID)
    polling = {**carnet, "ticket": ticket.mint(KEYRING, laptop, now_s=now_s)}
    assert gate.ask("/attente/etat.json?b=1", accept=JSON, cookies=polling).status == 200
    gate.ask("/", source="127.0.9.1")  # seen by a look that has seen all before it
    gate.until(lambda: gate.state()["lanes"].get("3", {"people": 0})["people"] == 1)
    assert gate.state()["lanes"].get("2", {"people": 0})["people"] == 0
