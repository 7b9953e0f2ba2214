"""Whole mornings in the small: nobody is lost, nobody counted twice, everybody meets the same people."""

import msgspec
import pytest

np = pytest.importorskip("numpy")

from preau.gate.rules.calling import OPEN  # noqa: E402
from preau.gate.simulation import crowd as states  # noqa: E402
from preau.gate.simulation.crowd import Crowd  # noqa: E402
from preau.gate.simulation.lineup import LINEUP  # noqa: E402
from preau.gate.simulation.measures import measure  # noqa: E402
from preau.gate.simulation.orders import Order, stand  # noqa: E402
from preau.gate.simulation.policy import NO_LIMIT, Decision, Policy, Seen  # noqa: E402
from preau.gate.simulation.porter import Controlled, PlanPolicy  # noqa: E402
from preau.gate.simulation.run import Run, play  # noqa: E402
from preau.gate.simulation.scenario import drain, scarce_sign_ins  # noqa: E402
from preau.gate.simulation.world import NEVER, World, draw  # noqa: E402
from preau.tokens.ticket import LANES  # noqa: E402

SMALL = msgspec.structs.replace(drain("no-failure", 1000), lasts_s=5900)
"""Most come between 8:25 and 8:30, 5,100 to 5,400 s after 7:00."""

QUIET_S = 5000
"""Before it hardly anybody comes."""


class Recorded:
    """A policy that keeps what it was shown."""

    def __init__(self, policy: Policy) -> None:
        self.name, self.order = policy.name, policy.order
        self._policy = policy
        self.seen: list[tuple[float, Seen]] = []

    def tick(self, now_s: float, seen: Seen) -> Decision:
        self.seen.append((now_s, seen))
        return self._policy.tick(now_s, seen)


@pytest.fixture(scope="module")
def world() -> World:
    return draw(SMALL, seed=3)


@pytest.fixture(scope="module")
def preau_run(world: World) -> Run:
    return play(world, LINEUP["preau"](SMALL))


@pytest.mark.parametrize("name", ["preau", "fifo", "minute-buckets", "no-gate"])
def test_nobody_is_lost_and_nobody_counted_twice(world: World, preau_run: Run, name: str) -> None:
    run = preau_run if name == "preau" else play(world, LINEUP[name](SMALL))
    entered = run.claimed_s != NEVER
    left = run.left_s != NEVER
    still = np.isin(run.state, (states.AWAY, states.WAITING, states.CALLED, states.ABSENT))
    assert (entered.astype(int) + left + still == 1).all()
    assert run.column("entered").sum() == np.count_nonzero(entered)
    assert run.column("arrived")[-1] == world.people
    assert run.column("waiting")[-1] == np.count_nonzero(still)
    assert not (entered & ~world.comes).any()
    assert (run.claimed_s[entered] >= world.arrival_ms[entered] // 1000).all()


def test_who_gives_up_is_counted_out_once() -> None:
    scenario = msgspec.structs.replace(SMALL, impatient=0.5, patience_s=60.0)
    world = draw(scenario, seed=3)
    run = play(world, LINEUP["fifo"](scenario))
    gave_up = run.state == states.GAVE_UP
    assert gave_up.any()
    assert (run.claimed_s[gave_up] == NEVER).all()
    assert np.array_equal(run.left_s[gave_up], (world.arrival_ms // 1000 + world.patience_s)[gave_up])


def test_the_same_seed_gives_the_same_result(preau_run: Run) -> None:
    one, again = preau_run, play(draw(SMALL, seed=3), LINEUP["preau"](SMALL))
    assert np.array_equal(one.claimed_s, again.claimed_s)
    assert np.array_equal(one.seconds, again.seconds)
    assert one.told == again.told


def test_every_policy_sees_the_same_arrivals(world: World, preau_run: Run) -> None:
    counts = [preau_run.column("arrived")[:500]]
    for name in ("no-gate", "minute-buckets"):
        run = play(world, LINEUP[name](SMALL))
        counts.append(run.column("arrived")[:500])
    assert np.array_equal(counts[0], counts[1])
    assert np.array_equal(counts[0], counts[2])


def test_a_policy_is_never_shown_more_than_a_porter_hears() -> None:
    scenario = msgspec.structs.replace(drain("no-failure", 20_000), lasts_s=5320)
    policy = Recorded(LINEUP["minute-buckets"](scenario))
    play(draw(scenario, seed=3), policy)
    heard = [sum(group.people for group in seen.groups) // seen.sample for _, seen in policy.seen]
    assert max(heard) > 1000
    assert max(heard) <= 4400  # 4,000, give or take the chance of a sample
    crowded = [(seen.waiting, seen.sample) for _, seen in policy.seen if seen.waiting > 8_500]
    assert {sample for _, sample in crowded} >= {4}


def test_a_claim_limit_is_kept_and_the_refused_come_again(world: World) -> None:
    crowd = Crowd(world, stand(world, Order.ARRIVAL), np.random.default_rng(1))
    most = 0
    for second in range(QUIET_S, SMALL.lasts_s):
        crowd.call(second, (OPEN,) * LANES)
        crowd.arrive(second)
        most = max(most, len(crowd.knock(second, at_most=3)))
    assert most == 3
    assert crowd.entered == np.count_nonzero(world.comes)
    assert crowd.waiting == crowd.called == 0


def test_who_is_not_called_any_more_waits_again() -> None:
    world = draw(drain("no-failure", 1000), seed=3)
    crowd = Crowd(world, stand(world, Order.POSITION), np.random.default_rng(1))
    for second in range(QUIET_S, 6000):
        crowd.call(second, (0, 0, 0, 0))
        crowd.arrive(second)
    assert crowd.waiting == 1000
    crowd.call(6000, (0, 0, 0, 500))
    crowd.call(6000, (0, 0, 0, 0))
    entered = sum(len(crowd.knock(second, at_most=NO_LIMIT)) for second in range(6000, 6100))
    assert entered == 0
    crowd.call(6100, (0, 0, 0, 500))
    entered = sum(len(crowd.knock(second, at_most=NO_LIMIT)) for second in range(6100, 6200))
    assert entered == np.count_nonzero(world.comes[:500])


class Shut:
    name, order = "shut", Order.ARRIVAL

    def tick(self, now_s: float, seen: Seen) -> Decision:  # noqa: ARG002  the protocol's
        return Decision((0,) * LANES, 0.0)


def test_behind_a_shut_gate_nobody_enters_and_everybody_waits_to_the_end() -> None:
    run = play(draw(msgspec.structs.replace(SMALL, people=100), seed=3), Shut())
    assert (run.claimed_s == NEVER).all()
    assert run.column("waiting")[-1] == 100


def test_where_sign_ins_are_scarce_they_set_the_rate_and_classes_are_ready_sooner_than_by_pages_alone() -> None:
    world = draw(scarce_sign_ins(20_000), seed=3)
    ours = measure(play(world, LINEUP["preau"](world.scenario)))
    pages_alone = measure(play(world, PlanPolicy("pages-alone", Controlled(pages_alone=True), Order.PLACES)))
    assert ours.never_in == 0
    assert ours.class_ready_mean_min < 0.5 * pages_alone.class_ready_mean_min
    assert ours.entries_per_s == pytest.approx(0.9 * 20_000 / 1600, rel=0.1)
