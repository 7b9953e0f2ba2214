"""How long it may take; the vectors are the ones the browser's half is tested with as well."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.gate.page.words import wait_text
from preau.gate.rules.standing import square
from preau.gate.rules.wait import (
    LEAST_ENTRIES,
    MANY_ENTRIES,
    WINDOW_S,
    Entries,
    Look,
    Told,
    WaitInterval,
    recent_entries,
    tell,
    wait_interval,
)

VECTORS = json.loads((Path(__file__).parents[3] / "docs/protocol/vectors/gate.json").read_text())
NOW_S = 1_795_422_600.0


@pytest.mark.parametrize(
    "case", VECTORS["waits"], ids=lambda case: f"{case['before']} after {case['entries']} in {case['watched_s']} s"
)
def test_the_published_waits(case: dict[str, Any]) -> None:
    interval = wait_interval(case["before"], Entries(case["entries"], case["watched_s"]))
    assert (None if interval is None else pytest.approx(interval, abs=0.001)) == case["interval_s"]
    assert wait_text(interval) == case["text"]
    assert square(case["before"]) == case["square"]


@pytest.mark.parametrize("story", VECTORS["told"], ids=lambda story: str(story["name"]))
def test_the_published_stories_of_what_is_told(story: dict[str, Any]) -> None:
    best_s = None
    for step in story["steps"]:
        fresh = None if step["fresh_s"] is None else WaitInterval(*step["fresh_s"])
        told = tell(fresh, best_s=best_s)
        assert (None if told.interval is None else list(told.interval)) == step["told_s"]
        assert told.is_slower is step["slower"]
        best_s = told.best_s


@pytest.mark.parametrize("number", [LEAST_ENTRIES, 12, 100])
@pytest.mark.parametrize("before", [0, 1, 5, 40, 400])
def test_four_waits_in_five_end_within_the_interval(before: int, number: int) -> None:
    chance, trials, within = Random(1), 4000, 0  # noqa: S311  chance of a test
    for _ in range(trials):
        interval = wait_interval(before, Entries(number, chance.gammavariate(number, 60.0)))
        assert interval is not None
        within += interval.low_s <= chance.gammavariate(before + 1, 60.0) <= interval.high_s
    assert 0.77 < within / trials < 0.83


@given(st.integers(0, 10**6), st.integers(LEAST_ENTRIES, 10**4), st.floats(1, WINDOW_S))
def test_the_interval_holds_the_mean_and_grows_with_the_queue(before: int, number: int, watched_s: float) -> None:
    entries = Entries(number, watched_s)
    interval, longer = wait_interval(before, entries), wait_interval(before + 1, entries)
    assert interval is not None
    assert longer is not None
    assert 0 <= interval.low_s <= (before + 1) / entries.per_s <= interval.high_s
    assert longer.low_s > interval.low_s
    assert longer.high_s > interval.high_s


def test_with_too_few_entries_no_time_and_no_rate_is_promised() -> None:
    few = Entries(LEAST_ENTRIES - 1, 60.0)
    assert (wait_interval(0, few), few.per_s) == (None, 0.0)


def test_only_the_latest_entries_count() -> None:
    looks = [Look(NOW_S - age_s, 1.0, 1) for age_s in range(0, 1200, 60)]
    assert recent_entries(looks, now_s=NOW_S) == Entries(10, 10.0)
    assert recent_entries([Look(NOW_S - age_s, 1.0, 2) for age_s in range(500)], now_s=NOW_S) == Entries(
        MANY_ENTRIES, MANY_ENTRIES / 2
    )


@given(st.lists(st.none() | st.tuples(st.floats(0, 600), st.floats(0, 6000)), max_size=30))
def test_nobody_is_told_a_longer_wait_than_before_without_the_reason(seen: list[tuple[float, float] | None]) -> None:
    best_s: float | None = None
    shortest_told_s = float("inf")
    for pair in seen:
        told = tell(None if pair is None else WaitInterval(min(pair), max(pair)), best_s=best_s)
        best_s = told.best_s
        high_s = float("inf") if told.interval is None else told.interval.high_s
        assert told.is_slower is (high_s > shortest_told_s)
        shortest_told_s = min(shortest_told_s, high_s)


def test_before_anything_is_known_nothing_is_slower() -> None:
    assert tell(None, best_s=None) == Told(None, None)
    assert not tell(None, best_s=None).is_slower


def test_thirty_entries_of_one_second_are_not_the_rate_of_the_next_minute() -> None:
    rush = [Look(100.0 - second, 1.0, 50 if second < 2 else 10) for second in range(90)]
    entries = recent_entries(rush, now_s=100.0)
    assert entries.number == MANY_ENTRIES  # as wide as thirty are
    assert entries.number / entries.watched_s == pytest.approx((2 * 50 + 58 * 10) / 60)
