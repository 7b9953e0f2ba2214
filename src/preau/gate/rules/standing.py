"""What a waiting person is told: how many are before, and how far that is on the hopscotch.

True rather than pleasant: the position counts present people with a strictly smaller key, in the same lane and in the
lanes served before it. How long it may take: ``gate.rules.wait``.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from preau.gate.rules.calling import Group
from preau.gate.rules.places import Place

CURVE_POINTS: Final = 16
"""Points per lane in the shared file: with 16 it stays under 2 kB, and the error under a sixteenth of the queue."""

SQUARES: Final = 8


class Curve(NamedTuple):
    """A lane's queue, shortened. ``points``: (key, people with this key or a smaller one), keys rising.

    ``exact``: every key is listed; else positions between two points are interpolated.
    """

    points: tuple[tuple[int, int], ...]
    exact: bool
    people: int


def curve(groups: Sequence[Group], lane: int, *, exact: bool = True) -> Curve:
    """The curve of one lane from its groups (sorted by key); ``exact``: everybody was counted, not a sample."""
    steps: list[tuple[int, int]] = []
    people = 0
    for group in groups:
        if group.lane == lane:
            people += group.people
            steps.append((group.order_key, people))
    if len(steps) <= CURVE_POINTS:
        return Curve(tuple(steps), exact, people)
    last = len(steps) - 1
    chosen = [steps[round(index * last / (CURVE_POINTS - 1))] for index in range(CURVE_POINTS)]
    return Curve(tuple(chosen), exact=False, people=people)


def people_before(curves: Mapping[int, Curve], place: Place) -> int:
    """How many present people enter before ``place`` at most, as the browser computes it from the shared file.

    All of the lanes before it: with its floor a lane may be faster, and nobody is promised that.
    """
    before = 0
    for lane, queue in curves.items():
        if lane < place.lane:
            before += queue.people
        elif lane == place.lane:
            before += _below(queue, place.order_key)
    return before


def _below(own: Curve, order_key: int) -> int:
    index = bisect_left(own.points, (order_key, 0))
    if index == 0:
        return 0
    left_key, left = own.points[index - 1]
    if own.exact or index == len(own.points):
        return left
    right_key, right = own.points[index]
    share = (order_key - left_key) / (right_key - left_key)
    return left + int(share * max(right - left - 1, 0))


def square(before: int) -> int:
    """The square of the hopscotch, 1 to 8; each square on halves the queue before oneself."""
    return max(1, SQUARES - (before + 1).bit_length() + 1)
