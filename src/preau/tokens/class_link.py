"""The class link (*lien de classe*): the class's place in lane 1 without identity. ``l1.kid.exp.room.start.cap.mac``.

The teacher's page mints it, pupils carry it in a path, ``/l/<token>``. ``room`` is the pseudonym of the class group and
not the id of the live class: with ``start`` it is all that the order key is made of, so an edge computes the class's
very place without asking anybody, and the link says no more than the pupils' own cards do. It opens no live class:
that takes a seat (``tokens.seat``), which the school gives to people of the roster only.
"""

import re
from typing import Final

import msgspec

from preau.tokens.envelope import Refusal, read_int, seal, unseal
from preau.tokens.keyring import Keyring

KIND: Final = "l1"
CAPS: Final = 1000
"""No class group has more people; a greater cap would be a door for a crowd."""

_ROOM = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)

DEVICE_TENTHS: Final = 12
"""Devices for ten people of the class: a fifth more, for second devices."""


class ClassLink(msgspec.Struct, frozen=True, kw_only=True):
    """A verified class link.

    Attributes:
        expires_at_s: end of the lesson, wall seconds.
        room: pseudonym of the class group.
        starts_at_s: start of the run of lessons that the order key is made of, wall seconds.
        cap: people of the class; in [1, CAPS).
    """

    expires_at_s: int
    room: str
    starts_at_s: int
    cap: int

    @property
    def most(self) -> int:
        """How many devices may take the place by this link: a fifth more than the class, for second devices."""
        return self.cap * DEVICE_TENTHS // 10


def mint(keyring: Keyring, link: ClassLink, *, now_s: float) -> str:
    """Signs a class link with the key of the day."""
    fields = (str(link.expires_at_s), link.room, str(link.starts_at_s), str(link.cap))
    return seal(keyring, KIND, fields, now_s=now_s)


def verify(keyring: Keyring, text: str, *, now_s: float) -> ClassLink | Refusal:
    """The class link, or why it is refused."""
    fields = unseal(keyring, KIND, text, count=4, now_s=now_s, max_age_days=1)
    if isinstance(fields, Refusal):
        return fields
    expires_at_s, starts_at_s, cap = read_int(fields[0]), read_int(fields[2]), read_int(fields[3], below=CAPS)
    if expires_at_s is None or starts_at_s is None or not cap or not _ROOM.fullmatch(fields[1]):
        return Refusal.MALFORMED
    if now_s >= expires_at_s:
        return Refusal.EXPIRED
    return ClassLink(expires_at_s=expires_at_s, room=fields[1], starts_at_s=starts_at_s, cap=cap)
