"""Lane 3 has half of the house, and while it has it nobody waits for it."""

from gate.rules.houses import House
from preau.gate.rules.calling import OPEN, others_places


def test_lane_three_has_half_of_the_house_rounded_up_and_then_counts_as_empty() -> None:
    assert [others_places(capacity) for capacity in (0, 1, 2, 5, 600)] == [0, 1, 1, 3, 300]
    house = House(5)
    for number in range(9):
        house.comes(f"unknown {number}", 3, number)
    house.seconds(20)
    assert (house.entered, house.inside) == ([f"unknown {number}" for number in range(3)], 3)
    marks = house.plan.marks[0]
    assert marks[1] == marks[2] == OPEN
    assert marks[3] == 3


def test_who_waits_for_the_half_of_lane_three_holds_up_nobody_and_saves_nothing_up() -> None:
    house = House(20)
    for number in range(30):
        house.comes(f"unknown {number}", 3, number)
    house.seconds(20)
    for number in range(80):
        house.comes(f"pupil {number}", 1, 100 + number)
    house.seconds(10)
    assert (house.inside, house.inside_others) == (20, 10)
    for _ in range(40):
        house.inside -= 1  # a pupil goes, the half of lane 3 stays as it is
        house.seconds(2)
    assert len(house.entered) == 60
    for _ in range(14):
        house.leaves()
        house.seconds(2)
    entered = [name.split()[0] for name in house.entered[60:]]
    assert entered.count("unknown") == 2  # a tenth of the calls, as if it had come only now


def test_whom_the_half_keeps_out_though_called_takes_no_place_from_the_others() -> None:
    house = House(8)
    for number in range(4):
        house.comes(f"unknown {number}", 3, number)
    house.absent = set(house.waiting)
    house.seconds(2)
    assert all(house.called(name) for name in house.waiting)
    house.capacity, house.inside, house.inside_others = 8, 4, 4  # signed out: four more of lane 3 than were counted
    for number in range(4):
        house.comes(f"pupil {number}", 2, number)
    house.seconds(3)
    assert house.entered == [f"pupil {number}" for number in range(4)]
