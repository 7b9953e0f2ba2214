"""The pass (*laissez-passer*): admission through the gate. ``p1.kid.exp.lane.sid.mac``.

The module is not called ``pass``, which is a keyword. The edge slides the expiry while its holder is active.
"""

import re
from typing import Final

import msgspec

from preau.tokens.envelope import Refusal, read_int, seal, unseal
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import LANES

KIND: Final = "p1"
_SID = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """A verified admission. ``expires_at_s`` wall seconds; ``sid`` is the tid of the ticket it was claimed with."""

    expires_at_s: int
    lane: int
    sid: str

    def is_over(self, *, now_s: float) -> bool:
        """Whether it has expired."""
        return now_s >= self.expires_at_s


def mint(keyring: Keyring, admission: Pass, *, now_s: float) -> str:
    """Signs a pass with the key of the day."""
    return seal(keyring, KIND, (str(admission.expires_at_s), str(admission.lane), admission.sid), now_s=now_s)


def read(keyring: Keyring, text: str, *, now_s: float) -> Pass | Refusal:
    """The pass if it is genuine, expired or not: it says who was inside, not that somebody still is."""
    fields = unseal(keyring, KIND, text, count=3, now_s=now_s, max_age_days=1)
    if isinstance(fields, Refusal):
        return fields
    expires_at_s, lane = read_int(fields[0]), read_int(fields[1], below=LANES)
    if expires_at_s is None or lane is None or not _SID.fullmatch(fields[2]):
        return Refusal.MALFORMED
    return Pass(expires_at_s=expires_at_s, lane=lane, sid=fields[2])


def verify(keyring: Keyring, text: str, *, now_s: float) -> Pass | Refusal:
    """The pass, or why it is refused."""
    found = read(keyring, text, now_s=now_s)
    if isinstance(found, Pass) and found.is_over(now_s=now_s):
        return Refusal.EXPIRED
    return found
