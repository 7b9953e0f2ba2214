"""Endless attempts to pass with a token that is not genuine, and now and then one that is: for any verifier.

``attempts(keyring, seed=…, now_s=…)`` yields ``Attempt(kind, text, why, must_be_accepted)``; the same seed gives the
same attempts. Against a gate over HTTP: give it the same secrets, ``now_s`` its own clock, and show ``text`` where
tokens of that kind stand (``docs/protocol/tokens.md``): c1, t1 and p1 as cookies, l1 in the path, percent-encoded, d1
in its header. Texts hold ASCII that a cookie may hold. Genuine tokens live for two hours and more.

A d1 is good once: its second showing is yielded as ``replayed`` and must be refused by a verifier that keeps the spent
ones (``STATEFUL``); others leave it out. ``signed nonsense`` has a genuine MAC over fields that mean nothing: only the
holder of the secret can make it, so an edge that does not check meanings leaves it out too.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from preau.tokens import admission, card, challenge, class_link, seat, sign_in_card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card, Role
from preau.tokens.challenge import Challenge
from preau.tokens.class_link import ClassLink
from preau.tokens.envelope import seal
from preau.tokens.keyring import DAY_S, Keyring
from preau.tokens.seat import Seat, SeatRole
from preau.tokens.sign_in_card import SignInCard
from preau.tokens.ticket import Ticket

NOW_S: Final = 1_795_422_600
KEYRING: Final = Keyring(bytes(range(32)))
GATE_KINDS: Final = ("c1", "t1", "p1", "l1", "d1")
ALL_KINDS: Final = (*GATE_KINDS, "s1", "q1")
STATEFUL: Final = "replayed"
NONSENSE: Final = "signed nonsense"
GENUINE: Final = "genuine"
POOL: Final = 300
"""Genuine tokens of each kind from which attempts are made."""

_WORD = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_ODD = _WORD + ".." + "=&?~%+:@$!*/"
_MODULES: Final[dict[str, Any]] = {
    module.KIND: module for module in (admission, card, challenge, class_link, seat, sign_in_card, ticket)
}
_OLDEST_DAYS: Final = {"c1": 180, "q1": 400}
NONSENSES: Final = {
    "c1": (("{late}", "x", "AbCdEfGhIj0", "-", "0" * 42), ("{late}", "p", "AbCdEfGhIj", "-", "0" * 42)),
    "t1": (("4", "1", "0123456789_"), ("3", "01", "0123456789_"), ("3", str(2**63), "0123456789_"), ("3", "1", "-")),
    "p1": (("{late}", "4", "0123456789_"), ("0{late}", "1", "0123456789_"), ("{late}", "1", "0123456789_-")),
    "l1": (("{late}", "k-_9mNoPqRs", "1", "0"), ("{late}", "k-_9mNoPqRs", "1", "1000"), ("{late}", "-", "1", "9")),
    "s1": (("{late}", "g" * 32, "0" * 32, "pupil", "1", "0123456789_"),),
    "q1": (("{late}", "0" * 31, "1"),),
}


class Attempt(NamedTuple):
    """One showing of a text as a token of ``kind``. ``why``: the trick, for the report."""

    kind: str
    text: str
    why: str
    must_be_accepted: bool


def verify_of(kind: str) -> Callable[..., Any]:
    """The verifier of a kind: ``verify(keyring, text, now_s=…)``."""
    return _MODULES[kind].verify  # type: ignore[no-any-return]


def mint(kind: str, keyring: Keyring, chance: random.Random, *, expires_at_s: int, now_s: float) -> str:
    """A genuine token of ``kind`` with random fields, signed at ``now_s``."""
    word = "".join(chance.choices(_WORD, k=11))
    person, live_class = (f"{chance.getrandbits(128):032x}" for _ in range(2))
    key = chance.getrandbits(52)
    if kind == "d1":
        about = Challenge(expires_at_s=expires_at_s, nonce=word, tid=word[::-1], order_key=key)
        number = chance.randrange(challenge.MAX_NUMBER + 1)
        return challenge.solution(challenge.issue(keyring, about, number=number, now_s=now_s), number)
    made: dict[str, Any] = {
        "c1": Card(expires_at_s=expires_at_s, role=Role.PUPIL, subject=word, group=word[::-1], hours=f"{key:042x}"),
        "t1": Ticket(lane=chance.randrange(4), order_key=key, tid=word),
        "p1": Pass(expires_at_s=expires_at_s, lane=chance.randrange(4), sid=word),
        "l1": ClassLink(expires_at_s=expires_at_s, room=word, starts_at_s=key >> 20, cap=chance.randrange(1, 40)),
        "s1": Seat(
            expires_at_s=expires_at_s,
            live_class=live_class,
            person=person,
            role=SeatRole.PUPIL,
            minted_at_s=key >> 20,
            binding=word,
        ),
        "q1": SignInCard(expires_at_s=expires_at_s, person=person, generation=chance.randrange(9)),
    }
    return str(_MODULES[kind].mint(keyring, made[kind], now_s=now_s))


def genuine_of_each_kind(*, seed: int = 8_30) -> dict[str, str]:
    """One genuine token of every kind at ``NOW_S``, of ``KEYRING``."""
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    return {kind: mint(kind, KEYRING, chance, expires_at_s=NOW_S + 7200, now_s=NOW_S) for kind in ALL_KINDS}


class Forger:
    """Makes attempts out of a pool of genuine tokens."""

    def __init__(self, keyring: Keyring, chance: random.Random, *, kinds: tuple[str, ...], now_s: int) -> None:
        self._keyring = keyring
        self._chance = chance
        self._kinds = kinds
        self._now_s = now_s
        self._stranger = Keyring(chance.randbytes(32))
        self._others = {kind: [self._genuine(kind) for _ in range(POOL)] for kind in ALL_KINDS}
        self._pool = {kind: self._others[kind] for kind in kinds}
        self._known = {token for tokens in self._pool.values() for token in tokens}

    def attempts(self) -> Iterator[Attempt]:
        """Endless attempts, all kinds and tricks in turn."""
        tricks: tuple[Callable[[str, str], str], ...] = (
            self._mutated, self._mutated_thrice, self._truncated, self._beheaded, self._stretched, self._spliced,
            self._moved_separator, self._swapped_case, self._of_another_kind, self._renamed,
        )  # fmt: skip
        rare: tuple[Callable[[str], str], ...] = (
            self._expired, self._too_old, self._too_new, self._of_a_stranger, self._nonsense,
        )  # fmt: skip
        while True:
            for kind in self._kinds:
                for _ in range(12):
                    token = self._chance.choice(self._pool[kind])
                    for trick in tricks:
                        text = trick(kind, token)
                        if text not in self._known or trick == self._of_another_kind:
                            yield Attempt(kind, text, trick.__name__[1:].replace("_", " "), must_be_accepted=False)
                for signed in rare:
                    yield Attempt(kind, signed(kind), RARE_NAMES[signed.__name__], must_be_accepted=False)
                fresh = self._genuine(kind)
                yield Attempt(kind, fresh, GENUINE, must_be_accepted=True)
                if kind == "d1":
                    yield Attempt(kind, fresh, STATEFUL, must_be_accepted=False)

    def _genuine(self, kind: str) -> str:
        expires_at_s = self._now_s + self._chance.randrange(7200, 9000)
        return mint(kind, self._keyring, self._chance, expires_at_s=expires_at_s, now_s=self._now_s)

    def _mutated(self, _kind: str, token: str) -> str:
        place = self._chance.randrange(len(token))
        return token[:place] + self._chance.choice(_ODD) + token[place + 1 :]

    def _mutated_thrice(self, kind: str, token: str) -> str:
        return self._mutated(kind, self._mutated(kind, self._mutated(kind, token)))

    def _truncated(self, _kind: str, token: str) -> str:
        return token[: self._chance.randrange(len(token))]

    def _beheaded(self, _kind: str, token: str) -> str:
        return token[self._chance.randrange(1, len(token)) :]

    def _stretched(self, _kind: str, token: str) -> str:
        place = self._chance.randrange(len(token) + 1)
        return token[:place] + self._chance.choice(_ODD) * self._chance.choice((1, 1, 2, 300)) + token[place:]

    def _spliced(self, kind: str, token: str) -> str:
        """Each field of one of two genuine tokens, at random."""
        mark = "&" if kind == "d1" else "."
        mine, theirs = token.split(mark), self._chance.choice(self._pool[kind]).split(mark)
        lots = self._chance.getrandbits(len(mine))
        return mark.join(theirs[at] if lots >> at & 1 else mine[at] for at in range(len(mine)))

    def _moved_separator(self, _kind: str, token: str) -> str:
        """The text without its separators stays the same: what a MAC over joined fields would accept."""
        marks = [place for place, letter in enumerate(token) if letter in ".&?="]
        place = self._chance.choice(marks)
        bare = token[:place] + token[place + 1 :]
        to = max(1, place + self._chance.choice((-2, -1, 1, 2)))
        return bare[:to] + token[place] + bare[to:]

    def _swapped_case(self, _kind: str, token: str) -> str:
        start = self._chance.randrange(len(token))
        return token[:start] + token[start:].swapcase()

    def _of_another_kind(self, kind: str, _token: str) -> str:
        """A genuine token, shown where tokens of another kind stand."""
        return self._other(kind)

    def _other(self, kind: str) -> str:
        other = self._chance.choice([one for one in self._others if one != kind])
        return self._chance.choice(self._others[other])

    def _renamed(self, kind: str, _token: str) -> str:
        """A genuine token of another kind under the name of this one."""
        return kind + self._other(kind)[2:]

    def _expired(self, kind: str) -> str:
        if kind == "t1":  # has no expiry of its own
            return self._too_old(kind)
        ago_s = self._chance.randrange(1, 40_000)
        signed_s = self._now_s - ago_s - 1
        expires_at_s = self._now_s - self._chance.choice((1, ago_s))
        return mint(kind, self._keyring, self._chance, expires_at_s=expires_at_s, now_s=signed_s)

    def _too_old(self, kind: str) -> str:
        days = _OLDEST_DAYS.get(kind, 1) + self._chance.randrange(1, 30)
        late_s = self._now_s + 7200
        return mint(kind, self._keyring, self._chance, expires_at_s=late_s, now_s=self._now_s - days * DAY_S)

    def _too_new(self, kind: str) -> str:
        late_s = self._now_s + 90 * DAY_S
        signed_s = self._now_s + self._chance.randrange(2, 60) * DAY_S
        return mint(kind, self._keyring, self._chance, expires_at_s=late_s, now_s=signed_s)

    def _of_a_stranger(self, kind: str) -> str:
        """Signed with another installation's secret, under the name of our generation."""
        theirs = mint(kind, self._stranger, self._chance, expires_at_s=self._now_s + 7200, now_s=self._now_s)
        return theirs.replace(self._stranger.kid(self._now_s), self._keyring.kid(self._now_s))

    def _nonsense(self, kind: str) -> str:
        if kind == "d1":
            about = Challenge(expires_at_s=self._now_s + 300, nonce="A" * 11, tid="B" * 11, order_key=1)
            number = self._chance.randrange(challenge.MAX_NUMBER + 1, 100_000)
            puzzle = challenge.issue(self._keyring, about, number=number, now_s=self._now_s)
            return challenge.solution(puzzle, number)
        fields = self._chance.choice(NONSENSES[kind])
        late = str(self._now_s + 7200 + self._chance.randrange(1000))
        return seal(self._keyring, kind, tuple(field.format(late=late) for field in fields), now_s=self._now_s)


RARE_NAMES: Final = {
    "_expired": "expired",
    "_too_old": "signed too long ago",
    "_too_new": "signed in the future",
    "_of_a_stranger": "foreign secret",
    "_nonsense": NONSENSE,
}


def attempts(
    keyring: Keyring = KEYRING, *, seed: int = 8_30, now_s: int = NOW_S, kinds: tuple[str, ...] = GATE_KINDS
) -> Iterator[Attempt]:
    """See the head of the module."""
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    return Forger(keyring, chance, kinds=kinds, now_s=now_s).attempts()
