"""A hundred thousand forgeries, none accepted: mutated, truncated, spliced, expired tokens of every kind."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from preau.tokens import admission, card, seat, sign_in_card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card, Role
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import DAY_S, Keyring
from preau.tokens.seat import Seat, SeatRole
from preau.tokens.sign_in_card import SignInCard
from preau.tokens.ticket import Ticket

NOW_S = 1_795_422_600
KEYRING = Keyring(bytes(range(32)))
STRANGER = Keyring(bytes(range(1, 33)))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_."
VERIFY: dict[str, Callable[..., Any]] = {
    module.KIND: module.verify for module in (admission, card, seat, sign_in_card, ticket)
}
FORGERIES = 100_000


def genuine(keyring: Keyring, chance: random.Random, *, now_s: float = NOW_S) -> list[str]:
    """One token of each kind."""
    word = "".join(chance.choices(ALPHABET[:-1], k=11))
    person, live_class = (f"{chance.getrandbits(128):032x}" for _ in range(2))
    expires = NOW_S + chance.randrange(60, 7200)
    return [
        card.mint(
            keyring,
            Card(expires_at_s=expires, role=Role.PUPIL, subject=word, group=word[::-1], hours=f"{2**167:042x}"),
            now_s=now_s,
        ),
        ticket.mint(keyring, Ticket(lane=3, order_key=chance.getrandbits(62), tid=word), now_s=now_s),
        admission.mint(keyring, Pass(expires_at_s=expires, lane=1, sid=word), now_s=now_s),
        seat.mint(
            keyring,
            Seat(
                expires_at_s=expires,
                live_class=live_class,
                person=person,
                role=SeatRole.PUPIL,
                minted_at_s=NOW_S,
                binding=seat.binding_of(keyring, word * 2),
            ),
            now_s=now_s,
        ),
        sign_in_card.mint(keyring, SignInCard(expires_at_s=expires, person=person, generation=1), now_s=now_s),
    ]


def mutated(token: str, chance: random.Random) -> str:
    place = chance.randrange(len(token))
    other = chance.choice(ALPHABET.replace(token[place], ""))
    return token[:place] + other + token[place + 1 :]


def truncated(token: str, chance: random.Random) -> str:
    return token[: chance.randrange(len(token))]


def stretched(token: str, chance: random.Random) -> str:
    place = chance.randrange(len(token) + 1)
    return token[:place] + chance.choice(ALPHABET) + token[place:]


def spliced(token: str, other: str, chance: random.Random) -> str:
    """Fields of one genuine token with fields, or the MAC, of another."""
    mine, theirs = token.split("."), other.split(".")
    field = chance.randrange(1, min(len(mine), len(theirs)))
    return ".".join([*mine[:-field], *theirs[-field:]])


def moved_separator(token: str, chance: random.Random) -> str:
    """The text without its dots is the same: what an undelimited MAC would accept."""
    dots = [place for place, letter in enumerate(token) if letter == "."]
    place = chance.choice(dots)
    bare = token[:place] + token[place + 1 :]
    to = max(1, place + chance.choice((-1, 1)))
    return f"{bare[:to]}.{bare[to:]}"


def forgeries(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Endless pairs of the name of a trick and a forged token."""
    while True:
        tokens, others, foreign = (genuine(ring, chance) for ring in (KEYRING, KEYRING, STRANGER))
        for token, other, strange in zip(tokens, others, foreign, strict=True):
            yield "foreign secret", strange
            yield "other kind's mac", spliced(token, chance.choice(tokens), chance)
            for _ in range(12):
                yield "mutated", mutated(token, chance)
                yield "truncated", truncated(token, chance)
                yield "stretched", stretched(token, chance)
                yield "spliced", spliced(token, other, chance)
                yield "moved separator", moved_separator(token, chance)


def test_a_hundred_thousand_forgeries_are_refused() -> None:
    chance = random.Random(8_30)  # noqa: S311  repeatable, not secret
    genuine_tokens: set[str] = set()
    tried: Counter[str] = Counter()
    source = forgeries(chance)
    while tried.total() < FORGERIES:
        trick, token = next(source)
        for kind, verify in VERIFY.items():
            if token.startswith(f"{kind}.") or tried.total() % 50 == 0:
                verdict = verify(KEYRING, token, now_s=NOW_S)
                if not isinstance(verdict, Refusal):
                    genuine_tokens.add(f"{trick}: {token}")
        tried[trick] += 1
    assert not {accepted for accepted in genuine_tokens if not is_genuine(accepted.partition(": ")[2])}
    assert min(tried.values()) > 500


def is_genuine(token: str) -> bool:
    """Splicing a token with itself gives itself; nothing else may be accepted. Checked by signing the fields anew."""
    kind, kid, *fields, _ = token.split(".")
    from preau.tokens.envelope import seal

    return seal(KEYRING, kind, tuple(fields), now_s=NOW_S) == token and kid == KEYRING.kid(NOW_S)


def test_expired_tokens_are_refused_in_the_second_they_expire() -> None:
    chance = random.Random(1)  # noqa: S311  repeatable, not secret
    for token in genuine(KEYRING, chance):
        kind = token[:2]
        late_s = NOW_S + 7200 if kind != "t1" else NOW_S + 2 * DAY_S
        assert not isinstance(VERIFY[kind](KEYRING, token, now_s=NOW_S), Refusal)
        assert VERIFY[kind](KEYRING, token, now_s=late_s) in {Refusal.EXPIRED, Refusal.UNKNOWN_KEY}


def test_a_new_secret_signs_and_the_old_one_still_verifies() -> None:
    chance = random.Random(2)  # noqa: S311  repeatable, not secret
    rotated = Keyring(bytes(range(40, 72)), bytes(range(32)))
    for old in genuine(KEYRING, chance):
        assert not isinstance(VERIFY[old[:2]](rotated, old, now_s=NOW_S), Refusal)
    for new in genuine(rotated, chance):
        assert VERIFY[new[:2]](KEYRING, new, now_s=NOW_S) is Refusal.UNKNOWN_KEY


def test_one_day_s_key_does_not_sign_for_another_nor_one_kind_s_for_another() -> None:
    today, tomorrow = KEYRING.kid(NOW_S), KEYRING.kid(NOW_S + DAY_S)
    keys = {KEYRING.key(kind, kid) for kind in VERIFY for kid in (today, tomorrow)}
    assert len(keys) == 2 * len(VERIFY)
