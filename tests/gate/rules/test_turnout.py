"""Who comes and who comes back, second by second, from looks at the waiting alone."""

from preau.gate.ledger.interface import PRESENT_S
from preau.gate.page.render import REFRESH_S, SLOW_REFRESH_S
from preau.gate.rules.entries import Came, Entered
from preau.gate.rules.state import OVERDUE_S, PACE_LONGEST_S
from preau.gate.rules.turnout import FEW, Doorstep, Turnout, Waiting


class Door:
    """People who wait, and a second that passes. ``counts``: the engine counts the places that it gives."""

    def __init__(self, *, counts: bool = False, room: int = 10**6) -> None:
        self.doorstep = Doorstep()
        self.counts, self.room = counts, room
        self.now_s = 1000.0
        self.until_s: dict[str, float] = {}
        self.lane: dict[str, int] = {}
        self.entered, self.drawn = [0] * 4, [0] * 4
        self.bare = 0
        self.numbers = 0
        self.told: Turnout | None = None

    def come(self, lane: int, people: int) -> list[str]:
        names = [f"{self.numbers + number}" for number in range(people)]
        self.numbers += people
        self.drawn[lane] += people if self.counts else 0
        for name in names[: max(0, self.room - len(self.until_s))]:
            self.lane[name], self.until_s[name] = lane, self.now_s + PRESENT_S
        return names

    def poll(self, names: list[str]) -> None:
        self.until_s.update({name: self.now_s + PRESENT_S for name in names if name in self.until_s})

    def slow_page(self, names: list[str]) -> None:
        self.until_s.update(dict.fromkeys(names, self.now_s + SLOW_REFRESH_S + OVERDUE_S))

    def enter(self, names: list[str]) -> None:
        for name in names:
            del self.until_s[name]
            self.entered[self.lane[name]] += 1

    def second(self, *, sample: int = 1) -> Turnout | None:
        self.now_s += 1
        self.until_s = {name: until_s for name, until_s in self.until_s.items() if until_s > self.now_s}
        waiting = [Waiting(name, self.lane[name], until_s) for name, until_s in self.until_s.items()]
        came = Came(Entered(tuple(self.entered), self.bare), tuple(self.drawn) if self.counts else None)
        self.entered, self.drawn, self.bare = [0] * 4, [0] * 4, 0
        self.told = self.doorstep.look(waiting, came, sample=sample, now_s=self.now_s)
        return self.told


def known(told: Turnout | None) -> Turnout:
    assert told is not None
    return told


def test_the_first_look_says_nothing_and_neither_does_the_first_of_another_sample() -> None:
    door = Door()
    door.come(3, 500)
    assert door.second() is None
    assert known(door.second()).others_per_s == 0.0
    assert door.second(sample=2) is None


def test_arrivals_are_told_by_card_and_without_and_so_is_who_walks_in() -> None:
    door = Door()
    door.second()
    for _ in range(6):
        door.come(1, 10)
        door.come(2, 5)
        door.come(3, 4)
        door.entered[3] += 2
        door.entered[0] += 1
        door.second()
    assert known(door.told)[:2] == (16.0, 6.0)


def test_who_enters_after_a_wait_is_not_another_arrival_and_has_come_back() -> None:
    door = Door()
    door.second()
    people = door.come(3, 30)
    door.second()
    door.enter(people)
    told = known(door.second())
    assert told.others_per_s == 15.0
    assert told.shown_again == 1.0


def test_browsers_come_back_and_robots_do_not() -> None:
    door = Door()
    door.second()
    people = door.come(3, 40)
    for second in range(80):
        door.come(3, 40)
        if second % 10 == 5:
            door.poll(people)
        door.second()
    told = known(door.told)
    assert told.shown_again is not None
    assert told.shown_again < 0.05
    called = [name for name in door.until_s if door.doorstep.may_be_called(name)]
    assert sorted(called) == sorted(people)
    silent = [name for name in door.until_s if not door.doorstep.is_waiting(name)]
    assert len(silent) > 1000
    assert not set(silent) & set(people)


def test_a_crowd_of_new_devices_whose_browsers_poll_comes_back() -> None:
    door = Door()
    door.second()
    came: list[list[str]] = []
    for second in range(60):
        came.append(door.come(3, 20))
        for group in came[second % 15 :: 15]:
            door.poll(group)
        door.second()
    told = known(door.told)
    assert told.shown_again is not None
    assert told.shown_again > 0.9
    called = sum(door.doorstep.may_be_called(name) for name in door.until_s)
    assert called > 0.7 * len(door.until_s)
    assert all(door.doorstep.is_waiting(name) for name in door.until_s)


def test_who_waited_for_long_and_enters_is_not_another_arrival() -> None:
    door = Door()
    door.second()
    people = [*door.come(3, 60), *door.come(1, 60)]
    for second in range(200):
        if second % 20 == 0:
            door.poll(people)
        door.second()
    for _ in range(10):
        door.enter([people.pop(0), people.pop()])
        told = known(door.second())
        assert told[:2] == (0.0, 0.0)


def test_browsers_without_javascript_that_reload_each_half_a_minute_come_back() -> None:
    assert REFRESH_S <= PACE_LONGEST_S
    door = Door()
    door.second()
    came: list[list[str]] = []
    shown = []
    for second in range(120):
        came.append(door.come(3, 10))
        door.poll([name for begun in came[-1 - REFRESH_S :: -REFRESH_S] for name in begun])
        shown.append(known(door.second()).shown_again)
        assert all(door.doorstep.is_waiting(name) for name in door.until_s), second
    assert {share for share in shown if share is not None} == {1.0}


def test_who_said_to_be_silent_for_five_minutes_is_lost_only_after_them() -> None:
    door = Door()
    door.second()
    names = door.come(3, 40)
    door.slow_page(names)
    for _ in range(SLOW_REFRESH_S):
        assert known(door.second()).shown_again is None
    for _ in range(20):
        told = known(door.second())
    assert told.shown_again == 0.0


def test_a_few_who_have_not_come_back_yet_are_people() -> None:
    door = Door()
    door.second()
    names = door.come(3, FEW - 1)
    assert known(door.second()).shown_again is None
    assert all(door.doorstep.may_be_called(name) for name in names)
    names += door.come(3, 1)
    door.second()
    assert not any(door.doorstep.may_be_called(name) for name in names)
    door.come(1, 1)
    door.second()
    assert [name for name in door.until_s if door.doorstep.may_be_called(name)] == [str(FEW)]


def test_an_engine_that_does_not_know_until_when_says_nothing_about_coming_back() -> None:
    door = Door()
    door.second()
    door.come(3, 100)
    for _ in range(60):
        door.until_s = dict.fromkeys(door.until_s, 1e9)
        waiting = [Waiting(name, 3, 0.0) for name in door.until_s]
        door.now_s += 1
        told = door.doorstep.look(waiting, Came(Entered((0,) * 4, 0)), sample=1, now_s=door.now_s)
    assert known(told).shown_again is None
    assert all(door.doorstep.may_be_called(name) for name in door.until_s)


def test_one_card_that_draws_a_place_at_each_request_is_no_crowd_of_card_holders() -> None:
    door = Door(counts=True)
    door.second()
    for _ in range(10):
        door.drawn[2] += 400
        door.come(3, 20)
        door.second()
    assert known(door.told)[:2] == (0.0, 20.0)


def test_an_engine_that_counts_its_places_sees_also_those_for_whom_the_ledger_has_no_room() -> None:
    door = Door(counts=True, room=100)
    door.second()
    for _ in range(10):
        door.come(3, 400)
        door.second()
    assert known(door.told).others_per_s == 400.0
