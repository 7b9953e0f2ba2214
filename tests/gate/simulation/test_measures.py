"""The figures of the report, on mornings small enough to be counted by hand."""

from collections.abc import Sequence

import pytest

np = pytest.importorskip("numpy")

from preau.gate.simulation.eta import Told  # noqa: E402
from preau.gate.simulation.fairness import rank_spread, redraw_spread  # noqa: E402
from preau.gate.simulation.measures import measure, ready_s  # noqa: E402
from preau.gate.simulation.orders import Order, stand  # noqa: E402
from preau.gate.simulation.run import Run, Second  # noqa: E402
from preau.gate.simulation.scenario import LESSON_S, school_order  # noqa: E402
from preau.gate.simulation.survival import quantile, waits  # noqa: E402
from preau.gate.simulation.world import NEVER, PUPIL, TEACHER, World, draw  # noqa: E402

START_S = 90 * 60


@pytest.fixture
def one_class() -> World:
    """A class of five pupils and their teacher, who came one a second from 8:20 on."""
    scenario = school_order(26)
    world = draw(scenario, seed=1)
    people = 6
    return world._replace(
        arrival_ms=(np.arange(people, dtype=np.int32) + START_S - 600) * 1000,
        class_of=np.zeros(people, dtype=np.int32),
        kind=np.array([TEACHER] + [PUPIL] * 5, dtype=np.uint8),
        comes=np.ones(people, dtype=bool),
        class_start_s=np.array([START_S], dtype=np.int32),
    )


def played(world: World, claimed_s: list[int | None], *, told: Sequence[Told] = ()) -> Run:
    claimed = np.array([NEVER if at is None else at for at in claimed_s], dtype=np.int32)
    in_at = np.where(claimed == NEVER, np.inf, claimed).astype(np.float32)
    row = Second(
        arrived=6, waiting=6, uncalled=6, entered=0, done_per_s=5.0, useful_per_s=4.0, capacity_per_s=10.0,
        queue_s=0.6, claims_per_s=1.0,
    )  # fmt: skip
    return Run(
        world=world, standing=stand(world, Order.POSITION), policy="by hand", first_s=START_S - 600,
        seconds=np.array([row] * 10), claimed_s=claimed, left_s=np.full(6, NEVER, dtype=np.int32),
        state=np.zeros(6, dtype=np.uint8), in_at_s=in_at, told=list(told),
    )  # fmt: skip


def test_minutes_are_lost_without_oneself_or_without_the_teacher(one_class: World) -> None:
    run = played(one_class, [START_S + 120, START_S - 60, START_S - 60, START_S - 60, START_S + 180, START_S + 240])
    assert measure(run).minutes_lost == pytest.approx((2 + 2 + 2 + 3 + 4) / 5)


def test_who_never_gets_in_loses_the_lesson(one_class: World) -> None:
    run = played(one_class, [START_S, START_S, START_S, START_S, START_S, None])
    assert measure(run).minutes_lost == pytest.approx(LESSON_S / 60 / 5)


def test_a_class_is_ready_with_its_teacher_and_four_pupils_of_five(one_class: World) -> None:
    pupils = [START_S + 60, START_S + 120, START_S + 180, START_S + 240, START_S + 999]
    assert ready_s(played(one_class, [START_S, *pupils])).tolist() == [START_S + 240]
    assert ready_s(played(one_class, [START_S + 300, *pupils])).tolist() == [START_S + 300]
    assert ready_s(played(one_class, [None, *pupils])).tolist() == [np.inf]


def test_a_class_waits_for_four_fifths_of_those_who_would_come(one_class: World) -> None:
    world = one_class._replace(comes=np.array([True, True, False, False, False, False]))
    assert ready_s(played(world, [START_S, START_S + 60, None, None, None, None])).tolist() == [START_S + 60]


def test_utilisation_and_overload_are_read_from_the_record(one_class: World) -> None:
    measures = measure(played(one_class, [START_S] * 6))
    assert measures.utilisation_waiting == pytest.approx(0.4)
    assert measures.overloaded_s == 10
    assert measures.useful_share == pytest.approx(0.8)


def test_inversions_count_pairs_that_entered_against_the_order(one_class: World) -> None:
    upright = measure(played(one_class, [START_S + 100 * person for person in range(6)]))
    upside_down = measure(played(one_class, [START_S - 100 * person for person in range(6)]))
    assert (upright.inversions_of_keys, upright.inversions_of_arrival) == (0.0, 0.0)
    assert (upside_down.inversions_of_keys, upside_down.inversions_of_arrival) == (1.0, 1.0)


def test_what_the_page_told_is_held_against_what_came(one_class: World) -> None:
    told = [Told(0, START_S - 100, 90.0, 130.0), Told(1, START_S - 100, 40.0, 60.0), Told(1, START_S - 50, 90.0, 110.0)]
    eta = measure(played(one_class, [START_S] * 6, told=told)).eta
    assert eta.looks == 3
    assert eta.median_error == pytest.approx(0.5)
    assert eta.within == pytest.approx(1 / 3)
    assert eta.worsened == 1.0


def test_those_who_gave_up_make_the_wait_longer() -> None:
    ended = np.array([10] * 50 + [100] * 30)
    assert quantile(ended, np.array([], dtype=np.int64), 0.5) == 10
    assert quantile(ended, np.full(20, 50), 0.6) == 100
    assert waits(ended, np.full(20, 200)).p99_s is None


def test_the_estimate_is_that_of_kaplan_and_meier() -> None:
    # 6 at risk: one ends at 1 (5/6), one leaves at 2, two of four end at 3 (5/12).
    ended, left = np.array([1, 3, 3]), np.array([2, 9, 9])
    assert quantile(ended, left, 1 / 6) == 1
    assert quantile(ended, left, 7 / 12) == 3
    assert quantile(ended, left, 0.6) is None


def test_no_class_is_late_all_week() -> None:
    dealt, redrawn = rank_spread(4000), redraw_spread(4000, seed=1)
    assert dealt.worst <= 0.64
    assert dealt.twice_in_last_tenth == 0.0
    assert redrawn.worst > 0.8
