"""Ten minutes of tries."""

from hypothesis import given
from hypothesis import strategies as st

from preau.school.signin.throttle import WINDOW_S, Held, Window, after_try


def test_the_eleventh_try_of_ten_minutes_is_held_until_the_window_ends() -> None:
    window = None
    for _ in range(10):
        after = after_try(window, limit=10, now_s=1000)
        assert isinstance(after, Window)
        window = after
    assert after_try(window, limit=10, now_s=1000 + WINDOW_S - 1) == Held(1000 + WINDOW_S)


def test_after_ten_minutes_one_starts_afresh() -> None:
    assert after_try(Window(10, 1000), limit=10, now_s=1000 + WINDOW_S) == Window(1, 1000 + WINDOW_S)


@given(st.lists(st.integers(0, 300), max_size=80), st.integers(1, 20))
def test_no_window_ever_bears_more_tries_than_its_limit(gaps: list[int], limit: int) -> None:
    window, now_s, granted = None, 0, []
    for gap in gaps:
        now_s += gap
        after = after_try(window, limit=limit, now_s=now_s)
        if isinstance(after, Window):
            window = after
            granted.append((after.since_s, now_s))
        else:
            assert now_s < after.until_s <= now_s + WINDOW_S
    for since_s in {since for since, _ in granted}:
        assert sum(since == since_s for since, _ in granted) <= limit
