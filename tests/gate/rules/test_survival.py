import pytest

from preau.gate.rules.survival import quantile, survivors


def test_who_left_before_the_turn_counts_as_a_longer_wait_of_unknown_length() -> None:
    # Six at risk: one has the turn in step 1, one leaves in step 2, two of four have it in step 3.
    stay = survivors([0, 1, 0, 2], [0, 0, 1, 2])
    assert stay == pytest.approx([1, 5 / 6, 5 / 6, 5 / 12])
    assert quantile(stay, 1 / 6) == 1
    assert quantile(stay, 7 / 12) == 3


def test_no_wait_is_told_that_too_few_have_come_to_the_end_of() -> None:
    assert quantile(survivors([1, 0], [0, 9]), 0.5) is None
    assert quantile(survivors([0, 0], [0, 0]), 0.5) is None
