"""The seat (*place*): one person in one live class. ``s1.kid.exp.live_class.person.role.minted.binding.mac``.

The school hands it to a person of the class's roster; the live server takes it on the websocket and never asks the
school. Ids are the 32 hexadecimal digits of UUIDs: the roster file gives them names.

A seat stands in a page, so it can be read and copied. Two things keep a copy from being anybody's seat: it is bound to
the browser it was given to, by a secret that only this browser's cookie holds, and the roster says from when on a
person's seats are good, which is how a sign-out or a new card ends the ones before.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from preau.tokens.envelope import Refusal, read_int, seal, unseal
from preau.tokens.keyring import Keyring

KIND: Final = "s1"
AFTER_LESSON_S: Final = 1800
"""How long after its planned end a lesson may live on, for everybody alike: the seat is good, the class stays open and
its people stay inside.

Half an hour: lessons that overrun end well
within it, and a class that nobody ended is closed before the next hour is half over."""

BROWSER_SECRET_BYTES: Final = 16
"""Random bytes of the secret that a browser keeps: nobody guesses 128 bits."""

_HEX_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_BINDING = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)
_BROWSER_SECRET = re.compile(r"[0-9A-Za-z_-]{22}", re.ASCII)


class SeatRole(StrEnum):
    """What a seat may do in the room."""

    TEACHER = "teacher"
    PUPIL = "pupil"


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A verified seat. ``…_at_s`` wall seconds; ``live_class`` and ``person`` UUIDs as 32 hex digits.

    ``binding``: ``binding_of`` the secret of the browser that the seat was given to, 11 characters.
    """

    expires_at_s: int
    live_class: str
    person: str
    role: SeatRole
    minted_at_s: int
    binding: str


def is_browser_secret(text: str) -> bool:
    """Whether ``text`` may be the secret of a browser: ``BROWSER_SECRET_BYTES`` in unpadded base64url."""
    return _BROWSER_SECRET.fullmatch(text) is not None


def binding_of(keyring: Keyring, browser_secret: str) -> str:
    """What a seat says of the browser's secret: 64 bits of HMAC, 11 characters, from which nobody finds the secret."""
    return keyring.pseudonym("browser", browser_secret)


def mint(keyring: Keyring, seat: Seat, *, now_s: float) -> str:
    """Signs a seat with the key of the day."""
    fields = (
        str(seat.expires_at_s), seat.live_class, seat.person, seat.role.value, str(seat.minted_at_s), seat.binding,
    )  # fmt: skip
    return seal(keyring, KIND, fields, now_s=now_s)


def verify(keyring: Keyring, text: str, *, now_s: float) -> Seat | Refusal:
    """The seat, or why it is refused."""
    fields = unseal(keyring, KIND, text, count=6, now_s=now_s, max_age_days=1)
    if isinstance(fields, Refusal):
        return fields
    expires, live_class, person, role, minted, binding = fields
    expires_at_s, minted_at_s = read_int(expires), read_int(minted)
    if expires_at_s is None or minted_at_s is None or not _BINDING.fullmatch(binding):
        return Refusal.MALFORMED
    if role not in set(SeatRole) or not (_HEX_ID.fullmatch(live_class) and _HEX_ID.fullmatch(person)):
        return Refusal.MALFORMED
    if now_s >= expires_at_s:
        return Refusal.EXPIRED
    return Seat(
        expires_at_s=expires_at_s,
        live_class=live_class,
        person=person,
        role=SeatRole(role),
        minted_at_s=minted_at_s,
        binding=binding,
    )
