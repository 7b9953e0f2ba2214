"""When work was received that is handed on later (*reçu*): ``r1.kid.received_ms.body.mac``.

The letterbox signs it when it delivers, the school reads it and takes that instant for the time of handing in. It never
leaves the house: pupils do not see one, and whoever invents one has no key. It names the body that it came with, so one
that leaked would date nothing else.
"""

import hashlib
from typing import Final

from preau.tokens.envelope import Refusal, read_int, seal, unseal
from preau.tokens.keyring import Keyring

KIND: Final = "r1"
HEADER: Final = "preau-received"
"""Of the request that delivers."""


def mint(keyring: Keyring, body: bytes, *, received_at_s: float, now_s: float) -> str:
    """Says that ``body``, handed on at ``now_s``, was received at ``received_at_s`` (wall seconds)."""
    return seal(keyring, KIND, (str(int(received_at_s * 1000)), _name_of(body)), now_s=now_s)


def read(keyring: Keyring, text: str, body: bytes, *, now_s: float) -> float | Refusal:
    """Wall seconds of the receipt of ``body``, never later than ``now_s``; or why the text is refused."""
    fields = unseal(keyring, KIND, text, count=2, now_s=now_s, max_age_days=1)
    if isinstance(fields, Refusal):
        return fields
    received_ms = read_int(fields[0])
    if received_ms is None or fields[1] != _name_of(body):
        return Refusal.MALFORMED
    return min(received_ms / 1000, now_s)


def _name_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
