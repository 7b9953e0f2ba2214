"""A hundred thousand attempts, judged as they deserve: mutated, truncated, spliced, expired tokens of every kind.

``bench/gate/tokens_fuzz.py`` does the same with a million.
"""

import hmac
import random
from collections import Counter
from itertools import islice

import pytest

from preau.tokens.envelope import Refusal
from preau.tokens.keyring import DAY_S, Keyring
from tokens.forgeries import (
    ALL_KINDS,
    GATE_KINDS,
    GENUINE,
    KEYRING,
    NOW_S,
    RARE_NAMES,
    STATEFUL,
    Attempt,
    attempts,
    mint,
    verify_of,
)

ATTEMPTS = 100_000


def is_accepted(attempt: Attempt) -> bool:
    return not isinstance(verify_of(attempt.kind)(KEYRING, attempt.text, now_s=NOW_S), Refusal)


def test_a_hundred_thousand_attempts_are_judged_as_they_deserve() -> None:
    tried: Counter[str] = Counter()
    wrong: list[Attempt] = []
    for attempt in islice(attempts(kinds=ALL_KINDS), ATTEMPTS):
        tried[attempt.why] += 1
        if attempt.why != STATEFUL and is_accepted(attempt) is not attempt.must_be_accepted:
            wrong.append(attempt)
    assert wrong == []
    assert tried[GENUINE] > 500
    assert min(tried[why] for why in RARE_NAMES.values()) > 500
    assert len(tried) == 17


def test_a_verifier_that_takes_any_mac_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda _shown, _expected: True)
    found = {attempt.why for attempt in islice(attempts(), 20_000) if is_accepted(attempt) > attempt.must_be_accepted}
    assert {"mutated", "spliced", "foreign secret", "swapped case"} <= found


def test_a_verifier_that_knows_no_days_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keyring, "accepts", lambda _self, kid, **_: kid.endswith(KEYRING.kid(NOW_S)[-5:]))
    sample = islice(attempts(), 5000)
    found = {attempt.why for attempt in sample if attempt.why in RARE_NAMES.values() and is_accepted(attempt)}
    assert found >= {"signed too long ago", "signed in the future"}


def test_the_same_seed_gives_the_same_attempts_and_another_seed_others() -> None:
    first, again, other = (list(islice(attempts(seed=seed), 3000)) for seed in (1, 1, 2))
    assert first == again
    assert {attempt.text for attempt in first}.isdisjoint({attempt.text for attempt in other if len(attempt.text) > 60})
    assert {attempt.kind for attempt in first} == set(GATE_KINDS)


def genuine(keyring: Keyring, chance: random.Random) -> list[str]:
    """One token of each kind."""
    return [mint(kind, keyring, chance, expires_at_s=NOW_S + 7200, now_s=NOW_S) for kind in ALL_KINDS]


def kind_of(token: str) -> str:
    return token[:2] if token[:2] in ALL_KINDS and token[2] == "." else "d1"


def test_expired_tokens_are_refused_in_the_second_they_expire() -> None:
    chance = random.Random(1)  # noqa: S311  repeatable, not secret
    for token in genuine(KEYRING, chance):
        kind = kind_of(token)
        late_s = NOW_S + 7200 if kind != "t1" else NOW_S + 2 * DAY_S
        assert not isinstance(verify_of(kind)(KEYRING, token, now_s=NOW_S), Refusal)
        assert verify_of(kind)(KEYRING, token, now_s=late_s) in {Refusal.EXPIRED, Refusal.UNKNOWN_KEY}


def test_a_new_secret_signs_and_the_old_one_still_verifies() -> None:
    chance = random.Random(2)  # noqa: S311  repeatable, not secret
    rotated = Keyring(bytes(range(40, 72)), bytes(range(32)))
    for old in genuine(KEYRING, chance):
        assert not isinstance(verify_of(kind_of(old))(rotated, old, now_s=NOW_S), Refusal)
    for new in genuine(rotated, chance):
        assert verify_of(kind_of(new))(KEYRING, new, now_s=NOW_S) is Refusal.UNKNOWN_KEY


def test_one_day_s_key_does_not_sign_for_another_nor_one_kind_s_for_another() -> None:
    today, tomorrow = KEYRING.kid(NOW_S), KEYRING.kid(NOW_S + DAY_S)
    keys = {KEYRING.key(kind, kid) for kind in ALL_KINDS for kid in (today, tomorrow)}
    assert len(keys) == 2 * len(ALL_KINDS)
