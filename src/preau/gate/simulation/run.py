"""One morning with one policy: second by second, with a clock that costs nothing."""

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from preau.gate.simulation.application import Served
from preau.gate.simulation.behind import Behind
from preau.gate.simulation.crowd import Crowd
from preau.gate.simulation.eta import EtaPanel, Told
from preau.gate.simulation.orders import Standing, stand
from preau.gate.simulation.policy import Policy, Seen
from preau.gate.simulation.world import NEVER, Bytes, Floats, Ints, World


class Second(NamedTuple):
    """One row of the record."""

    arrived: int
    waiting: int
    uncalled: int
    entered: int
    done_per_s: float
    useful_per_s: float
    capacity_per_s: float
    queue_s: float
    claims_per_s: float


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What happened. ``seconds``: one row per second, columns as ``Second``."""

    world: World
    standing: Standing
    policy: str
    first_s: int
    """The second of the first row."""
    seconds: Floats
    claimed_s: Ints
    """Second of entry by person, NEVER."""
    left_s: Ints
    """Second of giving up or of being forgotten as absent, NEVER."""
    state: Bytes
    in_at_s: npt.NDArray[np.float32]
    """Second by person when the entry was done; infinity for never."""
    told: list[Told]

    def column(self, name: str) -> Floats:
        """One column of the record."""
        column: Floats = self.seconds[:, Second._fields.index(name)]
        return column


def play(world: World, policy: Policy, *, standing: Standing | None = None) -> Run:
    """Plays the world to its end.

    Args:
        world: who comes when.
        policy: a fresh one.
        standing: the places of its order, if they are known already.
    """
    scenario = world.scenario
    standing = standing or stand(world, policy.order)
    crowd = Crowd(world, standing, np.random.default_rng((world.seed, 2, world.day)))
    first_s = int(world.arrival_ms[0]) // 1000
    behind = Behind(scenario, drain_at_s=drain_at_s(world))
    panel = EtaPanel(world, standing)
    rows: list[Second] = []
    served = Served(0.0, 0.0, 0.0, 0.0, 0.0, scenario.capacity_per_s)
    entered_before = 0
    for second in range(first_s, scenario.lasts_s):
        seen = _seen(crowd, served, behind, entered_before)
        entered_before = crowd.entered
        decision = policy.tick(float(world.origin_s + second), seen)
        panel.look(second, crowd, seen)
        crowd.call(second, decision.marks)
        crowd.arrive(second)
        crowd.give_up(second)
        entering = crowd.knock(second, at_most=decision.claims_per_s)
        work = float(world.work[entering].sum(dtype=np.int64)) * scenario.entry_work_factor
        served = behind.serve(second, entering=len(entering), entry_work=work, inside=entered_before)
        rows.append(_row(crowd, served, len(entering), decision.claims_per_s))
        if crowd.arrived == world.people and not crowd.waiting and behind.is_idle(second):
            break
    return Run(
        world=world,
        standing=standing,
        policy=policy.name,
        first_s=first_s,
        seconds=np.array(rows),
        claimed_s=crowd.claimed_s,
        left_s=crowd.left_s,
        state=crowd.state,
        in_at_s=_in_at(crowd, behind),
        told=panel.told,
    )


def _seen(crowd: Crowd, served: Served, behind: Behind, entered_before: int) -> Seen:
    groups, sample = crowd.groups()
    return Seen(
        done_per_s=served.done_per_s,
        queue_s=served.queue_s,
        background_per_s=served.background_per_s,
        failed_share=served.failed_share,
        others=behind.others,
        inside=crowd.entered,
        entered=crowd.entered - entered_before,
        waiting=sum(group.people for group in groups),
        arrived=crowd.arrived,
        groups=groups,
        sample=sample,
    )


def _in_at(crowd: Crowd, behind: Behind) -> npt.NDArray[np.float32]:
    by_second = behind.in_at().astype(np.float32)
    in_at = np.full(len(crowd.claimed_s), np.inf, dtype=np.float32)
    entered = crowd.claimed_s != NEVER
    in_at[entered] = by_second[crowd.claimed_s[entered]]
    return in_at


def drain_at_s(world: World) -> int:
    """When the drain begins, from which failures are counted: a hundredth of the people have come."""
    return int(world.arrival_ms[world.people // 100]) // 1000


def _row(crowd: Crowd, served: Served, entering: int, claims_per_s: float) -> Second:
    return Second(
        arrived=crowd.arrived,
        waiting=crowd.waiting,
        uncalled=crowd.waiting - crowd.called,
        entered=entering,
        done_per_s=served.done_per_s,
        useful_per_s=served.useful_per_s,
        capacity_per_s=served.capacity_per_s,
        queue_s=served.queue_s,
        claims_per_s=claims_per_s,
    )
