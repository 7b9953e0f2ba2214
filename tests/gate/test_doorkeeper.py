"""Who enters, who stays, who waits."""

import json

import pytest

from gate.harness import INSIDE, MakeGate, fill, leave
from preau.gate.ledger.interface import LedgerUnavailable
from preau.gate.rules.admission import UNPROVEN_S, unproven_places
from preau.tokens import admission, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Role
from preau.tokens.envelope import Refusal
from preau.tokens.ticket import Ticket


async def test_who_comes_while_places_are_free_gets_the_page_in_the_same_request(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    ines = gate.person()
    answer = await ines.asks("/journee/")
    assert (answer.status, answer.body) == (200, INSIDE)
    assert {"ticket", "passe"} <= set(ines.cookies)


async def test_who_comes_late_waits_and_enters_when_somebody_leaves(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    first, _ = await fill(gate)
    third = gate.person("192.0.2.3")
    answer = await third.asks("/journee/")
    assert answer.waits
    assert answer.status == 200
    assert answer.header("cache-control") == "no-store"
    await gate.seconds_pass(3)
    assert (await third.asks("/journee/")).waits
    await leave(gate, first)
    await gate.seconds_pass(1)
    assert (await third.asks("/journee/")).body == INSIDE
    assert (await first.asks()).waits


async def test_who_is_counted_inside_gets_back_in_though_the_pass_has_expired_and_the_house_is_full(
    make_gate: MakeGate,
) -> None:
    gate = make_gate(capacity=2)
    first, second = await fill(gate)
    waiting = gate.person("192.0.2.3")
    for _ in range(16):  # first's websocket is open: it says so every minute, but it cannot renew the cookie
        gate.clock.now_s += 60
        await second.asks()
        await first.is_connected()
        await gate.seconds_pass()
        assert (await waiting.asks()).waits
    assert isinstance(admission.verify(gate.keyring, first.cookies["passe"], now_s=gate.clock.now_s), Refusal)
    assert (await first.asks("/classe/x/")).body == INSIDE
    assert isinstance(admission.verify(gate.keyring, first.cookies["passe"], now_s=gate.clock.now_s), Pass)
    await gate.seconds_pass()
    assert (gate.porter.outlook.census.inside, gate.porter.outlook.census.claims.limited) == (2, 2)
    assert (await waiting.asks()).waits


@pytest.mark.parametrize("kept", ["ticket", "passe"])
async def test_either_of_ticket_and_expired_pass_is_enough_to_get_back_in(make_gate: MakeGate, kept: str) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    gate.clock.now_s += 600
    await first.is_connected()
    gate.clock.now_s += 600
    first.cookies = {kept: first.cookies[kept]}
    assert (await first.asks("/attente/?vers=/classe/x/")).header("location") == "/classe/x/"


async def test_an_expired_pass_of_somebody_not_counted_any_more_waits_like_others(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    gate.clock.now_s += 901
    await gate.seconds_pass()
    await fill(gate)
    assert (await first.asks()).waits


async def test_a_place_given_back_is_not_resumed_with_the_ticket(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    kept = dict(first.cookies)
    await leave(gate, first)
    await gate.seconds_pass()
    await fill(gate)
    first.cookies = kept
    del first.cookies["passe"]
    assert (await first.asks()).waits


async def test_a_newcomer_does_not_overtake_who_waits(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    waiting, newcomer = gate.person("192.0.2.2"), gate.person("192.0.2.3")
    await waiting.asks()
    await gate.seconds_pass()
    await leave(gate, first)
    assert (await newcomer.asks()).waits
    await gate.seconds_pass()
    assert (await newcomer.asks()).waits
    assert not (await waiting.asks()).waits


async def test_a_teacher_enters_a_full_house_and_takes_no_pupil_s_place(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    teacher = gate.with_card("claire", role=Role.TEACHER)
    assert (await teacher.asks("/journee/")).body == INSIDE
    await gate.seconds_pass()
    assert (gate.engine.snapshot().inside, gate.porter.outlook.census.inside) == (2, 1)


async def test_who_signs_in_as_a_teacher_gives_the_pupil_s_place_back(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (person,) = await fill(gate)
    person.cookies |= gate.with_card("claire", role=Role.TEACHER).cookies
    await person.asks()
    await gate.seconds_pass()
    assert gate.porter.outlook.census.inside == 0
    assert not (await gate.person().asks()).waits


async def test_a_tablet_that_lost_the_teacher_s_card_is_a_device_like_others(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    tablet = gate.with_card("claire", role=Role.TEACHER)
    await tablet.asks()
    del tablet.cookies["carnet"]
    await tablet.asks()
    await gate.seconds_pass()
    assert gate.porter.outlook.census.inside == 1
    del tablet.cookies["passe"]
    gate.clock.now_s += 901
    await fill(gate)
    assert (await tablet.asks()).waits


async def test_a_pupil_with_a_lesson_enters_before_a_device_that_came_earlier(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    unknown, ines = gate.person("192.0.2.2"), gate.with_card("ines", group="CM2 B")
    await unknown.asks()
    await ines.asks()
    await gate.seconds_pass()
    await leave(gate, first)
    await gate.seconds_pass()
    assert (await unknown.asks()).waits
    assert not (await ines.asks()).waits


async def test_a_place_survives_a_closed_tab_and_another_network(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    patient, other = gate.person("192.0.2.2"), gate.person("192.0.2.3")
    await patient.asks()
    await gate.seconds_pass()
    await other.asks()
    kept = patient.cookies["ticket"]
    await gate.seconds_pass(300)
    patient.address = "203.0.113.99"
    await patient.asks()
    await other.asks()
    assert ticket.verify(gate.keyring, patient.cookies["ticket"], now_s=gate.clock.now_s) == ticket.verify(
        gate.keyring, kept, now_s=gate.clock.now_s
    )
    await gate.seconds_pass()
    await leave(gate, first)
    await gate.seconds_pass()
    assert (await other.asks()).waits
    assert not (await patient.asks()).waits


async def test_ten_tickets_of_one_source_are_each_set_back(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    keys = []
    for _ in range(10):
        person = gate.person("192.0.2.2")
        await person.asks()
        held = ticket.verify(gate.keyring, person.cookies["ticket"], now_s=gate.clock.now_s)
        assert isinstance(held, Ticket)
        keys.append(held.order_key)
    assert keys == sorted(keys)
    assert 449_000 < keys[-1] - keys[0] < 451_000


async def test_the_same_ticket_twice_is_one_person_inside(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    ines = gate.person()
    await ines.asks()
    del ines.cookies["passe"]
    await ines.asks()
    await gate.seconds_pass()
    assert gate.engine.snapshot().inside == 1


async def test_robots_without_cookies_fill_a_quarter_of_the_places_and_a_pupil_enters(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=8)
    for number in range(30):
        await gate.person(f"192.0.2.{number}").asks()
    await gate.seconds_pass()
    assert gate.porter.outlook.census.inside == unproven_places(8) == 2
    assert json.loads(gate.porter.outlook.state_json)["free"] == 6
    assert (await gate.with_card("ines").asks()).body == INSIDE


async def test_made_up_cookies_make_nobody_known(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=8)
    for number in range(30):
        robot = gate.person(f"192.0.2.{number}")
        robot.cookies["ticket"] = "x"
        await robot.asks()
    await gate.seconds_pass()
    assert gate.porter.outlook.census.inside == unproven_places(8)


async def test_who_is_turned_away_without_a_cookie_enters_with_the_one_given(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=4)
    await gate.person("192.0.2.66").asks()
    person = gate.person("192.0.2.7")
    assert (await person.asks()).waits
    await gate.seconds_pass()
    assert (await person.asks()).body == INSIDE


async def test_who_reads_the_first_page_for_long_comes_back_in_the_order_of_arrival(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    reader, next_one, last = (gate.person(f"192.0.2.{number}") for number in (1, 2, 3))
    assert (await reader.asks()).body == INSIDE
    await gate.seconds_pass()
    for person in (next_one, last):
        assert (await person.asks()).waits
        await gate.seconds_pass()
    await gate.seconds_pass(UNPROVEN_S)
    assert (await next_one.asks()).body == INSIDE
    await gate.seconds_pass(30 - UNPROVEN_S)
    assert (await reader.asks()).waits
    await gate.seconds_pass()
    await leave(gate, next_one)
    await gate.seconds_pass()
    assert (await last.asks()).waits
    assert (await reader.asks()).body == INSIDE


async def test_who_clicks_within_the_time_keeps_the_place_for_a_quarter_of_an_hour(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    person = gate.person()
    await person.asks()
    await gate.seconds_pass(UNPROVEN_S - 2)
    assert (await person.asks()).body == INSIDE
    gate.clock.now_s += 800
    assert (await person.asks()).body == INSIDE
    assert gate.porter.outlook.census.claims.limited == 1


async def test_a_robot_without_cookies_holds_a_place_for_seconds_only(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await gate.person("192.0.2.66").asks()
    ines = gate.person()
    assert (await ines.asks()).waits
    gate.clock.now_s += UNPROVEN_S
    await gate.seconds_pass()
    assert not (await ines.asks()).waits


async def test_who_is_active_stays_and_the_pass_slides(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    minted = first.cookies["passe"]
    gate.clock.now_s += 300
    await first.asks()
    assert first.cookies["passe"] == minted
    gate.clock.now_s += 300
    await first.asks()
    assert first.cookies["passe"] != minted
    gate.clock.now_s += 800
    assert (await first.asks()).body == INSIDE


async def test_nobody_inside_is_thrown_out_by_a_restart(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    first, second = await fill(gate)
    gate.forget_everything(capacity=2)
    for newcomer in (gate.person("192.0.2.50"), gate.with_card("ines")):
        await newcomer.asks()
        await newcomer.asks()
    assert (await first.asks()).body == INSIDE
    assert (await second.asks()).body == INSIDE
    await gate.seconds_pass()
    assert gate.engine.snapshot().inside == 4
    assert (await gate.person("192.0.2.52").asks()).waits


async def test_a_pupil_s_pass_lasts_until_after_the_lesson(make_gate: MakeGate) -> None:
    gate = make_gate()
    ines = gate.with_card("ines")
    await ines.asks()
    held = admission.verify(gate.keyring, ines.cookies["passe"], now_s=gate.clock.now_s)
    assert isinstance(held, Pass)
    assert held.expires_at_s == gate.clock.now_s + 5400 + 1800  # lessons until 10:00, now 8:30


async def test_a_pass_given_back_is_worth_nothing_even_if_it_was_copied(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    copy = gate.person("198.51.100.0")
    copy.cookies = {"passe": first.cookies["passe"]}
    await leave(gate, first)
    assert "passe" not in first.cookies
    await gate.seconds_pass()
    assert not (await gate.person("192.0.2.2").asks()).waits
    assert (await copy.asks()).waits


async def test_when_the_ledger_is_dead_who_is_inside_goes_on_and_nobody_is_let_in(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    ines = gate.person()
    await ines.asks()
    gate.break_ledger(LedgerUnavailable("no Redis"))
    assert (await ines.asks()).body == INSIDE
    newcomer = await gate.with_card("malo").asks()
    assert (newcomer.status, newcomer.waits) == (200, True)
