from hypothesis import given
from hypothesis import strategies as st

from preau.watch.signals.ring import SPAN_MINUTES, Ring

NOON_S = 1_795_430_400.0


def test_events_are_counted_in_the_minute_they_fell_in() -> None:
    ring = Ring()
    ring.add(NOON_S - 120, 0)
    ring.add(NOON_S - 61, 3)
    ring.add(NOON_S - 60, 5)
    ring.add(NOON_S - 1, 7)
    assert ring.per_minute(NOON_S) == (3, 12)


def test_a_minute_that_has_not_ended_or_was_not_watched_from_its_start_is_not_told() -> None:
    ring = Ring()
    assert ring.per_minute(NOON_S) == ()
    ring.add(NOON_S - 30, 8)
    ring.add(NOON_S + 10, 4)
    assert ring.per_minute(NOON_S + 59) == ()
    assert ring.per_minute(NOON_S + 60) == (4,)


def test_what_is_older_than_half_an_hour_is_forgotten() -> None:
    ring = Ring()
    ring.add(NOON_S, 9)
    assert ring.per_minute(NOON_S + 60 * SPAN_MINUTES)[0] == 9
    late = ring.per_minute(NOON_S + 60 * (SPAN_MINUTES + 1))
    assert (len(late), sum(late)) == (SPAN_MINUTES, 0)


def test_the_first_reading_of_a_total_invents_no_events_before_it() -> None:
    ring = Ring()
    ring.observe(NOON_S, 4_000)
    ring.observe(NOON_S + 5, 4_010)
    assert sum(ring.per_minute(NOON_S + 60)) == 10


def test_a_total_that_went_down_is_a_restart_and_counts_from_zero() -> None:
    ring = Ring()
    ring.observe(NOON_S, 500)
    ring.observe(NOON_S + 5, 30)
    assert sum(ring.per_minute(NOON_S + 60)) == 30


@given(
    st.lists(
        st.tuples(st.floats(min_value=0.1, max_value=50, allow_nan=False), st.integers(min_value=0, max_value=9_999)),
        min_size=1,
        max_size=30,
    )
)
def test_no_event_is_lost_or_invented_whatever_the_rhythm_of_the_readings(steps: list[tuple[float, int]]) -> None:
    ring, now_s, total = Ring(), NOON_S, 100
    ring.observe(now_s, total)
    for gap_s, growth in steps:
        now_s, total = now_s + gap_s, total + growth
        ring.observe(now_s, total)
    assert sum(ring.per_minute((now_s // 60 + 1) * 60)) == total - 100
