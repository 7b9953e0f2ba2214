"""Operators' orders: what they make of a capacity, of the groups that wait, and of a plan."""

import msgspec
import pytest

from preau.gate.rules.calling import OPEN, Group, Stand
from preau.gate.rules.orders import due, obeyed, ordered
from preau.gate.rules.places import KEYS_PER_S, OTHERS, PUPILS, arrival_key, lesson_key
from preau.gate.rules.plan import UNLIMITED, Memory, Plan, Situation, next_plan
from preau.published.shapes import MAX_CAPACITY, NO_ORDERS, GateOrders, Mode

NOW_S = 1_795_422_600.0


def orders(**changes: object) -> GateOrders:
    return msgspec.structs.replace(NO_ORDERS, **changes)


def test_nobody_ordered_anything() -> None:
    assert ordered(400, None) == ordered(400, NO_ORDERS)
    assert ordered(400, None)[:3] == ("auto", 400, 400)


@pytest.mark.parametrize(
    ("mode", "capacity", "called"),
    [("auto", 60, 60), ("open", MAX_CAPACITY, MAX_CAPACITY), ("drain", 60, 0), ("closed", 60, 0)],
)
def test_a_mode_says_how_many_may_be_inside_and_how_many_are_called(mode: Mode, capacity: int, called: int) -> None:
    assert ordered(400, orders(mode=mode, capacity=60))[:3] == (mode, capacity, called)


def test_a_class_is_not_called_before_its_time_and_everybody_else_is() -> None:
    starts_at_s = int(NOW_S) + 900
    class_ = Group(PUPILS, lesson_key(b"k" * 32, "group", starts_at_s=starts_at_s), 25)
    stranger = Group(OTHERS, arrival_key(now_s=NOW_S, earlier=0, tie=0), 1)
    holds = ordered(400, orders(pre_open_s=600))
    assert due([class_, stranger], holds, now_s=NOW_S) == [stranger]
    assert due([class_, stranger], holds, now_s=NOW_S + 299) == [stranger]
    assert due([class_, stranger], holds, now_s=NOW_S + 300) == [class_, stranger]
    assert due([class_, stranger], ordered(400, None), now_s=NOW_S) == [class_, stranger]


def test_the_key_of_a_class_is_its_start_and_a_rank_below_a_second() -> None:
    key = lesson_key(b"k" * 32, "group", starts_at_s=1000)
    assert 1000 * KEYS_PER_S <= key < 1001 * KEYS_PER_S


def plan_of(mode: Mode, memory: Memory, groups: list[Group]) -> tuple[Plan, Memory]:
    holds = ordered(10, orders(mode=mode))
    situation = Situation(
        now_s=NOW_S, capacity=holds.called_capacity, inside=0, entered=0, groups=due(groups, holds, now_s=NOW_S)
    )
    plan, memory = next_plan(memory, situation)
    return obeyed(plan, mode), memory


def test_a_drain_calls_nobody_new_and_keeps_the_word_that_was_given() -> None:
    groups = [Group(OTHERS, 100, 1), Group(OTHERS, 200, 1)]
    memory = Memory(ahead=(Stand(called=(0, 0, 0, 150)),))
    plan, memory = plan_of("drain", memory, groups)
    assert {second[OTHERS] for second in plan.marks} == {150}
    assert {second[0] for second in plan.marks} == {OPEN}


def test_a_closed_gate_calls_staff_alone_and_remembers_whom_it_had_called() -> None:
    groups = [Group(OTHERS, 100, 1), Group(OTHERS, 200, 1)]
    plan, memory = plan_of("closed", Memory(ahead=(Stand(called=(0, 0, 0, 150)),)), groups)
    assert set(plan.marks) == {(OPEN, 0, 0, 0)}
    again, _ = plan_of("auto", memory, groups)
    assert again.marks[0][OTHERS] >= 150


@pytest.mark.parametrize(("mode", "most"), [("auto", 3.0), ("open", UNLIMITED), ("closed", 0.0)])
def test_what_is_ordered_holds_past_the_plan_of_a_porter_that_died(mode: Mode, most: float) -> None:
    plan = obeyed(Plan(int(NOW_S), ((0, 0, 0, 0),), claims_per_s=7.0, calm_claims_per_s=3.0), mode)
    assert plan.claims_at(now_s=NOW_S + 1) == most
    # Staff are never limited, and always called.
    assert plan.watermark(0, now_s=NOW_S + 1) == OPEN


def test_an_open_gate_is_open_whatever_the_controller_believes() -> None:
    plan, _ = next_plan(
        Memory(),
        Situation(now_s=NOW_S, capacity=10, inside=0, entered=0, groups=[], calls_per_s=0.0),
    )
    assert plan.claims_per_s == 1.0
    assert obeyed(plan, "open").claims_per_s == UNLIMITED


def test_an_open_gate_calls_everybody_at_once() -> None:
    plan, _ = plan_of("open", Memory(), [Group(OTHERS, 100, 5000)])
    assert set(plan.marks) == {(OPEN,) * 4}
