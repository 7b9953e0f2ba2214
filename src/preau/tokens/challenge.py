"""The challenge (*défi*): some work for the browser of an unknown device, for a smaller setback. Never a wall.

The scheme is ALTCHA version 1: a salt with parameters, a secret number, ``challenge = SHA-256(salt ‖ number)`` and
``signature = HMAC-SHA256(challenge)``, both in lower-case hexadecimal. Who finds the number shows salt, number and
signature; nothing is stored to issue one. The salt ends with a delimiter, so that no digit of the number can be moved
into its last parameter (the splicing advisory of December 2025), and it names the ticket and the very order key that
the ticket gets: shown twice, it gives the same place twice, which is nothing.

Native code finds the number ten to a thousand times faster than a browser on a phone: this is a price for who draws
thousands of tickets, not a test of being a person. Specification and vectors: docs/protocol/tokens.md.
"""

import hashlib
import hmac
import re
from typing import Final, NamedTuple

import msgspec

from preau.tokens.envelope import MAX_TOKEN_CHARS, Refusal, read_int
from preau.tokens.keyring import Keyring

KIND: Final = "d1"
LIFE_S: Final = 300
"""Long enough for the slowest phone; short enough that the spent ones are few to remember."""

MAX_NUMBER: Final = 50_000
"""25,000 hashes on average: half a second in a browser of 2026, 15 s beside the waiting on a phone of 2015."""

SHOWN_DIGITS: Final = 16
"""Of the challenge, in the page, which has a size to keep. 64 bits: another number fits once in 10^14 puzzles."""

_SALT: Final = (
    r"([0-9A-Za-z_-]{11})\?expires=([0-9]{1,19})&kid=([0-9]{1,6}-[0-9a-f]{4})"
    r"&tid=([0-9A-Za-z_-]{11})&key=([0-9]{1,19})&"
)
_SOLUTION: Final = re.compile(rf"({_SALT})\.([0-9]{{1,5}})\.([0-9a-f]{{64}})", re.ASCII)


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """What a challenge is about.

    Attributes:
        expires_at_s: wall seconds.
        nonce: 64 random bits, 11 characters; each is good once.
        tid: of the ticket that it moves.
        order_key: the key that this ticket gets.
    """

    expires_at_s: int
    nonce: str
    tid: str
    order_key: int


class Puzzle(NamedTuple):
    """What the browser is given. ``challenge`` and ``signature``: 64 hexadecimal digits each."""

    salt: str
    challenge: str
    signature: str

    @property
    def text(self) -> str:
        """All that a solver needs, in one attribute of a page: the first digits tell 50,000 hashes apart."""
        return f"{self.salt}.{self.challenge[:SHOWN_DIGITS]}.{self.signature}"


def issue(keyring: Keyring, challenge: Challenge, *, number: int, now_s: float) -> Puzzle:
    """Makes the puzzle of ``challenge`` with the secret ``number``, random in [0, MAX_NUMBER]."""
    kid = keyring.kid(now_s)
    salt = (
        f"{challenge.nonce}?expires={challenge.expires_at_s}&kid={kid}&tid={challenge.tid}&key={challenge.order_key}&"
    )
    if not re.fullmatch(_SALT, salt, re.ASCII):
        raise ValueError(f"challenge out of alphabet: {salt!r}")
    digest = _digest(salt, str(number))
    return Puzzle(salt, digest, _signature(keyring.key(KIND, kid), digest))


def solve(puzzle: Puzzle) -> int | None:
    """The number of ``puzzle``, by trying them all: what the browser does. 25 ms on average."""
    found = (
        number for number in range(MAX_NUMBER + 1) if _digest(puzzle.salt, str(number)).startswith(puzzle.challenge)
    )
    return next(found, None)


def solution(puzzle: Puzzle, number: int) -> str:
    """The text that the browser sends: ``salt.number.signature``. No part holds a dot."""
    return f"{puzzle.salt}.{number}.{puzzle.signature}"


def verify(keyring: Keyring, text: str, *, now_s: float) -> Challenge | Refusal:
    """The challenge that ``text`` solves, or why it is refused. That it is spent once is the ledger's to say."""
    if len(text) > MAX_TOKEN_CHARS:
        return Refusal.OVERSIZED
    shape = _SOLUTION.fullmatch(text)
    if shape is None:
        return Refusal.MALFORMED
    salt, nonce, expires, kid, tid, key, number, signature = shape.groups()
    if not keyring.accepts(kid, now_s=now_s, max_age_days=1):
        return Refusal.UNKNOWN_KEY
    if not hmac.compare_digest(signature, _signature(keyring.key(KIND, kid), _digest(salt, number))):
        return Refusal.FORGED
    expires_at_s, order_key = read_int(expires), read_int(key)
    if expires_at_s is None or order_key is None or read_int(number, below=MAX_NUMBER + 1) is None:
        return Refusal.MALFORMED
    if now_s >= expires_at_s:
        return Refusal.EXPIRED
    return Challenge(expires_at_s=expires_at_s, nonce=nonce, tid=tid, order_key=order_key)


def _digest(salt: str, number: str) -> str:
    return hashlib.sha256(f"{salt}{number}".encode("ascii")).hexdigest()


def _signature(key: bytes, digest: str) -> str:
    return hmac.digest(key, digest.encode("ascii"), hashlib.sha256).hex()
