"""What a waiting person is told is true; the vectors are the ones the browser's half is tested with as well."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.gate.rules.calling import Group
from preau.gate.rules.places import Place, rank
from preau.gate.rules.standing import CURVE_POINTS, Curve, curve, people_before, square

VECTORS = json.loads((Path(__file__).parents[3] / "docs/protocol/vectors/gate.json").read_text())

classes = st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 35)), max_size=50, unique_by=lambda pair: pair[0])


def groups(lane: int, pairs: list[tuple[int, int]]) -> list[Group]:
    return [Group(lane, key, people) for key, people in sorted(pairs)]


@given(classes, st.integers(0, 10**9))
def test_when_few_wait_the_position_is_exact(pairs: list[tuple[int, int]], key: int) -> None:
    pairs = pairs[:CURVE_POINTS]
    before = people_before({1: curve(groups(1, pairs), 1)}, Place(1, key))
    assert before == sum(people for other, people in pairs if other < key)


@given(classes, st.integers(0, 10**9))
def test_when_many_wait_the_position_is_within_two_steps_of_the_curve(pairs: list[tuple[int, int]], key: int) -> None:
    short = curve(groups(1, pairs), 1)
    true = sum(people for other, people in pairs if other < key)
    told = people_before({1: short}, Place(1, key))
    steps = [0, *(people for _, people in short.points)]
    widest = max((later - earlier for earlier, later in pairwise(steps)), default=0)
    assert abs(told - true) <= widest


@given(classes, st.lists(st.integers(0, 10**9), min_size=2, max_size=2))
def test_who_comes_earlier_is_never_told_a_greater_number(pairs: list[tuple[int, int]], keys: list[int]) -> None:
    short = {3: curve(groups(3, pairs), 3)}
    first, second = (people_before(short, Place(3, key)) for key in sorted(keys))
    assert first <= second


def test_everybody_of_a_class_is_told_the_same_and_nobody_counts_their_own_class() -> None:
    curves = {1: curve([Group(1, 7, 25), Group(1, 9, 30)], 1)}
    assert people_before(curves, Place(1, 7)) == 0
    assert people_before(curves, Place(1, 9)) == 25


def test_lane_three_counts_lane_one_before_itself_and_not_the_reverse() -> None:
    curves = {1: curve([Group(1, 900, 25)], 1), 3: curve([Group(3, 5, 1), Group(3, 6, 1)], 3)}
    assert people_before(curves, Place(3, 6)) == 26
    assert people_before(curves, Place(1, 900)) == 0


def test_a_sampled_queue_is_not_called_exact() -> None:
    assert curve([Group(3, 5, 16)], 3, exact=False) == Curve(((5, 16),), exact=False, people=16)


@pytest.mark.parametrize("case", VECTORS["standings"], ids=lambda case: str(case["name"]))
def test_the_published_standings(case: dict[str, Any]) -> None:
    curves = {
        int(lane): Curve(tuple((key, people) for key, people in state["curve"]), state["exact"], state["people"])
        for lane, state in case["lanes"].items()
    }
    for place in case["places"]:
        assert people_before(curves, Place(place["lane"], place["key"])) == place["before"], place


@pytest.mark.parametrize("case", VECTORS["ranks"], ids=lambda case: f"{case['group']} on {case['day']}")
def test_the_published_ranks(case: dict[str, Any]) -> None:
    assert rank(bytes.fromhex(case["rank_key"]), case["group"], day=case["day"]) == case["rank"]


def test_each_square_halves_the_queue_and_the_first_holds_the_rest() -> None:
    assert [square(before) for before in (0, 1, 2, 3, 6, 7, 62, 63, 126, 127, 10**6)] == [
        8,
        7,
        7,
        6,
        6,
        5,
        3,
        2,
        2,
        1,
        1,
    ]
