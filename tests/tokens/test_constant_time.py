"""The expected MAC meets nothing but a comparison in constant time.

Each verifier is given an expected MAC that raises as soon as it is compared, hashed, cut or looked into in Python. A
verifier that used ``==``, ``!=``, ``in``, ``startswith`` or a dictionary would raise; ``hmac.compare_digest``, which is
written in C and reads the characters, does not notice. (What the C code does with its time is OpenSSL's word.)
"""

import secrets
from typing import Any, NoReturn

import pytest

from preau.tokens import challenge, class_link, envelope
from preau.tokens.envelope import Refusal
from tokens.forgeries import KEYRING, NOW_S, genuine_of_each_kind, verify_of


class Guarded(str):
    """A text whose value may be read by C code only."""

    __slots__ = ()

    def _looked_into(self, *_: Any, **__: Any) -> NoReturn:
        raise AssertionError("the expected MAC was looked into outside of compare_digest")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __getitem__ = __iter__ = _looked_into  # type: ignore[assignment]
    __hash__ = _looked_into  # type: ignore[assignment]
    startswith = endswith = find = index = split = encode = replace = strip = _looked_into  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def _guarded_macs(monkeypatch: pytest.MonkeyPatch) -> None:
    mac, signature = envelope._mac, challenge._signature
    monkeypatch.setattr(envelope, "_mac", lambda key, prefix: Guarded(mac(key, prefix)))
    monkeypatch.setattr(challenge, "_signature", lambda key, digest: Guarded(signature(key, digest)))


TOKENS = genuine_of_each_kind()


@pytest.mark.parametrize("kind", sorted(TOKENS))
def test_a_genuine_token_is_accepted_without_a_look_at_the_expected_mac(kind: str) -> None:
    assert not isinstance(verify_of(kind)(KEYRING, TOKENS[kind], now_s=NOW_S), Refusal)


@pytest.mark.parametrize("kind", sorted(TOKENS))
def test_a_forged_token_is_refused_without_a_look_at_the_expected_mac(kind: str) -> None:
    forged = TOKENS[kind][:-1] + ("0" if TOKENS[kind][-1] != "0" else "1")
    assert verify_of(kind)(KEYRING, forged, now_s=NOW_S) is Refusal.FORGED


def test_the_guard_would_notice() -> None:
    expected = Guarded(secrets.token_hex(8))
    for look in (
        lambda: expected == "a",
        lambda: expected != "a",
        lambda: "a" == expected,  # noqa: SIM300  the guard must notice from either side
        lambda: expected in {"a": 1},
        lambda: expected.startswith("a"),
        lambda: expected[0],
    ):
        with pytest.raises(AssertionError):
            look()
    assert class_link.KIND in TOKENS
