"""Ten minutes of tries, and a day of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.signin import throttle
from preau.school.signin.throttle import FORGIVEN_S, WINDOW_S, Held, Pace, Window, after_try, growing, short

PACES = [short(10), growing(throttle.CLASS), growing(throttle.LOGIN)]


def granted_at(pace: Pace, asked_at_s: list[int]) -> list[Window]:
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
        after = after_try(window, pace=growing(5), now_s=now_s)
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
    assert all(one.tries <= pace.tries * (1 + len(pace.again_s)) for one in granted)


@pytest.mark.parametrize("every_s", [60, 700, 3600, 5000])
def test_a_guesser_with_all_the_addresses_of_the_world_needs_more_than_thirty_days(every_s: int) -> None:
    """Asks as much as he is given, in bursts however far apart; codes never tried twice; 30 pupils."""
    codes = 20 * 19 * 18 * 17
    expected_tries = (codes + 1) / (30 + 1)
    month = [now_s for now_s in range(0, 30 * FORGIVEN_S, every_s) for _ in range(throttle.CLASS)]
    granted = granted_at(growing(throttle.CLASS), month)
    assert len(granted) < expected_tries
    assert len(granted) <= 30 * 9 * throttle.CLASS
