"""The waits that the porter watches, told second by second."""

from collections.abc import Iterable
from hashlib import sha256

from preau.gate.ledger.interface import PRESENT_S, Census, Waiter
from preau.gate.rules.entries import Claims
from preau.gate.rules.places import OTHERS, Place
from preau.gate.rules.state import in_sample, lot_of
from preau.gate.rules.wait import WaitInterval
from preau.gate.watched_waits import Waited, WatchedWaits

PEOPLE = [Waiter(OTHERS, key, sha256(bytes([key])).hexdigest()[:11]) for key in range(200)]


class Watching:
    """A porter's looks at people of lane 3, each heard at every look."""

    def __init__(self, *, there_before: Iterable[Waiter] = ()) -> None:
        self.now_s = 1_795_422_600.0
        self.waits = WatchedWaits()
        self.look(there_before)

    def look(
        self,
        waiting: Iterable[Waiter] = (),
        *,
        mark: int = 0,
        after_s: float = 1.0,
        told: WaitInterval | None = None,
        sample: int = 1,
    ) -> Waited:
        self.now_s += after_s
        people = tuple(waiting)
        census = Census(0, 0, Claims(), people, (self.now_s + PRESENT_S,) * len(people))

        def estimate(_place: Place) -> WaitInterval | None:
            return told

        return self.waits.look(census, {OTHERS: mark}, estimate, sample=sample, now_s=self.now_s)


def test_a_wait_lasts_from_the_first_sight_to_the_entry() -> None:
    watching = Watching()
    watching.look(PEOPLE[:100])
    watching.look(PEOPLE[:100], mark=60, after_s=30)  # called, and not in yet
    watching.look(PEOPLE[50:100], mark=60, after_s=30)
    assert watching.look(mark=100, after_s=60).wait_s == (60, 120, 120)


def test_who_gives_up_makes_the_waits_longer_and_is_counted() -> None:
    watching = Watching()
    watching.look(PEOPLE[:100])
    watching.look(PEOPLE[40:100], mark=40, after_s=30)
    gone = watching.look(mark=40, after_s=PRESENT_S + 1)
    assert gone.gave_up == 60
    assert gone.wait_s == (None, None, None)  # of half of them nobody knows how long they would have waited


def test_who_was_called_and_never_came_gave_up_when_last_heard() -> None:
    watching = Watching()
    watching.look(PEOPLE[:10])
    watching.look(PEOPLE[:10], mark=10, after_s=30)
    watching.look(PEOPLE[:1], mark=10, after_s=PRESENT_S)
    assert watching.look(mark=10, after_s=10) == Waited(gave_up=9, wait_s=(130, 130, 130))


def test_who_still_waits_counts_too() -> None:
    watching = Watching()
    watching.look(PEOPLE[:100])
    assert watching.look(PEOPLE[60:100], mark=60, after_s=30).wait_s == (30, None, None)


def test_what_was_there_before_the_porter_is_left_out() -> None:
    watching = Watching(there_before=PEOPLE[:10])
    assert watching.look(PEOPLE[:10], mark=10, after_s=60).wait_s == (None, None, None)
    assert watching.look(mark=10, after_s=60) == Waited()


def test_what_was_foretold_is_held_against_what_came() -> None:
    watching = Watching()
    watching.look(PEOPLE[:3], told=WaitInterval(20, 40))
    watching.look(PEOPLE[1:3], mark=1, after_s=10, told=WaitInterval(500, 600))  # the first interval counts
    watching.look(PEOPLE[2:3], mark=2, after_s=20)
    assert watching.look(mark=3, after_s=20).foretold == {"early": 1, "within": 1, "late": 1}


def test_nobody_is_foretold_anything_while_nothing_is_known() -> None:
    watching = Watching()
    watching.look(PEOPLE[:3])
    watching.look(PEOPLE[:3], after_s=10, told=WaitInterval(5, 10))
    assert watching.look(mark=3, after_s=7).foretold == {"within": 3}


def test_a_smaller_sample_makes_nobody_give_up_and_each_heard_stands_for_many() -> None:
    watching = Watching()
    watching.look(PEOPLE)
    fewer = [one for one in PEOPLE if in_sample(lot_of(one.tid), 2)]
    assert 0 < len(fewer) < len(PEOPLE)
    assert watching.look(fewer, sample=2, after_s=30).gave_up == 0
    assert watching.look(sample=2, after_s=60).gave_up == 2 * len(fewer)


def test_waits_of_more_than_a_quarter_of_an_hour_ago_are_not_told_any_more() -> None:
    watching = Watching()
    watching.look(PEOPLE[:10])
    assert watching.look(mark=10, after_s=30).wait_s == (30, 30, 30)
    assert watching.look(mark=10, after_s=901).wait_s == (None, None, None)
