"""The QR card that a teacher prints: ``q1.kid.exp.person.generation.mac``, carried in the path ``/c/<token>``.

Not the card of the gate (``tokens.card``): this one is paper, and only opens a sign-in. The school keeps one number
per pupil, the generation; printing a new card raises it and so revokes the older ones.
"""

import re
from typing import Final

import msgspec

from preau.tokens.envelope import Refusal, read_int, seal, unseal
from preau.tokens.keyring import Keyring

KIND: Final = "q1"
LIFE_DAYS: Final = 400
"""A school year and the summer: cards printed in September still open in July."""
_HEX_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


class SignInCard(msgspec.Struct, frozen=True, kw_only=True):
    """A verified paper card. ``person`` UUID as 32 hex digits; ``generation`` must equal the one the school holds."""

    expires_at_s: int
    person: str
    generation: int


def mint(keyring: Keyring, card: SignInCard, *, now_s: float) -> str:
    """Signs a paper card with the key of the day."""
    return seal(keyring, KIND, (str(card.expires_at_s), card.person, str(card.generation)), now_s=now_s)


def verify(keyring: Keyring, text: str, *, now_s: float) -> SignInCard | Refusal:
    """The paper card, or why it is refused. The caller still compares ``generation``."""
    fields = unseal(keyring, KIND, text, count=3, now_s=now_s, max_age_days=LIFE_DAYS)
    if isinstance(fields, Refusal):
        return fields
    expires_at_s, generation = read_int(fields[0]), read_int(fields[2])
    if expires_at_s is None or generation is None or not _HEX_ID.fullmatch(fields[1]):
        return Refusal.MALFORMED
    if now_s >= expires_at_s:
        return Refusal.EXPIRED
    return SignInCard(expires_at_s=expires_at_s, person=fields[1], generation=generation)
