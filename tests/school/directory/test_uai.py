import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.directory.uai import check_letter, is_valid


@pytest.mark.parametrize("code", ["0751234J", "0010856A", "0921500F"])
def test_codes_of_the_ministry_are_valid(code: str) -> None:
    assert is_valid(code)


@pytest.mark.parametrize(
    "code", ["", "0751234K", "0751234j", "751234J", "00751234J", "O751234J", "٠751234J", "0751234"]
)
def test_other_texts_are_not(code: str) -> None:
    assert not is_valid(code)


@given(st.integers(0, 9_999_999), st.integers(0, 6), st.integers(1, 9))
def test_a_wrong_digit_changes_the_letter(number: int, place: int, step: int) -> None:
    digits = f"{number:07}"
    other = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert check_letter(digits) != check_letter(other)


def test_what_is_not_seven_digits_has_no_letter() -> None:
    with pytest.raises(ValueError, match="seven digits"):
        check_letter("12345")
