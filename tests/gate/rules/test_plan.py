"""The porter's rule as scripts: people wait, seconds pass, places come free; then who is called."""

from collections.abc import Iterator
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.rules.houses import START_S, House
from preau.gate.rules.calling import OPEN, Group, others_places
from preau.gate.rules.plan import HORIZON_S, NO_SHOW_S, Memory, Plan, Situation, next_plan


def test_while_places_are_free_and_nobody_waits_every_lane_is_open() -> None:
    house = House(10)
    house.second()
    assert house.plan.watermark(1, now_s=house.now_s) == OPEN
    assert house.plan.watermark(3, now_s=house.now_s) == OPEN


def test_a_full_house_calls_nobody_but_teachers() -> None:
    house = House(2, inside=2)
    house.comes("pupil", 1, 10)
    house.comes("unknown", 3, 10)
    house.comes("teacher", 0, 10)
    house.seconds(3)
    assert house.entered == ["teacher"]


def test_one_place_free_calls_one_person_the_smallest_key() -> None:
    house = House(2, inside=2)
    for name, key in (("third", 30), ("first", 10), ("second", 20)):
        house.comes(name, 3, key)
    house.second()
    house.leaves()
    house.seconds(3)
    assert house.entered == ["first"]
    house.leaves()
    house.seconds(2)
    assert house.entered == ["first", "second"]


def test_pupils_with_a_lesson_come_before_unknown_devices_that_came_earlier() -> None:
    house = House(1, inside=1)
    house.comes("unknown", 3, 1)
    house.comes("pupil", 1, 1000)
    house.second()
    house.leaves()
    house.seconds(2)
    assert house.entered == ["pupil"]


def test_each_lane_keeps_its_floor_and_the_first_has_what_is_left() -> None:
    house = House(1, inside=1)
    for number in range(100):
        for lane in (1, 2, 3):
            house.comes(f"{lane} {number:02}", lane, number)
    for _ in range(100):
        house.leaves()
        house.seconds(2)
    entered = [name[0] for name in house.entered]
    assert {lane: entered.count(lane) for lane in "123"} == {"1": 75, "2": 15, "3": 10}


def test_a_lane_that_was_empty_saves_nothing_up() -> None:
    house = House(1, inside=1)
    for number in range(60):
        house.comes(f"pupil {number}", 1, number)
    for _ in range(40):
        house.leaves()
        house.seconds(2)
    for number in range(20):
        house.comes(f"unknown {number}", 3, number)
    for _ in range(20):
        house.leaves()
        house.seconds(2)
    assert sum(name.startswith("unknown") for name in house.entered[40:]) in {2, 3}


def test_lane_three_keeps_a_tenth_of_the_calls() -> None:
    house = House(1, inside=1)
    for number in range(40):
        house.comes(f"pupil {number:02}", 1, number)
        house.comes(f"unknown {number:02}", 3, number)
    for _ in range(33):
        house.leaves()
        house.seconds(2)
    unknown = [name for name in house.entered if name.startswith("unknown")]
    assert len(house.entered) == 33
    assert unknown == ["unknown 00", "unknown 01", "unknown 02", "unknown 03"]


def test_a_class_is_called_together() -> None:
    house = House(100, inside=75)
    for number in range(20):
        house.comes(f"CM2 {number}", 1, 7)
        house.comes(f"6e {number}", 1, 8)
    house.second()
    assert {name[:3] for name in house.entered} == {"CM2"}
    assert len(house.entered) == 20
    house.seconds(4)
    assert len(house.entered) == 20  # twenty people at once are paid back before the next class: 100 places in 30 s
    house.second()
    assert len(house.entered) == 25  # then it begins to enter: five places are five pupils
    house.leaves(15)
    house.second()
    assert len(house.entered) == 40


def test_a_class_greater_than_the_house_enters_as_far_as_it_goes() -> None:
    house = House(2)
    for number in range(3):
        house.comes(f"pupil {number}", 1, 7)
    house.seconds(2)
    assert len(house.entered) == 2
    house.leaves()
    house.seconds(2)
    assert len(house.entered) == 3


def test_a_late_pupil_of_a_called_class_walks_in() -> None:
    house = House(10, inside=8)
    house.comes("early", 1, 7)
    house.comes("other class", 1, 9)
    house.second()
    house.comes("late", 1, 7)
    assert house.called("late")


def test_an_absentee_never_stalls_the_line_and_keeps_the_place() -> None:
    house = House(2, inside=2)
    house.comes("absent", 3, 1)
    house.comes("present", 3, 2)
    house.absent = {"absent"}
    house.second()
    house.leaves()
    house.seconds(int(NO_SHOW_S) + 3)
    assert house.entered == ["present"]
    house.absent = set()
    house.leaves()
    house.second()
    assert house.entered == ["present", "absent"]


def test_a_hundred_absentees_cost_seconds_not_the_morning() -> None:
    house = House(50, inside=40)
    for number in range(100):
        house.comes(f"absent {number}", 3, number)
        house.absent.add(f"absent {number}")
    house.comes("present", 3, 1000)
    house.seconds(11 * int(NO_SHOW_S + 2))
    assert house.entered == ["present"]


def test_no_more_than_a_thirtieth_of_the_house_is_called_per_second() -> None:
    house = House(300)
    for number in range(200):
        house.comes(f"unknown {number}", 3, number)
    house.second()
    assert len(house.entered) == 10
    house.second()
    assert len(house.entered) == 20


def test_who_was_called_stays_called() -> None:
    house = House(1, inside=1)
    house.comes("slow", 3, 1)
    house.absent = {"slow"}
    house.second()
    house.leaves()
    house.second()
    assert house.called("slow")
    house.inside = 1
    house.seconds(30)
    assert house.called("slow")


def test_a_newcomer_does_not_overtake_who_waits() -> None:
    house = House(1, inside=1)
    house.comes("waits", 3, 1)
    house.second()
    house.leaves()
    house.comes("newcomer", 3, 2)
    house.knocks("newcomer")
    assert house.entered == []
    house.second()
    assert house.entered == ["waits"]


def test_seconds_of_which_it_is_not_known_who_entered_hold_nobody_up() -> None:
    house = House(60)
    for number in range(30):
        house.comes(f"device-{number}", 3, int(START_S * 1_000_000) + number)
    for _ in range(5):
        house.entered_lately = 0
        house.second()
    assert len(house.entered) >= 9


def test_when_the_porter_dies_the_plan_goes_on_calling_for_a_minute() -> None:
    first = int(START_S - 100) * 1_000_000
    groups = [Group(3, first + key, 1) for key in range(1000)]
    situation = Situation(now_s=START_S, capacity=300, inside=300, entered=0, groups=groups, leaves_per_s=2.0)
    plan, _ = next_plan(Memory(), situation)
    watermarks = [plan.watermark(3, now_s=START_S + second) - first for second in range(HORIZON_S)]
    assert watermarks[0] == -first
    assert watermarks[30] == 60
    assert watermarks[59] == 118
    assert all(earlier <= later for earlier, later in pairwise(watermarks))


def test_past_its_plan_an_edge_is_on_its_own_and_calls_pupils_and_those_who_waited_as_long_as_others_did() -> None:
    plan = Plan(
        100, ((OPEN, 5, 5, 5), (OPEN, 6, 6, 6)), claims_per_s=40.0, calm_claims_per_s=15.0, wait_s=(0, 0, 10, 30)
    )
    assert [plan.watermark(3, now_s=now_s) for now_s in (90, 100, 101.9)] == [5, 5, 6]
    assert [plan.watermark(1, now_s=now_s) for now_s in (101.9, 102)] == [6, OPEN]
    assert plan.watermark(0, now_s=500) == OPEN
    assert plan.watermark(2, now_s=500) == 490_000_000
    assert plan.watermark(3, now_s=500) == 470_000_000
    assert [plan.claims_at(now_s=now_s) for now_s in (101.9, 102)] == [40.0, 15.0]


def test_the_plan_knows_how_long_the_last_one_called_has_waited() -> None:
    house = House(2, inside=2)
    for number in range(3):
        house.comes(f"unknown {number}", 3, int((START_S - 40 + 10 * number) * 1_000_000))
    house.absent = set(house.waiting)
    house.leaves()
    house.second()
    assert house.plan.wait_s == (0, 0, 0, 40)


def test_without_a_rate_nobody_is_called_and_who_was_called_stays_so() -> None:
    groups = [Group(3, key, 1) for key in range(10)]
    situation = Situation(now_s=START_S, capacity=20, inside=0, entered=0, groups=groups, calls_per_s=4.0)
    plan, memory = next_plan(Memory(), situation)
    assert plan.watermark(3, now_s=START_S) == 4
    braked = msgspec.structs.replace(situation, now_s=START_S + 1, calls_per_s=0.0)
    plan, memory = next_plan(memory, braked)
    assert {plan.watermark(3, now_s=START_S + 1 + second) for second in range(HORIZON_S)} == {8}


def events() -> Iterator[st.SearchStrategy[tuple[str, int, int]]]:
    yield st.tuples(st.just("comes"), st.sampled_from([0, 1, 1, 3, 3, 3]), st.integers(0, 30))
    yield st.tuples(st.just("leaves"), st.just(0), st.just(0))
    yield st.tuples(st.just("seconds"), st.integers(1, 3), st.just(0))
    yield st.tuples(st.just("absent"), st.just(0), st.integers(0, 40))


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 6), st.lists(st.one_of(*events()), max_size=60))
def test_whatever_happens_the_house_is_never_overfull_and_everybody_gets_in_at_last(
    capacity: int, story: list[tuple[str, int, int]]
) -> None:
    house = House(capacity)
    for number, (event, first, second) in enumerate(story):
        if event == "comes":
            house.comes(str(number), first, second)
        elif event == "leaves" and house.inside:
            house.leaves()
        elif event == "seconds":
            house.seconds(first)
        elif event == "absent":
            house.absent ^= {str(second)}
        assert house.inside <= capacity
        assert house.inside_others <= others_places(capacity)
    house.absent = set()
    for _ in range(len(house.waiting) + 2):
        house.inside = house.inside_others = 0
        house.seconds(2)
    assert house.waiting == {}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=30, unique=True), st.integers(1, 4))
def test_present_people_of_a_lane_enter_in_the_order_of_their_keys(keys: list[int], capacity: int) -> None:
    house = House(capacity, inside=capacity)
    for key in keys:
        house.comes(str(key), 3, key)
    house.second()
    while house.waiting:
        house.leaves()
        house.seconds(2)
    assert [int(name) for name in house.entered] == sorted(keys)


def late_classes(*, called_early: int, present: int, rate: float) -> tuple[int, ...]:
    """An empty house called the early ones of all classes; then many of all come. The marks of that second."""
    memory = Memory()
    for second in range(12):
        people = 1 if second < 11 else present
        groups = [Group(1, key, people) for key in range(called_early)]
        situation = Situation(
            now_s=START_S + second, capacity=5000, inside=0, entered=0, groups=groups, calls_per_s=rate
        )
        plan, memory = next_plan(memory, situation)
    return plan.marks[0]


def test_an_early_call_of_every_class_is_called_back_when_all_of_them_come() -> None:
    marks = late_classes(called_early=50, present=25, rate=10.0)
    assert 4 <= marks[1] <= 5  # ten seconds of entries: four classes and a part of the fifth


def test_nobody_is_called_back_while_all_the_called_can_enter_in_a_moment() -> None:
    assert late_classes(called_early=50, present=1, rate=10.0)[1] >= 50


def test_a_brake_of_a_second_calls_nobody_back() -> None:
    groups = [Group(3, key, 1) for key in range(100)]
    situation = Situation(now_s=START_S, capacity=500, inside=0, entered=0, groups=groups, calls_per_s=60.0)
    plan, memory = next_plan(Memory(), situation)
    braked = msgspec.structs.replace(situation, now_s=START_S + 1, calls_per_s=0.0)
    plan, memory = next_plan(memory, braked)
    assert plan.marks[0][3] == 100
