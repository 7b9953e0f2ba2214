"""What a solved challenge is worth: the setback of a further ticket of one source, divided by ten.

On offer only in lane 3, only from level 2 of the ladder on, and only with a ticket that was set back: the first device
of an address, which is most families, never computes anything. Nobody needs it: who does not solve it waits.
"""

from typing import Final

from preau.gate.rules.places import OTHERS, SETBACK_MS, TIES, Place

LEAST_LEVEL: Final = 2
"""*Priorité*: below it lane 3 has a share worth having, and phones have better things to do."""

DIVISOR: Final = 10


def is_on_offer(place: Place, *, earlier: int, level: int) -> bool:
    """Whether a challenge goes with a place just drawn.

    Args:
        place: the place.
        earlier: unclaimed tickets that its source had drawn before.
        level: level of the ladder, 0 to 5.
    """
    return level >= LEAST_LEVEL and place.lane == OTHERS and earlier > 0


def discounted_key(order_key: int, *, earlier: int) -> int:
    """The key of a place just drawn as if each earlier ticket had set it back by a tenth."""
    return order_key - earlier * (SETBACK_MS - SETBACK_MS // DIVISOR) * TIES
