"""Ten minutes of tries, and a day of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.signin import throttle
from preau.school.signin.throttle import FORGIVEN_S, WINDOW_S, Held, Pace, Trickle, Window, after_try, growing, short

PACES = [short(10), throttle.CLASS_AND_SOURCE, throttle.LOGIN_AND_SOURCE]
TRICKLES = [throttle.CLASS, throttle.LOGIN]
TO_THE_FIRST_HIT = (20 * 19 * 18 * 17 + 1) / (30 + 1)
"""Different picture codes until the first of 30 pupils is found, on average."""


def granted_at(pace: Pace | Trickle, asked_at_s: list[int]) -> list[Window]:
    """The tries that are granted of those asked for at these instants."""
    window, granted = None, []
    for now_s in asked_at_s:
        after = after_try(window, pace=pace, now_s=now_s)
        if isinstance(after, Window):
            window = after
            granted.append(after)
        else:
            assert now_s < after.until_s
    return granted


def test_the_eleventh_try_of_ten_minutes_is_held_until_the_window_ends() -> None:
    assert after_try(Window(9, 1000), pace=short(10), now_s=1000) == Window(10, 1000)
    assert after_try(Window(10, 1000), pace=short(10), now_s=1000 + WINDOW_S - 1) == Held(1000 + WINDOW_S)


def test_after_ten_minutes_one_starts_afresh() -> None:
    assert after_try(Window(10, 1000), pace=short(10), now_s=1000 + WINDOW_S) == Window(1, 1000 + WINDOW_S)


def test_pauses_grow_from_ten_minutes_to_six_hours_and_are_forgiven_after_a_day() -> None:
    window, now_s, pauses_min = Window(0, 0), 0, []
    while True:
        after = after_try(window, pace=growing(5, more=5), now_s=now_s)
        if isinstance(after, Held):
            pauses_min.append((after.until_s - now_s) // 60)
            now_s = after.until_s
        elif after.since_s:
            break
        else:
            window = after
    assert pauses_min == [10, 20, 40, 80, 160, 320, 360, 360, 90]
    assert (now_s, after) == (FORGIVEN_S, Window(1, FORGIVEN_S))


@given(st.lists(st.integers(0, 90_000), max_size=400), st.sampled_from(PACES))
def test_no_series_ever_bears_more_than_its_pace(gaps_s: list[int], pace: Pace) -> None:
    asked_at_s, now_s = [], 0
    for gap_s in gaps_s:
        now_s += gap_s
        asked_at_s.append(now_s)
    granted = granted_at(pace, asked_at_s)
    starts = sorted({one.since_s for one in granted})
    assert all(later - earlier >= pace.whole_s for earlier, later in pairwise(starts))
    assert all(one.tries <= pace.tries + pace.more * len(pace.again_s) for one in granted)


@given(st.lists(st.integers(0, 9000), max_size=400), st.sampled_from(TRICKLES))
def test_a_trickle_never_gives_more_than_its_store_and_what_has_come_back(gaps_s: list[int], pace: Trickle) -> None:
    now_s = 0
    asked_at_s = [now_s := now_s + gap_s for gap_s in gaps_s]
    granted = granted_at(pace, asked_at_s)
    assert len(granted) <= pace.most + now_s // pace.every_s


@given(st.integers(1, 200), st.integers(0, 100_000), st.sampled_from(TRICKLES))
def test_an_empty_trickle_slows_and_keeps_its_word(tries: int, later_s: int, pace: Trickle) -> None:
    window = Window(min(tries, pace.most), 1000)
    after = after_try(window, pace=pace, now_s=1000 + later_s)
    if isinstance(after, Held):
        assert after.until_s - (1000 + later_s) <= pace.every_s
        assert isinstance(after_try(window, pace=pace, now_s=after.until_s), Window)


def test_a_clock_that_was_set_back_takes_nothing_away() -> None:
    after = after_try(Window(throttle.CLASS.most, 1_000_000), pace=throttle.CLASS, now_s=0)
    assert after == Held(throttle.CLASS.every_s)


def test_who_tried_much_today_leaves_what_is_kept() -> None:
    window = Window(throttle.CLASS.most - throttle.CLASS.kept, 0)
    for own_tries, granted in ((1, True), (throttle.FEW, True), (throttle.FEW + 1, False)):
        after = after_try(window, pace=throttle.share(throttle.CLASS, own_tries=own_tries), now_s=1)
        assert isinstance(after, Window) is granted


@pytest.mark.parametrize("every_s", [60, 480, 700, 3600, 5000])
def test_a_guesser_with_all_the_addresses_of_the_world_needs_more_than_twenty_days(every_s: int) -> None:
    """Asks as much as he is given, in bursts however far apart; codes never tried twice; 30 pupils."""
    days_s = 20 * FORGIVEN_S
    asked_at_s = [
        now_s for now_s in range(0, days_s, every_s) for _ in range(throttle.CLASS.most if now_s == 0 else 12)
    ]
    granted = granted_at(throttle.CLASS, asked_at_s)
    assert len(granted) < TO_THE_FIRST_HIT
    assert len(granted) <= throttle.CLASS.most + days_s // throttle.CLASS.every_s


def test_the_days_that_the_documents_tell() -> None:
    a_day = FORGIVEN_S / throttle.CLASS.every_s
    assert round((TO_THE_FIRST_HIT - throttle.CLASS.most) / a_day, 1) == 20.2
    own = throttle.CLASS_AND_SOURCE
    assert round(TO_THE_FIRST_HIT / (own.tries + own.more * len(own.again_s))) == 52
    assert round(20 * FORGIVEN_S / TO_THE_FIRST_HIT) == 461
