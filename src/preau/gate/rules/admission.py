"""Entry and stay: who may claim a place, how long a pass lives, how long somebody counts as inside.

Nobody inside is ever thrown out to make room. So a pass outlives the lesson it was claimed for, and the capacity bounds
claims only, never people who hold a valid pass.
"""

from typing import Final

from preau.gate.rules.places import PUPILS, STAFF, LessonRun, Place
from preau.gate.rules.plan import Plan
from preau.tokens.seat import AFTER_LESSON_S

LONGEST_RUN_S: Final = 2 * 3600
"""A pass never promises more than two hours ahead: a day of lessons is renewed by being there."""

UNPROVEN_S: Final = 15
"""How long a place is held for a device that came with no cookie at all, until it shows its pass a first time: link
previews, monitors and robots keep no cookies, and so hold at most their rate times this. A person who reads the first
page for longer comes back with an early ticket."""

UNPROVEN_SHARE: Final = 0.25
"""Of the capacity, for all such devices together: however many robots come, three places in four are for people."""

UNPROVEN_RATE: Final = 0.10
UNPROVEN_LEAST_PER_S: Final = 5.0
"""Of the entries of a second, for them: the floor of lane 3, and at least so many. Who comes first in the morning walks
in, and a flood that begins in the same second does not spend the entries of the pupils."""

UNPROVEN_SIEGE: Final = 0.02
"""Of the capacity, under attack: as lane 3 has of the calls."""


def may_enter(place: Place, plan: Plan, *, now_s: float) -> bool:
    """Whether the place is called: the one test of every edge."""
    return place.order_key < plan.watermark(place.lane, now_s=now_s)


def pass_expiry(lane: int, run: LessonRun | None, *, now_s: float, idle_s: float) -> int:
    """When a pass minted now expires (wall seconds).

    Args:
        lane: lane of the claim; the stay of lanes 0 and 1 covers their lessons.
        run: the holder's present lessons, if any.
        now_s: wall clock.
        idle_s: how long somebody silent counts as inside.
    """
    idle_end_s = now_s + idle_s
    if run is None or lane not in {STAFF, PUPILS}:
        return int(idle_end_s)
    return int(max(idle_end_s, min(run.ends_at_s, now_s + LONGEST_RUN_S) + AFTER_LESSON_S))


def unproven_places(
    capacity: int, *, inside: int = 0, rate_per_s: float | None = None, others_wait: bool = False, siege: bool = False
) -> int:
    """How many devices without any cookie may be inside at once; one at least, or nobody new could begin.

    Args:
        capacity: people of lanes 1 to 3 inside at once.
        inside: such devices that are inside now.
        rate_per_s: entries a second that are planned; None: none are.
        others_wait: whether anybody waits in lanes 1 and 2. Then these devices have what those leave: one place. Who
            is a person comes back with the ticket, is no such device any more, and is called by the floor of lane 3.
        siege: whether the ladder is on this level.
    """
    if others_wait:
        return 1
    most = capacity * (UNPROVEN_SIEGE if siege else UNPROVEN_SHARE)
    if rate_per_s is not None:
        most = min(most, inside + max(UNPROVEN_RATE * rate_per_s, UNPROVEN_LEAST_PER_S))
    return max(1, int(most))


def is_worn(expires_at_s: int, fresh_expiry_s: int, *, now_s: float) -> bool:
    """Whether less than half of a fresh pass's life remains, so that it is worth a new cookie."""
    return expires_at_s - now_s < (fresh_expiry_s - now_s) / 2
