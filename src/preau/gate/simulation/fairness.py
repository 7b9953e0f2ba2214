"""Who is last, and how often: the order of the classes over the five days of a week.

Two views. By *rank*: the numbers that the rule deals, for every class of a country. By *outcome*: which place a class
took, by the time it was ready, among the classes of its start time, in five simulated mornings.
"""

from typing import Final

import msgspec
import numpy as np

from preau.gate.rules.places import RANKS
from preau.gate.rules.places import rank as rank_of
from preau.gate.simulation.measures import ready_s
from preau.gate.simulation.orders import RANK_KEY, group_name
from preau.gate.simulation.run import Run
from preau.gate.simulation.world import MONDAY_S, Floats, World

SCHOOL_DAYS: Final = 5
DAY_S: Final = 86_400
LAST_TENTH: Final = 0.9


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Mean place over five days, by class: 0 is always first, 1 always last."""

    name: str
    classes: int
    worst: float
    p99: float
    twice_in_last_tenth: float
    """Share of classes that were in the last tenth on two days or more."""


def rank_spread(classes: int) -> Spread:
    """What the rule deals to ``classes`` class groups. Cost: five HMAC a class."""
    first_day = MONDAY_S // DAY_S
    places = np.empty((SCHOOL_DAYS, classes))
    for day in range(SCHOOL_DAYS):
        dealt = (rank_of(RANK_KEY, group_name(index), day=first_day + day) for index in range(classes))
        places[day] = np.fromiter(dealt, dtype=float, count=classes) / RANKS
    return _spread("rank", places)


def redraw_spread(classes: int, *, seed: int) -> Spread:
    """A lottery drawn anew every day, to compare with."""
    return _spread("daily redraw", np.random.default_rng((seed, 5)).random((SCHOOL_DAYS, classes)))


def outcome_spread(name: str, places_by_day: list[Floats]) -> Spread:
    """The same from five mornings, each given by ``outcome_places``."""
    return _spread(name, np.array(places_by_day))


def outcome_places(run: Run) -> Floats:
    """By class: its place in [0, 1] among the classes that begin at the same time, by when it was ready."""
    world: World = run.world
    ready = ready_s(run)
    places = np.zeros(len(ready))
    for start in np.unique(world.class_start_s):
        classes = np.flatnonzero(world.class_start_s == start)
        places[classes[np.argsort(ready[classes], kind="stable")]] = (np.arange(len(classes)) + 0.5) / len(classes)
    return places


def _spread(name: str, places: Floats) -> Spread:
    mean = places.mean(axis=0)
    last = (places >= LAST_TENTH).sum(axis=0)
    return Spread(
        name=name,
        classes=places.shape[1],
        worst=float(mean.max()),
        p99=float(np.quantile(mean, 0.99)),
        twice_in_last_tenth=float((last > 1).mean()),
    )
