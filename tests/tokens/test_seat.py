"""The seat and the browser it is bound to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.tokens import seat
from preau.tokens.cookies import MAX_COOKIE_BYTES, cookie_names, read_cookies
from preau.tokens.envelope import MAX_TOKEN_CHARS, Refusal, seal
from preau.tokens.keyring import Keyring
from preau.tokens.seat import Seat, SeatRole

NOW_S = 1_795_422_600
KEYRING = Keyring(bytes(32))
WORD = st.text("abcXYZ019-_", min_size=22, max_size=22)
HEX_ID = st.text("0123456789abcdef", min_size=32, max_size=32)
INSTANT = st.integers(0, 2**63 - 1)


@given(HEX_ID, HEX_ID, st.sampled_from(SeatRole), INSTANT, WORD)
def test_a_seat_says_what_was_written_into_it(
    live_class: str, person: str, role: SeatRole, minted_at_s: int, secret: str
) -> None:
    made = Seat(
        expires_at_s=NOW_S + 1,
        live_class=live_class,
        person=person,
        role=role,
        minted_at_s=minted_at_s,
        binding=seat.binding_of(KEYRING, secret),
    )
    token = seat.mint(KEYRING, made, now_s=NOW_S)
    assert len(token) < MAX_TOKEN_CHARS / 2
    assert seat.verify(KEYRING, token, now_s=NOW_S) == made


@given(WORD, WORD)
def test_two_browsers_have_two_bindings_that_do_not_show_their_secret(left: str, right: str) -> None:
    first, second = (seat.binding_of(KEYRING, secret) for secret in (left, right))
    assert (first == second) == (left == right)
    assert len(first) == 11
    assert first not in left
    assert seat.binding_of(Keyring(bytes(range(32))), left) != first


@given(st.text(max_size=30))
def test_only_twenty_two_letters_of_the_alphabet_are_a_browser_secret(text: str) -> None:
    assert seat.is_browser_secret(text) == (len(text) == 22 and text.isascii() and set(text) <= ALPHABET)


ALPHABET = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    ("minted", "binding"),
    [("-1", "b" * 11), ("01", "b" * 11), ("x", "b" * 11), ("1", "b" * 10), ("1", "b" * 12), (str(2**63), "b" * 11)],
)
def test_a_genuine_mac_does_not_excuse_a_field_that_means_nothing(minted: str, binding: str) -> None:
    fields = (str(NOW_S + 1), "0" * 32, "1" * 32, "pupil", minted, binding)
    assert seat.verify(KEYRING, seal(KEYRING, "s1", fields, now_s=NOW_S), now_s=NOW_S) is Refusal.MALFORMED


def test_the_cookie_of_the_seat_needs_tls_where_there_is_tls() -> None:
    assert cookie_names(secure=True).seat == "__Secure-place"
    assert cookie_names(secure=False).seat == "place"
    assert cookie_names(secure=True).card == "__Host-carnet"


def test_cookies_are_read_by_name_and_the_first_of_a_name_counts() -> None:
    assert read_cookies(" place=a ;passe=b=c; place=d; odd") == {"place": "a", "passe": "b=c"}
    assert read_cookies("") == {}
    assert read_cookies("a=" + "b" * MAX_COOKIE_BYTES) == {}
