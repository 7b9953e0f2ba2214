"""What a solved challenge is worth, and when it is on offer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.gate.rules.discount import DIVISOR, discounted_key, is_on_offer
from preau.gate.rules.places import Place, arrival_key

NOW_S = 1_795_422_600.25


@pytest.mark.parametrize(
    ("lane", "earlier", "level", "offered"),
    [(3, 1, 2, True), (3, 1, 5, True), (3, 0, 2, False), (3, 9, 1, False), (1, 9, 5, False), (0, 9, 5, False)],
)
def test_it_is_offered_to_set_back_places_of_lane_three_from_level_two(
    lane: int, earlier: int, level: int, *, offered: bool
) -> None:
    assert is_on_offer(Place(lane, 1), earlier=earlier, level=level) is offered


@given(st.integers(1, 100_000), st.integers(0, 999))
def test_the_setback_is_divided_by_ten_and_never_more(earlier: int, tie: int) -> None:
    arrival = arrival_key(now_s=NOW_S, earlier=0, tie=tie)
    set_back = arrival_key(now_s=NOW_S, earlier=earlier, tie=tie)
    assert (discounted_key(set_back, earlier=earlier) - arrival) * DIVISOR == set_back - arrival
