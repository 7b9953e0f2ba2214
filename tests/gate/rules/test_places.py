"""Lanes and order keys: who stands where, and whether it is fair."""

from hypothesis import given
from hypothesis import strategies as st

from preau.gate.rules.places import (
    LESSON_PLACE_S,
    PLACE_LIFE_S,
    RANKS,
    Place,
    arrival_key,
    keeps_tid,
    kept_place,
    known_place,
    lane_of_stay,
    lesson_key,
    lesson_run,
    link_place,
    rank,
)
from preau.tokens.card import NO_GROUP, Card, Role, hours_mask
from preau.tokens.class_link import ClassLink
from preau.tokens.ticket import Ticket

KEY = b"rank key of the tests, 32 bytes."
MONDAY = 20_780  # 2026-11-23, days since 1970
HALF_PAST_EIGHT_S = MONDAY * 86_400 + 8 * 3600 + 1800


def key_on(_day: int) -> bytes:
    return KEY


def card(*hours: int, role: Role = Role.PUPIL, group: str = "CM2B______B", subject: str = "ines_______") -> Card:
    """A card with lessons in these UTC hours of Monday."""
    busy = hours_mask({MONDAY * 24 + hour for hour in hours})
    return Card(expires_at_s=2**40, role=role, subject=subject, group=group, hours=busy)


def at(hour: int, minute: int = 0, second: int = 0) -> float:
    return MONDAY * 86_400 + hour * 3600 + minute * 60 + second


def lane(held: Card | None, now_s: float) -> int:
    place = known_place(held, key_on, now_s=now_s)
    return 3 if place is None else place.lane


def test_a_pupil_with_a_lesson_now_stands_in_lane_one() -> None:
    assert lane(card(8), at(8, 30)) == 1


def test_half_an_hour_before_the_lesson_lane_one_opens_and_not_earlier() -> None:
    assert lane(card(9), at(8, 29, 59)) == 3
    assert lane(card(9), at(8, 30)) == 1


def test_after_the_lesson_a_pupil_stands_with_everybody() -> None:
    assert lane(card(8), at(9)) == 3


def test_teachers_and_staff_stand_in_lane_zero_lesson_or_not() -> None:
    assert lane(card(8, role=Role.TEACHER), at(8)) == 0
    assert lane(card(role=Role.TEACHER), at(20)) == 0
    assert lane(card(role=Role.STAFF), at(20)) == 0


def test_guardians_and_unknown_devices_stand_in_lane_three() -> None:
    assert lane(card(8, role=Role.GUARDIAN), at(8)) == 3
    assert lane(None, at(8)) == 3


def test_a_run_of_lessons_is_one_run_and_a_gap_ends_it() -> None:
    morning = card(7, 8, 9, 10, 13)
    assert lesson_run(morning, now_s=at(9, 15)) == (at(7), at(11))
    assert lesson_run(morning, now_s=at(12, 45)) == (at(13), at(14))
    assert lesson_run(morning, now_s=at(11, 15)) is None


def test_a_run_never_begins_before_the_utc_day_and_a_full_week_ends() -> None:
    around_the_clock = card(*range(24 * 7))
    run = lesson_run(around_the_clock, now_s=at(10))
    assert run is not None
    assert run.starts_at_s == at(0)
    assert run.ends_at_s <= at(10) + 25 * 3600


@given(st.integers(0, 59), st.integers(0, 59), st.sampled_from([8, 9, 10]))
def test_everybody_of_a_class_has_the_same_key_whenever_they_come(minute: int, second: int, hour: int) -> None:
    early = known_place(card(8, 9, 10, subject="malo_______"), key_on, now_s=at(7, 40))
    late = known_place(card(8, 9, 10, subject="aicha______"), key_on, now_s=at(hour, minute, second))
    assert early == late


def test_the_teacher_has_the_key_of_the_class_in_lane_zero() -> None:
    pupil, teacher = (known_place(card(8, role=role), key_on, now_s=at(8)) for role in (Role.PUPIL, Role.TEACHER))
    assert pupil is not None
    assert teacher == Place(0, pupil.order_key)


def test_an_earlier_lesson_comes_before_a_later_one_whatever_the_rank() -> None:
    keys = [lesson_key(KEY, f"class{number:06}", starts_at_s=int(at(8))) for number in range(300)]
    later = [lesson_key(KEY, f"class{number:06}", starts_at_s=int(at(8)) + 1) for number in range(300)]
    assert max(keys) < min(later)


def test_a_pupil_without_a_class_is_ranked_alone() -> None:
    alone = known_place(card(8, group=NO_GROUP), key_on, now_s=at(8))
    other = known_place(card(8, group=NO_GROUP, subject="malo_______"), key_on, now_s=at(8))
    assert alone != other


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=11, max_size=11), st.integers(18_000, 30_000))
def test_over_five_days_every_class_has_its_turn(group: str, day: int) -> None:
    ranks = [rank(KEY, group, day=day + later) for later in range(5)]
    assert all(0 <= value < RANKS for value in ranks)
    assert sum(ranks) / 5 / RANKS <= 0.64
    assert sum(value >= 0.9 * RANKS for value in ranks) <= 1


def test_ranks_spread_evenly_over_a_thousand_classes() -> None:
    deciles = [rank(KEY, f"class{number:06}", day=MONDAY) * 10 // RANKS for number in range(1000)]
    assert all(60 <= deciles.count(decile) <= 140 for decile in range(10))


@given(st.integers(0, 2000), st.integers(0, 999), st.integers(0, 999))
def test_each_further_ticket_of_a_source_is_set_back_and_nobody_is_refused(earlier: int, tie: int, other: int) -> None:
    own = arrival_key(now_s=at(8), earlier=earlier, tie=tie)
    next_one = arrival_key(now_s=at(8), earlier=earlier + 1, tie=other)
    assert 49_000 < next_one - own < 51_000
    stranger_later = arrival_key(now_s=at(8) + earlier * 0.05 + 0.002, earlier=0, tie=other)
    assert own < stranger_later


def test_keys_are_numbers_that_a_browser_can_compare() -> None:
    far_future_s = 4_000_000_000.0
    assert arrival_key(now_s=far_future_s, earlier=100_000, tie=999) < 2**53


def test_a_ticket_keeps_its_place_for_twelve_hours() -> None:
    ticket = Ticket(lane=3, order_key=arrival_key(now_s=at(8), earlier=0, tie=5), tid="t" * 11)
    place = Place(3, ticket.order_key)
    assert kept_place(ticket, None, has_card=False, now_s=at(8) + PLACE_LIFE_S - 1) == place
    assert kept_place(ticket, None, has_card=False, now_s=at(8) + PLACE_LIFE_S + 1) is None


def test_when_the_lesson_comes_near_the_card_gives_the_better_place() -> None:
    ticket = Ticket(lane=3, order_key=arrival_key(now_s=at(8), earlier=0, tie=5), tid="t" * 11)
    known = known_place(card(9), key_on, now_s=at(8, 45))
    assert known is not None
    assert kept_place(ticket, known, has_card=True, now_s=at(8, 45)) == known


def test_a_pupil_who_waits_past_the_lesson_keeps_the_place_of_lane_one() -> None:
    ticket = Ticket(lane=1, order_key=lesson_key(KEY, "CM2B______B", starts_at_s=int(at(8))), tid="t" * 11)
    assert kept_place(ticket, None, has_card=True, now_s=at(9, 5)) == Place(1, ticket.order_key)


def test_a_ticket_of_lane_one_alone_is_one_of_lane_one_for_four_hours_from_the_start() -> None:
    ticket = Ticket(lane=1, order_key=int(at(8)) * 1_000_000 + 999_999, tid="t" * 11)

    def lane_at(now_s: float, *, has_card: bool = False) -> int | None:
        kept = kept_place(ticket, None, has_card=has_card, now_s=now_s)
        assert kept is None or kept.order_key == ticket.order_key
        return None if kept is None else kept.lane

    over_s = at(8) + LESSON_PLACE_S
    assert LESSON_PLACE_S == 4 * 3600
    assert [lane_at(over_s - 0.001), lane_at(over_s), lane_at(over_s, has_card=True)] == [1, 3, 2]
    assert [lane_at(at(8) + PLACE_LIFE_S - 0.001), lane_at(at(8) + PLACE_LIFE_S)] == [3, None]


def test_who_signs_in_while_waiting_goes_over_to_the_lane_of_cards_with_the_same_arrival_and_back() -> None:
    ticket = Ticket(lane=3, order_key=arrival_key(now_s=at(8), earlier=2, tie=5), tid="t" * 11)
    assert kept_place(ticket, None, has_card=True, now_s=at(8, 1)) == Place(2, ticket.order_key)
    signed_in = Ticket(lane=2, order_key=ticket.order_key, tid="t" * 11)
    assert kept_place(signed_in, None, has_card=False, now_s=at(8, 1)) == Place(3, ticket.order_key)


def test_a_ticket_says_who_its_holder_is_unless_it_was_drawn_without_the_card_that_is_shown() -> None:
    tickets = [Ticket(lane=lane, order_key=17, tid="t" * 11) for lane in range(4)]
    assert [keeps_tid(held, has_card=True) for held in tickets] == [True, True, True, False]
    assert all(keeps_tid(held, has_card=False) for held in tickets)
    assert not keeps_tid(None, has_card=True)
    assert not keeps_tid(None, has_card=False)


def test_a_ticket_of_lane_zero_is_worth_nothing_without_its_card() -> None:
    ticket = Ticket(lane=0, order_key=int(at(8) * 1e6), tid="t" * 11)
    assert kept_place(ticket, None, has_card=True, now_s=at(8, 1)) is None


def test_a_class_link_gives_the_very_place_of_the_class_s_cards() -> None:
    run = lesson_run(card(8, 9), now_s=at(8, 30))
    assert run is not None
    link = ClassLink(expires_at_s=run.ends_at_s, room="CM2B______B", starts_at_s=run.starts_at_s, cap=26)
    assert link_place(link, key_on) == known_place(card(8, 9), key_on, now_s=at(8, 30))


def test_the_rank_key_is_that_of_the_day_of_the_lesson() -> None:
    asked: list[int] = []

    def keys(day: int) -> bytes:
        asked.append(day)
        return KEY

    midnight = hours_mask({(MONDAY + 1) * 24})
    held = Card(expires_at_s=2**40, role=Role.PUPIL, subject="ines_______", group="CM2B______B", hours=midnight)
    assert known_place(held, keys, now_s=at(23, 45)) is not None
    assert asked == [MONDAY + 1]


def test_inside_too_the_card_decides_and_without_it_only_a_class_link_keeps_its_lane() -> None:
    assert [lane_of_stay(3, Place(lane, 7), has_card=True) for lane in (0, 1)] == [0, 1]
    assert [lane_of_stay(lane, None, has_card=True) for lane in (0, 1, 2, 3)] == [2, 1, 2, 2]
    assert [lane_of_stay(lane, None, has_card=False) for lane in (0, 1, 2, 3)] == [3, 1, 3, 3]
