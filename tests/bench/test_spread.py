import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.gate.spread import by_window, percentile, probed, ratios, spread


def test_a_spread_says_what_the_rounds_gave_and_how_many_they_were() -> None:
    assert spread([3.0, 1.0, 10.0]) == (3.0, 1.0, 10.0, 3)


def test_a_ratio_compares_figures_of_the_same_round_only() -> None:
    slow_machine, fast_machine = 1, 2
    ours = {slow_machine: 10.0, fast_machine: 40.0, 3: 1000.0}
    theirs = {slow_machine: 20.0, fast_machine: 80.0}
    assert ratios(ours, theirs) == (0.5, 0.5, 0.5, 2)


def test_without_a_common_round_there_is_no_ratio() -> None:
    assert ratios({1: 10.0}, {2: 10.0}) is None
    assert ratios({1: 10.0}, {1: 0.0}) is None


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 50), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), share) == expected


@given(st.lists(st.floats(0, 1000), min_size=1), st.floats(0, 1))
def test_at_least_the_share_does_not_exceed_the_percentile(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)


def test_of_nothing_there_is_no_percentile() -> None:
    assert math.isnan(percentile([], 0.5))


def test_an_answer_that_did_not_come_counts_against_availability_and_not_in_the_latency() -> None:
    found = probed([0.010, 0.020, None, 0.030])
    assert (found.asked, found.availability, found.p50_ms, found.worst_ms) == (4, 0.75, 20.0, 30.0)


def test_nobody_answered_is_no_availability() -> None:
    assert probed([None, None]).availability == 0
    assert probed([]).availability == 0


def test_instants_are_counted_by_whole_windows() -> None:
    instants = [99.9, 100.0, 109.9, 110.0, 119.9, 125.0]
    assert by_window(instants, start_s=100.0, end_s=125.0, window_s=10.0) == [2, 2]
