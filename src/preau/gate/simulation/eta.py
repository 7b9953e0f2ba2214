"""What the waiting page tells a panel of people, by the gate's rules, to be held against what then happened."""

from collections import deque
from typing import Final, NamedTuple

import numpy as np

from preau.gate.rules.places import Place
from preau.gate.rules.standing import curve, people_before
from preau.gate.rules.wait import WINDOW_S, Look, recent_entries, tell, wait_interval
from preau.gate.simulation.crowd import CALLED, WAITING, Crowd
from preau.gate.simulation.orders import Standing
from preau.gate.simulation.policy import Seen
from preau.gate.simulation.world import World
from preau.tokens.ticket import LANES

PANEL: Final = 1500
LOOKS_EVERY_S: Final = 60
STEP_S: Final = 10


class Told(NamedTuple):
    """One look of one person at the waiting page: the interval it told, seconds from then."""

    person: int
    at_s: int
    low_s: float
    high_s: float


class EtaPanel:
    """People who look at their page once a minute. Mutable; one for each run."""

    def __init__(self, world: World, standing: Standing) -> None:
        random = np.random.default_rng((world.seed, 3, world.day))
        coming = np.flatnonzero(world.comes)
        self._people = np.sort(random.choice(coming, size=min(PANEL, len(coming)), replace=False))
        self._arrival_s = world.arrival_ms[self._people] // 1000
        self._standing = standing
        self._looks: deque[Look] = deque(maxlen=int(WINDOW_S))
        self._best_s: dict[int, float | None] = {}
        self.told: list[Told] = []

    def look(self, second: int, crowd: Crowd, seen: Seen) -> None:
        """Notes the entries of the last second; every tenth, some of the panel look at their page."""
        if seen.waiting:
            self._looks.appendleft(Look(float(second), 1.0, seen.entered))
        if second % STEP_S or not seen.groups:
            return
        state = crowd.state[self._people]
        turn = (second - self._arrival_s) // STEP_S % (LOOKS_EVERY_S // STEP_S) == 1
        looking = self._people[turn & ((state == WAITING) | (state == CALLED))]
        if not len(looking):
            return
        entries = recent_entries(self._looks, now_s=float(second))
        curves = {lane: curve(seen.groups, lane, exact=seen.sample == 1) for lane in range(1, LANES)}
        for person in looking.tolist():
            place = Place(int(self._standing.lane[person]), int(self._standing.key[person]))
            fresh = wait_interval(people_before(curves, place), entries)
            interval, self._best_s[person] = tell(fresh, best_s=self._best_s.get(person))
            if interval is not None:
                self.told.append(Told(person, second, interval.low_s, interval.high_s))
