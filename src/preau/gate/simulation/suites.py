"""Which runs make a report, and what they have to reach (issue 3 and research on the gate, 5)."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from preau.gate.simulation.fairness import (
    SCHOOL_DAYS,
    Spread,
    outcome_places,
    outcome_spread,
    rank_spread,
    redraw_spread,
)
from preau.gate.simulation.lineup import LINEUP, at_rate
from preau.gate.simulation.measures import Measures, measure
from preau.gate.simulation.orders import Order
from preau.gate.simulation.policy import Policy
from preau.gate.simulation.porter import Controlled, PlanPolicy
from preau.gate.simulation.report import Entry, Report, Target, machine, peak_memory_mb, series
from preau.gate.simulation.run import Run, play
from preau.gate.simulation.scenario import DRAINS, FRANCE, Scenario, drain, morning, scarce_sign_ins, school_order
from preau.gate.simulation.world import World, draw

DRAIN_PEOPLE: Final = 100_000
TOWN: Final = 104_000
FURTHER_DAYS: Final = 7
"""One day's chance moves the utilisation by a hundredth: what a law reaches is said by the worst of eight."""

COUNTRY_CLASSES: Final = 460_000
"""Class groups of 12.7 million people."""

ORDER_RATES_PER_S: Final = (50.0, 80.0)
"""Of 104,000 people (research 3.4)."""

Say = Callable[[str], None]


class Suite:
    """Collects the runs of one report. Mutable.

    Args:
        name: of the report.
        command: as it was typed.
        seed: of all worlds.
        say: told one line per run.
    """

    def __init__(self, name: str, *, command: str, seed: int, say: Say) -> None:
        self._name, self._command, self._seed, self._say = name, command, seed, say
        self._entries: list[Entry] = []
        self._worlds_cpu_s = 0.0
        self.spreads: list[Spread] = []
        self.targets: list[Target] = []

    def world(self, scenario: Scenario, *, day: int = 0) -> World:
        """The world of a scenario, the same for every policy."""
        begun = time.process_time()
        world = draw(scenario, seed=self._seed, day=day)
        self._worlds_cpu_s += time.process_time() - begun
        return world

    def run(self, world: World, policy: Policy) -> Run:
        """Plays and notes one run."""
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        run = play(world, policy)
        measures = measure(run)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        self._entries.append(Entry(measures, series(run), cpu_s=round(cpu_s, 1), wall_s=round(wall_s, 1)))
        self._say(_line(measures, cpu_s))
        return run

    def measures(self, scenario: str, policy: str, *, day: int = 0) -> Measures:
        """What was measured of a run of this suite."""
        return next(
            entry.measures
            for entry in self._entries
            if (entry.measures.scenario, entry.measures.policy, entry.measures.day) == (scenario, policy, day)
        )

    def gains(self, scenario: str, policy: str, over: str) -> None:
        """Notes the targets of an order against another at equal capacity."""
        ours, theirs = self.measures(scenario, policy), self.measures(scenario, over)
        lost = ours.minutes_lost / theirs.minutes_lost - 1
        ready = ours.class_ready_mean_min / theirs.class_ready_mean_min - 1
        faster = (ours.entries_per_s or 0.0) / (theirs.entries_per_s or math.inf)
        self.targets += [
            Target(f"{scenario}: class-minutes lost, {policy} over {over}", -0.30, lost, at_most=True),
            Target(f"{scenario}: class-ready time, {policy} over {over}", -0.45, ready, at_most=True),
            # Else it is not the order that gains, but the rate.
            Target(f"{scenario}: entries a second, {policy} over {over}", 1.05, faster, at_most=True),
        ]

    def report(self) -> Report:
        """What there is now."""
        return Report(
            suite=self._name,
            command=self._command,
            seed=self._seed,
            machine=machine(),
            peak_memory_mb=peak_memory_mb(),
            worlds_cpu_s=round(self._worlds_cpu_s, 1),
            entries=self._entries,
            spreads=self.spreads,
            targets=self.targets,
        )


def drains(suite: Suite, *, people: int = DRAIN_PEOPLE, policies: Sequence[str] = tuple(LINEUP)) -> None:
    """The base drain and its five variations, every policy."""
    for name in DRAINS:
        world = suite.world(drain(name, people))
        for policy in policies:
            suite.run(world, LINEUP[policy](world.scenario))
    if "preau" in policies:
        days = [suite.measures("base", "preau"), *_further_days(suite, people)]
        used = [day.utilisation_waiting or 0.0 for day in days]
        suite.targets += [
            Target("base: utilisation while waiting", 0.88, used[0], at_most=False),
            Target("base: the same, least of eight days", 0.88, min(used), at_most=False),
            Target("base: seconds overloaded", 35, days[0].overloaded_s, at_most=True),
            Target("base: the same, most of eight days", 35, max(day.overloaded_s for day in days), at_most=True),
        ]
        if "fifo" in policies:
            suite.gains("base", "preau", "fifo")


def _further_days(suite: Suite, people: int) -> Iterator[Measures]:
    for day in range(1, FURTHER_DAYS + 1):
        world = suite.world(drain("base", people), day=day)
        suite.run(world, LINEUP["preau"](world.scenario))
        yield suite.measures("base", "preau", day=day)


def resources(suite: Suite, *, people: int = DRAIN_PEOPLE) -> None:
    """Passwords are verified at half the rate of the pages: the gate as it is, and one that looks at pages alone."""
    world = suite.world(scarce_sign_ins(people))
    suite.run(world, LINEUP["preau"](world.scenario))
    suite.run(world, PlanPolicy("pages-alone", Controlled(pages_alone=True), Order.PLACES))
    ours, theirs = (suite.measures(world.scenario.name, name) for name in ("preau", "pages-alone"))
    ready = ours.class_ready_mean_min / theirs.class_ready_mean_min - 1
    suite.targets.append(Target("scarce-sign-ins: class-ready time over pages alone", 0.0, ready, at_most=True))


def order(suite: Suite, *, people: int = TOWN) -> None:
    """What the order alone is worth: two fixed rates, an application that never bounds."""
    for rate in ORDER_RATES_PER_S:
        per_s = rate * people / TOWN
        world = suite.world(school_order(people))
        names = (f"fifo-{rate:.0f}", f"preau-{rate:.0f}")
        suite.run(world, at_rate(names[0], Order.ARRIVAL, per_s))
        suite.run(world, at_rate(names[1], Order.PLACES, per_s))
        suite.gains("order", names[1], names[0])


def days(suite: Suite, *, people: int = TOWN) -> None:
    """Five mornings, and the ranks of a whole country."""
    for policy in ("preau", "fifo"):
        places = [outcome_places(run) for run in _mornings(suite, people, policy)]
        suite.spreads.append(outcome_spread(f"outcome, {policy}", places))
    ranks = rank_spread(COUNTRY_CLASSES)
    suite.spreads += [ranks, redraw_spread(COUNTRY_CLASSES, seed=1)]
    suite.targets.append(Target("worst five-day mean rank", 0.64, ranks.worst, at_most=True))


def _mornings(suite: Suite, people: int, policy: str) -> Iterator[Run]:
    for day in range(SCHOOL_DAYS):
        world = suite.world(morning(people), day=day)
        yield suite.run(world, LINEUP[policy](world.scenario))


def france(suite: Suite, *, people: int = FRANCE, policies: Sequence[str] = ("preau", "fifo")) -> None:
    """The morning of a whole country."""
    world = suite.world(morning(people))
    for policy in policies:
        suite.run(world, LINEUP[policy](world.scenario))
    if {"preau", "fifo"} <= set(policies):
        suite.gains("morning", "preau", "fifo")


def _line(measures: Measures, cpu_s: float) -> str:
    busy = measures.utilisation_waiting
    used = "" if busy is None else f", {busy:.0%} used while waiting"
    return (
        f"{measures.scenario:<13} {measures.policy:<16} {measures.minutes_lost:5.1f} min lost, "
        f"ready after {measures.class_ready_mean_min:4.1f} min, {measures.overloaded_s} s overloaded{used} "
        f"({cpu_s:.0f} s)"
    )
