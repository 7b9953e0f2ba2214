"""How long it may take: an interval from real entries, or honestly nothing; and never silently longer than told before.

Entries are taken for a Poisson process, of which ``number`` were seen in ``watched_s``. Then the time of the next
``turn`` entries over its mean is a ratio of two gamma variables, an F with (2 turn, 2 number) degrees of freedom. Its
quantiles follow Paulson (1942): the cube root of a gamma over its mean is nearly normal, with mean 1 - 1/(9 shape) and
variance 1/(9 shape) (Wilson and Hilferty 1931). So few entries give a wide interval by themselves.
"""

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

WINDOW_S: Final = 600.0
"""Older entries say nothing about now: a lesson has begun or ended meanwhile."""

LEAST_ENTRIES: Final = 5
"""Below it the upper end is over three times the mean: no time to tell anybody."""

MANY_ENTRIES: Final = 30
"""As many of the latest are enough for a third more or less; older ones would only make the estimate slow."""

LEAST_WATCHED_S: Final = 60.0
"""Thirty entries of one second say nothing about the next minute: so long is watched, and the rate of it is told as if
of thirty entries, since a rate of now is not the rate of an hour."""

QUANTILE: Final = 1.28
"""Of the normal distribution: four waits in five end within the interval, one in ten before, one in ten after it."""

SLACK: Final = 1.25
"""An upper end that has grown by less than this is chance: the one told before stays."""


class Look(NamedTuple):
    """One look at the door while somebody waited: when, seconds since the look before, entries meanwhile."""

    at_s: float
    elapsed_s: float
    entered: int


class Entries(NamedTuple):
    """So many entries in so many seconds in which somebody waited."""

    number: int
    watched_s: float

    @property
    def per_s(self) -> float:
        """The rate, or 0.0 while too few were seen."""
        return self.number / self.watched_s if self.number >= LEAST_ENTRIES else 0.0


class WaitInterval(NamedTuple):
    """An estimate of the time still to wait, seconds."""

    low_s: float
    high_s: float


class Told(NamedTuple):
    """What is told now. ``best_s``: the shortest upper end told to this person so far, None before the first."""

    interval: WaitInterval | None
    best_s: float | None

    @property
    def is_slower(self) -> bool:
        """Whether this is longer than what was told before, so that the reason has to be said."""
        return self.best_s is not None and (self.interval is None or self.interval.high_s > self.best_s)


def recent_entries(looks_latest_first: Iterable[Look], *, now_s: float) -> Entries:
    """The latest entries: many, or those of the window."""
    number, watched_s = 0, 0.0
    for look in looks_latest_first:
        if now_s - look.at_s >= WINDOW_S or (number >= MANY_ENTRIES and watched_s >= LEAST_WATCHED_S):
            break
        number += look.entered
        watched_s += look.elapsed_s
    if number <= MANY_ENTRIES:
        return Entries(number, watched_s)
    return Entries(MANY_ENTRIES, watched_s * MANY_ENTRIES / number)


def wait_interval(before: int, entries: Entries) -> WaitInterval | None:
    """The time until ``before`` people and then oneself have entered, or None when too few entries were seen."""
    if entries.number < LEAST_ENTRIES:
        return None
    turn = before + 1
    of_turn, of_rate = 1 / (9 * turn), 1 / (9 * entries.number)
    middle = (1 - of_turn) * (1 - of_rate)
    spread = QUANTILE * math.sqrt(
        (1 - of_turn) ** 2 * of_rate + (1 - of_rate) ** 2 * of_turn - QUANTILE**2 * of_turn * of_rate
    )
    scale = (1 - of_rate) ** 2 - QUANTILE**2 * of_rate
    mean_s = turn * entries.watched_s / entries.number
    return WaitInterval(mean_s * ((middle - spread) / scale) ** 3, mean_s * ((middle + spread) / scale) ** 3)


def tell(fresh: WaitInterval | None, *, best_s: float | None) -> Told:
    """What to tell somebody who was told ``best_s`` as the shortest upper end so far."""
    if fresh is None or best_s is None:
        return Told(fresh, best_s if fresh is None else fresh.high_s)
    if fresh.high_s > best_s * SLACK:
        return Told(fresh, best_s)
    high_s = min(fresh.high_s, best_s)
    return Told(WaitInterval(min(fresh.low_s, high_s), high_s), high_s)
