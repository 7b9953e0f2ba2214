"""The people of one morning, drawn once and then only read: every policy meets the very same arrivals.

Arrays are in the order of arrival, so that a person's index is their position in a plain queue, and the arrivals of a
second are one slice. Times are seconds or milliseconds after 7:00 local time (6:00 UTC, in winter).
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from preau.gate.rules.state import SAMPLE_LOTS
from preau.gate.simulation.scenario import Scenario

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MONDAY_S: Final = 1_795_392_000
"""Monday 23 November 2026, 00:00 UTC: a day of school in winter time."""

LOCAL_MINUTE_0: Final = 7 * 60
OPENS_S: Final = 6 * 3600
"""7:00 local time after midnight UTC."""

TEACHER, PUPIL, GUARDIAN, STRANGER = 0, 1, 2, 3
NO_CLASS: Final = -1
NEVER: Final = 2**31 - 1


class World(NamedTuple):
    """Who comes when. Arrays of one element per person except ``class_start_s`` and ``class_order``."""

    scenario: Scenario
    seed: int
    day: int
    origin_s: int
    """Wall second of the simulation's second 0."""
    arrival_ms: Ints
    class_of: Ints
    """Index of the class group, or -1."""
    kind: Bytes
    """TEACHER, PUPIL, GUARDIAN or STRANGER: a pupil on a device that nobody knows."""
    comes: Flags
    """Whether they come when they are called."""
    patience_s: Ints
    """Given up so long after the arrival; NEVER for most."""
    work: Bytes
    """Requests that their entry costs, before the scenario's unknown factor."""
    lot: npt.NDArray[np.uint16]
    class_start_s: Ints

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self.arrival_ms)

    def arrived_by_second(self) -> Longs:
        """For each second, how many have arrived before its end."""
        ends_ms = (np.arange(self.scenario.lasts_s, dtype=np.int32) + 1) * np.int32(1000)
        return np.searchsorted(self.arrival_ms, ends_ms, side="left")


def draw(scenario: Scenario, *, seed: int, day: int = 0) -> World:
    """The world of a scenario. The same seed and day give the same world; days differ in everything but the classes.

    Args:
        scenario: what to draw.
        seed: any number.
        day: school days after Monday; the class groups and their start times stay the same.
    """
    lasting, daily = np.random.default_rng((seed, 0)), np.random.default_rng((seed, 1, day))
    class_of, kind = _classes(scenario, lasting)
    starts = _starts(scenario, lasting, classes=int(class_of.max(initial=-1)) + 1)
    people = len(class_of)
    arrival_ms = _arrivals(scenario, daily, class_of, starts)
    order = np.argsort(arrival_ms)
    kind = kind[order]
    strangers = (kind == PUPIL) & (daily.random(people, dtype=np.float32) < scenario.unknown)
    kind[strangers] = STRANGER
    patience = daily.standard_exponential(people, dtype=np.float32) * scenario.patience_s
    patience[daily.random(people, dtype=np.float32) >= scenario.impatient] = NEVER / 4
    low, high = scenario.entry_work
    return World(
        scenario=scenario,
        seed=seed,
        day=day,
        origin_s=MONDAY_S + day * 86_400 + OPENS_S,
        arrival_ms=arrival_ms[order],
        class_of=class_of[order],
        kind=kind,
        comes=(kind == TEACHER) | (daily.random(people, dtype=np.float32) >= scenario.no_show),
        patience_s=patience.astype(np.int32),
        work=daily.integers(low, high, people, dtype=np.uint8, endpoint=True),
        lot=daily.integers(0, SAMPLE_LOTS, people, dtype=np.uint16),
        class_start_s=starts,
    )


def _classes(scenario: Scenario, random: np.random.Generator) -> tuple[Ints, Bytes]:
    """Class and kind of everybody: classes of about ``class_size`` pupils and a teacher, then guardians to the sum."""
    in_class = round(scenario.people * (1 - scenario.guardians))
    count = max(1, in_class // (scenario.class_size + 1))
    drawn = random.normal(scenario.class_size, scenario.class_size_spread, count).round()
    sizes = drawn.clip(2, None).astype(np.int64) + 1
    class_of = np.repeat(np.arange(count, dtype=np.int32), sizes)[: scenario.people]
    kind = np.full(len(class_of), PUPIL, dtype=np.uint8)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    kind[first[first < len(kind)]] = TEACHER
    rest = scenario.people - len(class_of)
    nobody = np.full(rest, NO_CLASS, dtype=np.int32)
    return np.concatenate((class_of, nobody)), np.concatenate((kind, np.full(rest, GUARDIAN, dtype=np.uint8)))


def _starts(scenario: Scenario, random: np.random.Generator, *, classes: int) -> Ints:
    minutes = np.array([minute - LOCAL_MINUTE_0 for minute, _ in scenario.starts], dtype=np.int32)
    shares = [share for _, share in scenario.starts]
    return random.choice(minutes, size=classes, p=shares).astype(np.int32) * 60


def _arrivals(scenario: Scenario, random: np.random.Generator, class_of: Ints, starts: Ints) -> Ints:
    """Arrival of everybody: normal round their lesson, a part of the deviation shared by the class."""
    own_s = (scenario.spread_s**2 - scenario.habit_s**2) ** 0.5
    habit = random.normal(0.0, scenario.habit_s, len(starts)).astype(np.float32)
    about = starts.astype(np.float32) - np.float32(scenario.early_s) + habit
    most = max(scenario.starts, key=lambda start: start[1])[0]
    usual = np.float32((most - LOCAL_MINUTE_0) * 60 - scenario.early_s)
    seconds = np.where(class_of == NO_CLASS, usual, about[class_of])
    seconds += random.standard_normal(len(class_of), dtype=np.float32) * np.float32(own_s)
    return (seconds.clip(0, None) * 1000).astype(np.int32)
