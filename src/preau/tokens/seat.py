"""The seat (*place*): one person in one live class. ``s1.kid.exp.live_class.person.role.mac``.

The school hands it to a person of the class's roster; the live server takes it on the websocket and never asks the
school. Ids are the 32 hexadecimal digits of UUIDs: the roster file gives them names.
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

_HEX_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


class SeatRole(StrEnum):
    """What a seat may do in the room."""

    TEACHER = "teacher"
    PUPIL = "pupil"


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A verified seat. ``expires_at_s`` wall seconds; ``live_class`` and ``person`` UUIDs as 32 hex digits."""

    expires_at_s: int
    live_class: str
    person: str
    role: SeatRole


def mint(keyring: Keyring, seat: Seat, *, now_s: float) -> str:
    """Signs a seat with the key of the day."""
    fields = (str(seat.expires_at_s), seat.live_class, seat.person, seat.role.value)
    return seal(keyring, KIND, fields, now_s=now_s)


def verify(keyring: Keyring, text: str, *, now_s: float) -> Seat | Refusal:
    """The seat, or why it is refused."""
    fields = unseal(keyring, KIND, text, count=4, now_s=now_s, max_age_days=1)
    if isinstance(fields, Refusal):
        return fields
    expires_at_s = read_int(fields[0])
    if expires_at_s is None or not all(_HEX_ID.fullmatch(field) for field in fields[1:3]):
        return Refusal.MALFORMED
    if fields[3] not in set(SeatRole):
        return Refusal.MALFORMED
    if now_s >= expires_at_s:
        return Refusal.EXPIRED
    return Seat(expires_at_s=expires_at_s, live_class=fields[1], person=fields[2], role=SeatRole(fields[3]))
