"""The application behind the gate as a fluid: work flows in, waits in one queue, is served at a capacity.

Second by second. Entry work comes over the first 25 s after a claim, background work from everybody who is in. What
waits longer than browsers do (10 s) is served all the same, for nobody, and asked for again: so an application without
a gate works at full speed and gets nowhere. What does not fit the longest queue (30 s of work) is refused and asked
for again too. Somebody is *in* when all requests of their entry were answered in time; entries are completed in the
order of claims, which is exact for a queue and good for a crowd.
"""

from typing import Final, NamedTuple

import numpy as np

from preau.gate.simulation.scenario import Failure, Scenario
from preau.gate.simulation.world import Floats

PATIENCE_S: Final = 10
"""A browser waits so long for one answer."""

LONGEST_QUEUE_S: Final = 30.0
RETRY_S: Final = 5
"""Asked again within this time, evenly."""


def _spread() -> Floats:
    """Shares of the entry work by second after the claim: even for 15 s, then falling to nothing at 25 s."""
    seconds = np.arange(25) + 0.5
    shares = np.clip((25 - seconds) / 10, 0.0, 1.0)
    spread: Floats = shares / shares.sum()
    return spread


SPREAD: Final = _spread()
NEARLY: Final = 4.0
"""Requests: what is left when the simulation ends, and rounding, keep nobody out."""

BEYOND_S: Final = len(SPREAD) + PATIENCE_S + RETRY_S


class Served(NamedTuple):
    """One second of the application."""

    done_per_s: float
    useful_per_s: float
    """Answered in time; the rest was for nobody."""
    queue_s: float
    """How long the work that comes now will wait."""
    background_per_s: float
    failed_share: float
    """Requests refused or given up, of those that came."""
    capacity_per_s: float


class Application:
    """One queue. Mutable; one for each run.

    Args:
        scenario: capacity, costs and failure.
        drain_at_s: second from which the failure counts.
    """

    def __init__(self, scenario: Scenario, *, drain_at_s: int) -> None:
        size = scenario.lasts_s + BEYOND_S + 1
        self._scenario = scenario
        self._capacity = capacities(scenario, drain_at_s=drain_at_s)
        self._entry, self._background = np.zeros(size), np.zeros(size)  # asked for in each second
        self._left = np.zeros(size)  # of it, not served yet
        self._head = 0
        self._queued = 0.0
        self._needed = np.zeros(size)  # entry work of the claims of each second
        self._useful = np.zeros(size)  # entry work answered in time in each second

    def serve(self, second: int, *, entry_work: float, inside: int) -> Served:
        """Serves one second.

        Args:
            second: which; each once, in order.
            entry_work: requests that the claims of this second will cost.
            inside: people whose claims came before.
        """
        self._needed[second] = entry_work
        self._entry[second : second + len(SPREAD)] += entry_work * SPREAD
        self._background[second] += inside * self._scenario.background_per_s
        came = self._entry[second] + self._background[second]
        failed = self._ask_again(second) + self._refuse(second)
        capacity = float(self._capacity[second])
        done, useful = self._work(second, capacity)
        return Served(
            done_per_s=float(done),
            useful_per_s=float(useful),
            queue_s=float(self._queued) / capacity,
            background_per_s=float(self._background[second]),
            failed_share=float(failed / came) if came else 0.0,
            capacity_per_s=capacity,
        )

    def _ask_again(self, second: int) -> float:
        late = second - PATIENCE_S
        if late < 0 or self._left[late] <= 0:
            return 0.0
        share = self._left[late] / (self._entry[late] + self._background[late])
        self._again(second, share * self._entry[late], share * self._background[late])
        return float(self._left[late])

    def _again(self, second: int, entry: float, background: float) -> None:
        self._entry[second + 1 : second + 1 + RETRY_S] += entry / RETRY_S
        self._background[second + 1 : second + 1 + RETRY_S] += background / RETRY_S

    def _refuse(self, second: int) -> float:
        """Takes the work of this second into the queue as far as it fits; returns what was refused."""
        came = self._entry[second] + self._background[second]
        room = max(0.0, LONGEST_QUEUE_S * float(self._capacity[second]) - self._queued)
        taken = min(came, room)
        if taken < came:
            kept = taken / came
            self._again(second, (1 - kept) * self._entry[second], (1 - kept) * self._background[second])
            self._entry[second] *= kept
            self._background[second] *= kept
        self._left[second] = taken
        self._queued += taken
        return float(came - taken)

    def _work(self, second: int, capacity: float) -> tuple[float, float]:
        power, useful = capacity, 0.0
        while power > 0 and self._head <= second:
            asked = self._head
            step = min(power, self._left[asked])
            if step > 0:
                power -= step
                self._left[asked] -= step
                if second - asked < PATIENCE_S:
                    useful += step
                    self._useful[second] += step * self._entry[asked] / (self._entry[asked] + self._background[asked])
            if self._left[asked] > 0 or asked == second:
                break
            self._head += 1
        done = capacity - power
        self._queued = max(0.0, self._queued - done)
        return done, useful

    def is_idle(self, second: int) -> bool:
        """Whether nothing waits and no entry has work to come."""
        return self._queued < 1.0 and bool(self._entry[second + 1 : second + 1 + BEYOND_S].sum() < 1.0)

    def in_at(self) -> Floats:
        """For each second, when those who claimed then were in (seconds; infinity for never)."""
        needed, useful = np.cumsum(self._needed), np.cumsum(self._useful)
        at = np.searchsorted(useful, needed - NEARLY).astype(float)
        at[at >= len(useful)] = np.inf
        not_before: Floats = np.maximum(at, np.arange(len(at), dtype=float))
        return not_before


def capacities(scenario: Scenario, *, drain_at_s: int) -> Floats:
    """Requests a second that are served, by second."""
    capacity = np.full(scenario.lasts_s + BEYOND_S + 1, scenario.capacity_per_s)
    failure: Failure | None = scenario.failure
    if failure is not None:
        start = drain_at_s + failure.after_s
        capacity[start : start + failure.lasts_s] *= failure.left
    return capacity
