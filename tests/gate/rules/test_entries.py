"""Who entered between two looks: growing totals in, one second out, and nothing where it is not known."""

from hypothesis import given
from hypothesis import strategies as st

from preau.gate.rules.entries import Claims, Entered, entered_between, grown_by

TOTALS = st.tuples(*[st.integers(0, 2**40)] * 5).map(lambda totals: Claims(totals[:4], totals[4]))
SECOND = st.tuples(*[st.integers(0, 500)] * 5).map(lambda grown: Entered(grown[:4], grown[4]))


def after(before: Claims, second: Entered) -> Claims:
    by_lane = tuple(total + more for total, more in zip(before.by_lane, second.by_lane, strict=True))
    return Claims(by_lane, before.bare + second.bare)


@given(TOTALS, SECOND)
def test_a_second_is_what_the_totals_grew_by_however_large_they_were(before: Claims, second: Entered) -> None:
    assert entered_between(before, after(before, second)) == second


@given(TOTALS, TOTALS)
def test_no_part_of_a_second_is_ever_negative(before: Claims, now: Claims) -> None:
    entered = entered_between(before, now)
    assert entered is None or min(*entered.by_lane, entered.bare, entered.called, entered.uncalled) >= 0


def test_of_a_second_in_which_one_counter_went_back_nothing_is_known_and_the_next_is_as_always() -> None:
    old, began_anew = Claims((40, 900, 7, 60), 12), Claims((0, 950, 0, 0), 0)
    assert entered_between(old, began_anew) is None
    assert entered_between(began_anew, Claims((1, 953, 0, 2), 5)) == Entered((1, 3, 0, 2), 5)
    assert grown_by([4, 0], [3, 9000]) is None
    assert grown_by([4, 0], [4, 3]) == (0, 3)


def test_each_reader_finds_the_part_it_means() -> None:
    second = Entered((2, 30, 5, 4), 7)
    assert (second.everybody, second.called, second.uncalled) == (48, 39, 9)
    total = Claims((2, 30, 5, 4), 7)
    assert (total.everybody, total.limited) == ((2, 30, 5, 11), 46)
