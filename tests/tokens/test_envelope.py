"""What a token is made of, and the mistakes of callers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.tokens.card import Card, Role, hours_mask
from preau.tokens.envelope import read_int, seal, unseal
from preau.tokens.keyring import Keyring

NOW_S = 1_795_422_600.0
KEYRING = Keyring(bytes(32))
FIELD = st.text("abcABC019-_", min_size=1, max_size=20)


@given(st.lists(FIELD, min_size=1, max_size=6))
def test_what_is_sealed_is_unsealed(fields: list[str]) -> None:
    token = seal(KEYRING, "x1", tuple(fields), now_s=NOW_S)
    assert unseal(KEYRING, "x1", token, count=len(fields), now_s=NOW_S, max_age_days=1) == tuple(fields)


@pytest.mark.parametrize("field", ["", "a.b", "é", "a b", "a" * 65, "a\n"])
def test_a_field_outside_the_alphabet_is_the_caller_s_mistake(field: str) -> None:
    with pytest.raises(ValueError, match="alphabet"):
        seal(KEYRING, "x1", (field,), now_s=NOW_S)


@given(st.integers(0, 2**63 - 1))
def test_an_integer_has_one_text(value: int) -> None:
    assert read_int(str(value)) == value
    assert read_int(f"0{value}") is None


@pytest.mark.parametrize("text", ["", "-1", "+1", "1_0", "٣", "²", "1.0", str(2**63), "9" * 20])
def test_no_other_text_is_an_integer(text: str) -> None:
    assert read_int(text) is None


def test_a_short_secret_makes_no_keyring() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring()


@given(st.sets(st.integers(0, 167), max_size=30), st.integers(0, 500))
def test_the_hours_of_a_card_are_the_hours_it_was_given(hours: set[int], week: int) -> None:
    first = week * 168
    card = Card(
        expires_at_s=1, role=Role.PUPIL, subject="s" * 11, group="-", hours=hours_mask({first + hour for hour in hours})
    )
    assert {hour for hour in range(168) if card.busy_in_hour(first + hour)} == hours


def test_pseudonyms_of_two_purposes_or_two_secrets_cannot_be_linked() -> None:
    other = Keyring(bytes(range(32)))
    assert (
        len({KEYRING.pseudonym("subject", "a"), KEYRING.pseudonym("group", "a"), other.pseudonym("subject", "a")}) == 3
    )
