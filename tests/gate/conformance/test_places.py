"""Lanes and order keys of cards at given times, and what a source's further tickets cost: the rules, on the wire."""

import random
import time

import pytest

from gate.conformance.client import JSON, SECRET, GateOnAPort, Reply
from gate.conformance.conftest import MakeGate
from preau.gate.rules.admission import pass_expiry
from preau.gate.rules.lottery import rank_keys
from preau.gate.rules.places import (
    CARDS,
    LESSON_PLACE_S,
    OTHERS,
    PLACE_LIFE_S,
    PUPILS,
    SETBACK_MS,
    TIES,
    Place,
    known_place,
    lesson_run,
)
from preau.tokens import card, ticket
from preau.tokens.card import NO_HOURS, Card, Role, hours_mask
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket, tid_of_card

KEYRING = Keyring(SECRET)
RANK_KEY = rank_keys(KEYRING)
HOUR_S = 3600
TIMES = {
    "Monday 8:30": 1_795_422_600,
    "Monday 8:29:10, too early for the lesson at 9": 1_795_422_550,
    "Sunday 23:40, the week wraps": 1_796_000_000 // 86_400 * 86_400 + 6 * 86_400 + 23 * HOUR_S + 2400,
    "Wednesday 0:10, nothing before": 1_795_565_400,
    "a day of the summer": 1_782_200_000,
}


def place_of(reply: Reply) -> Place:
    fields = reply.cookies["ticket"].split(".")
    return Place(int(fields[2]), int(fields[3]))


def some_card(dice: random.Random, now_s: float) -> Card:
    """A card with lessons near now, or without any."""
    hour = int(now_s // HOUR_S)
    busy = {hour + dice.randrange(-9, 10) for _ in range(dice.randrange(14))}
    if dice.random() < 0.15:
        busy = set(range(hour - 30, hour + 40))
    text = "".join(dice.choices("abcdefgh01234_-", k=22))
    return Card(
        expires_at_s=int(now_s) + 100_000,
        role=dice.choice((Role.PUPIL, Role.PUPIL, Role.PUPIL, Role.TEACHER, Role.STAFF, Role.GUARDIAN)),
        subject=text[:11],
        group=dice.choice(("-", text[11:])),
        hours=hours_mask(busy) if busy else NO_HOURS,
    )


@pytest.mark.parametrize("at_s", TIMES.values(), ids=TIMES)
def test_a_card_gives_the_place_that_the_rules_give(make_gate: MakeGate, at_s: int) -> None:
    gate, dice = make_gate(0, at_s=at_s), random.Random(at_s)  # noqa: S311  a test that can be run again
    lanes = set()
    for _ in range(120):
        before_s, shown = gate.now_s(), some_card(dice, at_s)
        reply = gate.ask("/", accept=JSON, cookies={"carnet": card.mint(KEYRING, shown, now_s=before_s)})
        place, known = place_of(reply), known_place(shown, RANK_KEY, now_s=before_s)
        lanes.add(place.lane)
        if known is None:
            assert place.lane == CARDS
            continue
        assert place == known
        assert reply.came_in is (place.lane == 0)
        if place.lane == 0:
            run = lesson_run(shown, now_s=before_s)
            expiry = pass_expiry(0, run, now_s=before_s, idle_s=900)
            assert expiry <= int(reply.cookies["passe"].split(".")[2]) <= expiry + 3
    assert lanes == {0, 1, 2}


def test_the_card_decides_over_the_ticket_and_the_ticket_keeps_its_place(closed_gate: GateOnAPort) -> None:
    now_s = closed_gate.now_s()
    kept = Ticket(lane=3, order_key=int((now_s - 11 * HOUR_S) * 1_000_000), tid="keepsKEEPS1")
    again = closed_gate.ask("/", accept=JSON, cookies={"ticket": ticket.mint(KEYRING, kept, now_s=now_s)})
    assert place_of(again) == (3, kept.order_key)
    pupil = Card(expires_at_s=int(now_s) + 900, role=Role.PUPIL, subject="a" * 11, group="b" * 11,
                 hours=hours_mask({int(now_s // HOUR_S), int(now_s // HOUR_S) + 1}))  # fmt: skip
    both = {"ticket": again.cookies["ticket"], "carnet": card.mint(KEYRING, pupil, now_s=now_s)}
    moved = closed_gate.ask("/", accept=JSON, cookies=both)
    assert place_of(moved) == known_place(pupil, RANK_KEY, now_s=now_s)
    assert moved.cookies["ticket"].split(".")[4] == tid_of_card(KEYRING, pupil.subject)


def test_who_signs_in_while_waiting_goes_over_to_the_lane_of_cards_and_back(closed_gate: GateOnAPort) -> None:
    now_s = closed_gate.now_s()
    kept = Ticket(lane=3, order_key=int((now_s - 60) * 1_000_000), tid="keepsKEEPS2")
    guardian = Card(expires_at_s=int(now_s) + 900, role=Role.GUARDIAN, subject="a" * 11, group="-", hours=NO_HOURS)
    held = {"ticket": ticket.mint(KEYRING, kept, now_s=now_s), "carnet": card.mint(KEYRING, guardian, now_s=now_s)}
    signed_in = closed_gate.ask("/", accept=JSON, cookies=held)
    assert place_of(signed_in) == (CARDS, kept.order_key)
    signed_out = closed_gate.ask("/", accept=JSON, cookies={"ticket": signed_in.cookies["ticket"]})
    assert place_of(signed_out) == (OTHERS, kept.order_key)


@pytest.mark.parametrize(("has_card", "later"), [(False, OTHERS), (True, CARDS)])
@pytest.mark.parametrize(("lane", "life_s"), [(PUPILS, LESSON_PLACE_S), (OTHERS, PLACE_LIFE_S)])
def test_a_ticket_keeps_lane_and_key_to_the_very_second(
    closed_gate: GateOnAPort, *, lane: int, life_s: int, has_card: bool, later: int
) -> None:
    over_s = int(closed_gate.now_s()) + 2
    held = Ticket(lane=lane, order_key=(over_s - life_s) * 1_000_000 + 999_999, tid="keepsKEEPS3")
    guardian = Card(expires_at_s=over_s + 900, role=Role.GUARDIAN, subject="a" * 11, group="-", hours=NO_HOURS)
    shown = {"ticket": ticket.mint(KEYRING, held, now_s=over_s)}
    shown |= {"carnet": card.mint(KEYRING, guardian, now_s=over_s)} if has_card else {}
    before, after = set(), set()
    while (asked_s := closed_gate.now_s()) < over_s + 0.2:
        place = place_of(closed_gate.ask("/", accept=JSON, cookies=shown))
        if closed_gate.now_s() < over_s:
            before.add(place)
        elif asked_s >= over_s:
            after.add(place)
    kept = Place(PUPILS if lane == PUPILS else later, held.order_key)
    assert before == {kept}
    if lane == PUPILS:
        assert after == {Place(later, held.order_key)}
    else:
        assert {place.lane for place in after} == {later}
        assert min(place.order_key for place in after) >= over_s * 1_000_000


@pytest.mark.parametrize(("lane", "age_s"), [(3, 12 * HOUR_S + 5), (0, 60), (2, 12 * HOUR_S + 5)])
def test_an_old_place_and_one_of_lane_zero_are_drawn_again(closed_gate: GateOnAPort, lane: int, age_s: int) -> None:
    now_s = closed_gate.now_s()
    old = Ticket(lane=lane, order_key=int((now_s - age_s) * 1_000_000), tid="oldOLDoldOL")
    reply = closed_gate.ask("/", accept=JSON, cookies={"ticket": ticket.mint(KEYRING, old, now_s=now_s)})
    place = place_of(reply)
    assert (place.lane, reply.cookies["ticket"].split(".")[4]) == (OTHERS, old.tid)
    assert place.order_key >= int(now_s * 1000) * TIES


def test_each_further_ticket_of_a_source_is_set_back(closed_gate: GateOnAPort) -> None:
    for earlier in range(6):
        before_ms = int(closed_gate.now_s() * 1000)
        place = place_of(closed_gate.ask("/", accept=JSON, source="127.0.7.1"))
        after_ms = int(closed_gate.now_s() * 1000)
        setback = earlier * SETBACK_MS
        assert (before_ms + setback) * TIES <= place.order_key < (after_ms + setback + 1) * TIES
    other = place_of(closed_gate.ask("/", accept=JSON, source="127.0.7.2"))
    assert other.order_key < (int(closed_gate.now_s() * 1000) + 1) * TIES


def test_a_ticket_that_was_claimed_and_shown_sets_back_nobody(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    for _ in range(2):
        pass_in_hand = gate.ask("/").cookies
        assert gate.ask("/", cookies=pass_in_hand).came_in
    before_ms = int(time.time() * 1000)
    place = place_of(gate.ask("/", cookies=""))
    assert place.order_key < (before_ms + SETBACK_MS) * TIES
