"""The card (*carnet*): what a device keeps after a sign-in, so that the gate knows it without asking anybody.

``c1.kid.exp.role.sub.grp.hours.mac``. It holds pseudonyms and hours, never a name. ``hours`` is the week's timetable:
42 hexadecimal digits, seven groups of six (Monday first), each a 24-bit mask of UTC hours, least significant bit =
00:00-00:59. UTC because the school mints it for the seven days to come from dated lessons: time zones and the change
of hour are settled there once, and an edge needs no calendar.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from preau.tokens.envelope import Refusal, read_int, seal, unseal
from preau.tokens.keyring import DAY_S, Keyring

KIND: Final = "c1"
LIFE_DAYS: Final = 180
_HOURS = re.compile(r"[0-9a-f]{42}", re.ASCII)
_PSEUDONYM = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)
NO_GROUP: Final = "-"
NO_HOURS: Final = "0" * 42


class Role(StrEnum):
    """What the gate needs to know of a profile."""

    PUPIL = "p"
    TEACHER = "t"
    STAFF = "s"
    GUARDIAN = "g"


_ROLES: Final = {role.value: role for role in Role}


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A verified card. ``expires_at_s`` wall seconds; ``subject`` and ``group`` pseudonyms (group ``-`` = none)."""

    expires_at_s: int
    role: Role
    subject: str
    group: str
    hours: str

    def is_over(self, *, now_s: float) -> bool:
        """Whether it has expired."""
        return now_s >= self.expires_at_s

    def busy_in_hour(self, epoch_hour: int) -> bool:
        """Whether the week's timetable has a lesson in this UTC hour (hours since 1970-01-01 00:00)."""
        return busy_in_hour(self.hours, epoch_hour)


def busy_in_hour(hours: str, epoch_hour: int) -> bool:
    """The same of a ``hours`` field."""
    day, hour = divmod(epoch_hour, 24)
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    return bool(int(hours[6 * weekday : 6 * weekday + 6], 16) >> hour & 1)


def mint(keyring: Keyring, card: Card, *, now_s: float) -> str:
    """Signs a card with the key of the day."""
    fields = (str(card.expires_at_s), card.role.value, card.subject, card.group, card.hours)
    return seal(keyring, KIND, fields, now_s=now_s)


def read(keyring: Keyring, text: str, *, now_s: float) -> Card | Refusal:
    """The card if it is genuine, expired or not."""
    fields = unseal(keyring, KIND, text, count=5, now_s=now_s, max_age_days=LIFE_DAYS)
    if isinstance(fields, Refusal):
        return fields
    expires_at_s, role = read_int(fields[0]), _ROLES.get(fields[1])
    if expires_at_s is None or role is None or not _HOURS.fullmatch(fields[4]):
        return Refusal.MALFORMED
    if not _PSEUDONYM.fullmatch(fields[2]) or not (fields[3] == NO_GROUP or _PSEUDONYM.fullmatch(fields[3])):
        return Refusal.MALFORMED
    return Card(expires_at_s=expires_at_s, role=role, subject=fields[2], group=fields[3], hours=fields[4])


def verify(keyring: Keyring, text: str, *, now_s: float) -> Card | Refusal:
    """The card, or why it is refused."""
    found = read(keyring, text, now_s=now_s)
    if isinstance(found, Card) and found.is_over(now_s=now_s):
        return Refusal.EXPIRED
    return found


def hours_mask(epoch_hours: set[int]) -> str:
    """The ``hours`` field for the given UTC hours (hours since 1970-01-01); hours a week apart share a bit."""
    masks = [0] * 7
    for epoch_hour in epoch_hours:
        day, hour = divmod(epoch_hour, 24)
        masks[(day + 3) % 7] |= 1 << hour
    return "".join(f"{mask:06x}" for mask in masks)


def expiry(now_s: float) -> int:
    """The expiry of a card minted at ``now_s``."""
    return int(now_s) + LIFE_DAYS * DAY_S
