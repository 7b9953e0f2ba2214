"""The ticket: a place in the queue. ``t1.kid.lane.order_key.tid.mac``.

It carries its whole meaning, so a waiting person costs the server nothing. It lives as long as its day's key: today
and tomorrow, whatever happens to the tab, the battery or the network.
"""

import re
from typing import Final

import msgspec

from preau.tokens.envelope import Refusal, read_int, seal, unseal
from preau.tokens.keyring import Keyring

KIND: Final = "t1"
_TID = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)
LANES: Final = 4
TID: Final = "tid"
"""The purpose of the pseudonyms that are the tids of cards."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A verified place. ``order_key`` < 2**63, smaller is earlier; ``tid`` 64 bits in base64url, random or a card's."""

    lane: int
    order_key: int
    tid: str


def tid_of_card(keyring: Keyring, subject: str) -> str:
    """The tid of a card: the same on every edge and every day, so that one card is one person however it comes."""
    return keyring.pseudonym(TID, subject)


def mint(keyring: Keyring, ticket: Ticket, *, now_s: float) -> str:
    """Signs a ticket with the key of the day."""
    return seal(keyring, KIND, (str(ticket.lane), str(ticket.order_key), ticket.tid), now_s=now_s)


def verify(keyring: Keyring, text: str, *, now_s: float) -> Ticket | Refusal:
    """The ticket, or why it is refused."""
    fields = unseal(keyring, KIND, text, count=3, now_s=now_s, max_age_days=1)
    if isinstance(fields, Refusal):
        return fields
    lane, order_key = read_int(fields[0], below=LANES), read_int(fields[1])
    if lane is None or order_key is None or not _TID.fullmatch(fields[2]):
        return Refusal.MALFORMED
    return Ticket(lane=lane, order_key=order_key, tid=fields[2])
