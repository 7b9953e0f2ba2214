"""What a run comes to: the figures of the report, from what happened and never from what a policy believed."""

import math
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from preau.gate.simulation.run import Run
from preau.gate.simulation.scenario import LESSON_S
from preau.gate.simulation.survival import Waits, waits
from preau.gate.simulation.world import NEVER, PUPIL, STRANGER, TEACHER, Flags, Floats, Longs, World

OVERLOADED_S: Final = 0.5
"""Queueing longer than this is overload: pages feel broken."""

CROWD: Final = 0.02
"""A crowd waits: this share of all people is before the gate. Fewer are the called on their way in, and the absent."""

READY_SHARE: Final = 0.8
PAIRS: Final = 200_000
"""Pairs of people drawn for the inversions: +- 0.2 % of the share."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """One policy in one world. Shares in [0, 1]; None where nothing can be said."""

    policy: str
    scenario: str
    day: int
    people: int
    entered: int
    gave_up: int
    absent: int
    never_in: int
    """Still before the gate, or inside without a finished entry, at the end."""
    minutes_lost: float
    """Minutes of lesson lost per pupil who would have come: without them or without their teacher."""
    class_minutes_lost: float
    """The same summed over all pupils."""
    class_ready_mean_min: float
    """Teacher and 80 % of the pupils who would come are in, minutes after the start; classes that never were count a
    whole lesson."""
    class_ready_p90_min: float
    ready_after_1_min: float
    never_ready: float
    utilisation_waiting: float | None
    """Work answered in time over capacity, while a crowd waited."""
    entries_per_s: float | None
    """Mean of the same seconds: two orders are compared at equal capacity only where this is equal."""
    overloaded_s: int
    longest_queue_s: float
    useful_share: float
    """Of all work done, what was answered in time."""
    in_95_s: float | None
    """95 % of those who would come are in, seconds after 1 % had arrived."""
    waits: Waits
    longest_wait_s: int
    eta: "EtaMeasures"
    inversions_of_arrival: float
    """Of pairs that both waited: how many entered against the order of arrival."""
    inversions_of_keys: float
    """The same against the policy's own order, more than a poll apart."""


class EtaMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """What the page told, against what came. Errors are those of the interval's middle over the real wait."""

    looks: int
    median_error: float | None = None
    p90_error: float | None = None
    within: float | None = None
    """Share of intervals that held."""
    worsened: float | None = None
    """Share of looks after which somebody was told an end over 25 % later than the one told before."""


def measure(run: Run) -> Measures:
    """The figures of a run. Cost: one sort of all people."""
    world = run.world
    lost_s, (ready_min, never) = _lost_s(run), _ready(run)
    queue = run.column("queue_s")
    ended = run.claimed_s != NEVER
    waited = (run.claimed_s[ended] - world.arrival_ms[ended] // 1000).astype(np.int64)
    left = _left(run)
    done = float(run.column("done_per_s").sum())
    return Measures(
        policy=run.policy,
        scenario=world.scenario.name,
        day=world.day,
        people=world.people,
        entered=int(np.count_nonzero(ended)),
        gave_up=int(np.count_nonzero(world.comes & ~ended & (run.left_s != NEVER))),
        absent=int(np.count_nonzero(~world.comes)),
        never_in=int(np.count_nonzero(world.comes & (run.left_s == NEVER) & np.isinf(run.in_at_s))),
        minutes_lost=float(lost_s.mean()) / 60,
        class_minutes_lost=float(lost_s.sum()) / 60,
        class_ready_mean_min=float(ready_min.mean()),
        class_ready_p90_min=float(np.quantile(ready_min, 0.9)),
        ready_after_1_min=float((ready_min <= 1).mean()),
        never_ready=never,
        utilisation_waiting=_utilisation(run),
        entries_per_s=_entries_per_s(run),
        overloaded_s=int(np.count_nonzero(queue > OVERLOADED_S)),
        longest_queue_s=float(queue.max()),
        useful_share=float(run.column("useful_per_s").sum()) / done if done else 1.0,
        in_95_s=_in_95_s(run),
        waits=waits(waited, left),
        longest_wait_s=int(waited.max(initial=0)),
        eta=_eta(run),
        inversions_of_arrival=_inversions(run, world.arrival_ms.astype(np.int64)),
        inversions_of_keys=_inversions(run, run.standing.key, apart_s=world.scenario.poll_s),
    )


def _left(run: Run) -> Longs:
    """How long those waited who would have come and did not enter."""
    world = run.world
    out = world.comes & (run.claimed_s == NEVER)
    end_s = run.first_s + len(run.seconds)
    waited: Longs = (np.minimum(run.left_s[out], end_s) - world.arrival_ms[out] // 1000).astype(np.int64)
    return waited.clip(0, None)


def _teacher_in_s(world: World, in_at_s: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    teachers = np.flatnonzero(world.kind == TEACHER)
    by_class = np.full(len(world.class_start_s), np.inf, dtype=np.float32)
    by_class[world.class_of[teachers]] = in_at_s[teachers]
    return by_class


def _pupils(world: World) -> npt.NDArray[np.intp]:
    return np.flatnonzero(world.comes & ((world.kind == PUPIL) | (world.kind == STRANGER)))


def _lost_s(run: Run) -> npt.NDArray[np.float32]:
    """Seconds of lesson lost, by pupil who would come."""
    world, pupils = run.world, _pupils(run.world)
    classes = world.class_of[pupils]
    begins = np.maximum(run.in_at_s[pupils], _teacher_in_s(world, run.in_at_s)[classes])
    lost: npt.NDArray[np.float32] = (begins - world.class_start_s[classes]).clip(0, LESSON_S)
    return lost


def ready_s(run: Run) -> npt.NDArray[np.float32]:
    """By class: when teacher and 80 % of the pupils who would come are in (seconds of the simulation, or infinity)."""
    world, pupils = run.world, _pupils(run.world)
    classes = world.class_of[pupils].astype(np.int64)
    in_at = np.where(np.isinf(run.in_at_s[pupils]), np.float32(2**24), run.in_at_s[pupils]).astype(np.int64)
    both = np.sort(classes << 32 | in_at)
    counts = np.bincount(classes, minlength=len(world.class_start_s))
    first = np.cumsum(counts) - counts
    enough = first + np.maximum(np.ceil(READY_SHARE * counts).astype(np.int64), 1) - 1
    at = (both[np.minimum(enough, len(both) - 1)] & (2**32 - 1)).astype(np.float32)
    at[(counts == 0) | (at >= 2**24)] = np.inf
    ready: npt.NDArray[np.float32] = np.maximum(at, _teacher_in_s(world, run.in_at_s))
    return ready


def _ready(run: Run) -> tuple[Floats, float]:
    late_s = ready_s(run).astype(float) - run.world.class_start_s
    return late_s.clip(0, LESSON_S) / 60, float(np.isinf(late_s).mean())


def _crowded(run: Run) -> Flags:
    return run.column("waiting") >= CROWD * run.world.people


def _entries_per_s(run: Run) -> float | None:
    full = _crowded(run)
    return float(run.column("entered")[full].mean()) if full.any() else None


def _utilisation(run: Run) -> float | None:
    full = _crowded(run)
    capacity = float(run.column("capacity_per_s")[full].sum())
    return float(run.column("useful_per_s")[full].sum()) / capacity if capacity else None


def _in_95_s(run: Run) -> float | None:
    world = run.world
    since_s = float(world.arrival_ms[world.people // 100]) / 1000
    at = np.sort(run.in_at_s[world.comes])
    end_s = float(at[math.ceil(0.95 * len(at)) - 1]) if len(at) else math.inf
    return end_s - since_s if math.isfinite(end_s) else None


def _inversions(run: Run, key: Longs, *, apart_s: int = 0) -> float:
    """Share of pairs of one lane, both kept waiting, whose later key entered earlier by more than ``apart_s``."""
    world = run.world
    entered = run.claimed_s != NEVER
    kept = np.flatnonzero(entered & (run.claimed_s - world.arrival_ms // 1000 > 1))
    if len(kept) < 2:  # noqa: PLR2004  a pair
        return 0.0
    random = np.random.default_rng((world.seed, 4, world.day))
    one, other = kept[random.integers(0, len(kept), (2, PAIRS))]
    lane = run.standing.lane
    pairs = (lane[one] == lane[other]) & (key[one] != key[other])
    one, other = one[pairs], other[pairs]
    earlier = np.where(key[one] < key[other], run.claimed_s[one], run.claimed_s[other])
    later = np.where(key[one] < key[other], run.claimed_s[other], run.claimed_s[one])
    return float((later + apart_s < earlier).mean()) if len(one) else 0.0


def _eta(run: Run) -> EtaMeasures:
    held = [told for told in run.told if run.claimed_s[told.person] != NEVER]
    if not held:
        return EtaMeasures(looks=0)
    real = np.array([run.claimed_s[told.person] - told.at_s for told in held], dtype=float)
    low, high = np.array([told.low_s for told in held]), np.array([told.high_s for told in held])
    error = np.abs((low + high) / 2 - real) / np.maximum(real, run.world.scenario.poll_s)
    return EtaMeasures(
        looks=len(held),
        median_error=float(np.median(error)),
        p90_error=float(np.quantile(error, 0.9)),
        within=float(((low <= real) & (real <= high)).mean()),
        worsened=_worsened(run),
    )


def _worsened(run: Run) -> float:
    ends: dict[int, float] = {}
    worse = again = 0
    for told in run.told:
        before = ends.get(told.person)
        end = told.at_s + told.high_s
        if before is not None:
            again += 1
            worse += end - told.at_s > 1.25 * max(before - told.at_s, run.world.scenario.poll_s)
        ends[told.person] = end
    return worse / again if again else 0.0
