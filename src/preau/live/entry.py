"""Whose seat is taken: the browser it was given to, and the roster of the moment. Pure.

The same rule at the hello and, whenever the roster changes, for everybody connected.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from preau.published.shapes import RosterMember
from preau.tokens.seat import Seat

NOT_YOURS: Final = "seat_not_yours"


class Closed(msgspec.Struct, frozen=True):
    """Why a connection is not taken, or no longer: close code and stable reason (docs/protocol/live.md)."""

    code: int
    reason: str


def refusal_of_browser(seat: Seat, binding: str | None) -> Closed | None:
    """Why the browser may not use the seat. ``binding``: of the secret that it showed, None when it showed none."""
    return None if seat.binding == binding else Closed(4401, NOT_YOURS)


def refusal_of_roster(seat: Seat, members: Mapping[str, RosterMember]) -> Closed | None:
    """Why the roster does not let the seat in. ``members`` by person."""
    member = members.get(seat.person)
    if member is None:
        return Closed(4403, "not_on_roster")
    if member.role != seat.role.value:
        return Closed(4403, "wrong_role")
    if seat.minted_at_s < member.seats_from_s:
        return Closed(4401, "seat_withdrawn")
    return None
