import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.directory import sign_in_code


@given(st.integers())
def test_a_drawn_code_is_read_back_however_it_is_written(seed: int) -> None:
    code = sign_in_code.draw(random.Random(seed))  # noqa: S311  a test repeats itself
    shown = sign_in_code.written(code)
    assert len(code) == 8
    assert shown[4] == "-"
    for typed in (code, shown, shown.lower(), f"  {code[:4]} {code[4:]} ", shown.replace("-", "–")):
        assert sign_in_code.read(typed) == code


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFG0", "ABCD-EFGHJ", "ABCDEFG\x00", "A" * 5000, "ＡBCDEFGH"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert sign_in_code.read(typed) is None


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    read = sign_in_code.read(typed)
    assert read is None or (len(read) == 8 and set(read) <= set(sign_in_code.ALPHABET))


def test_no_two_characters_look_alike() -> None:
    assert not set("0O1I2Z5S") & set(sign_in_code.ALPHABET)
