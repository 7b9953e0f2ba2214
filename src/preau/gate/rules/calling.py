"""Whom to call next: the walk over the queue, in the order of calling, with floors for every lane.

Lanes 1 to 3 share the calls by weight: a lane that has people waiting gets at least its share, what a lane does not
need goes to the others, first of all to lane 1, and a lane that was empty saves nothing up. That is start-time fair
queueing (Goyal, Vin and Cheng 1996): each lane has a tag, the one with the smallest is served and pays people / weight.

Lane 0 is always called and comes on top: its floor is what it takes, and the controller sees the work that it brings.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from preau.gate.rules.places import CARDS, OTHERS, PUPILS
from preau.tokens.ticket import LANES

OPEN: Final = 2**63 - 1
"""Above every key: the whole lane is called."""

QUEUES: Final = (PUPILS, CARDS, OTHERS)

FLOORS: Final = (0.0, 0.75, 0.15, 0.10)
"""Shares of the calls while every lane waits. Lane 1 has 55 parts, and what lane 0 leaves of its 20."""

SIEGE_FLOORS: Final = (0.0, 0.83, 0.15, 0.02)
"""The same under attack: unknown devices go on entering, slowly, and nobody is refused."""


class Group(NamedTuple):
    """Present people who wait with one key (a class in lane 1, mostly one person in lanes 2 and 3)."""

    lane: int
    order_key: int
    people: int


class Stand(NamedTuple):
    """How far the calling has come: kept from one second to the next, and for each second of a plan.

    ``called``: per lane, who is below was called. ``budget``: people who may be called still; below 0 a class went in
    on credit. ``tags``: per lane, of the fair queueing. ``outstanding``: people called who have not come in yet.
    """

    called: tuple[int, ...] = (0,) * LANES
    budget: float = 0.0
    tags: tuple[float, ...] = (0.0,) * LANES
    outstanding: int = 0


class Caller:
    """Walks the queue. Mutable, and lives for one plan only.

    Args:
        stand: where the calling has come to.
        groups: who waits, sorted by key within each lane.
        forgiven: per lane, who is below was called, did not come, and is not counted any more.
        floors: shares by lane.
        at_most: people who can enter in the next moments: if more are called, the last of them are called back.

    Attributes:
        outstanding: people who were called, are there, and have not come in yet.
        newly_called: people called since; those called back count against it.
    """

    def __init__(
        self,
        stand: Stand,
        groups: Sequence[Group],
        *,
        forgiven: Sequence[int],
        floors: Sequence[float] = FLOORS,
        at_most: float = float("inf"),
    ) -> None:
        self._called = list(stand.called)
        self._tags = list(stand.tags)
        self._budget = stand.budget
        self._floors = floors
        standing = [group for group in groups if forgiven[group.lane] <= group.order_key < self._called[group.lane]]
        self.outstanding = sum(group.people for group in standing)
        self.newly_called = 0
        if self.outstanding > at_most:
            self._call_back(standing, at_most)
        self._queues = {lane: _uncalled(groups, lane, self._called[lane]) for lane in QUEUES}
        self._heads = {lane: next(queue, None) for lane, queue in self._queues.items()}

    def _call_back(self, standing: Sequence[Group], at_most: float) -> None:
        """Moves the watermarks back over the last ones.

        An empty house calls the few of every class who are early; then the whole class is called, and when everybody
        comes the claim limiter would choose among them by chance. Each lane keeps the first of its share.
        """
        lanes = {group.lane for group in standing}
        shares = sum(self._floors[lane] for lane in lanes)
        for lane in lanes:
            left = at_most * self._floors[lane] / shares
            for group in standing:
                if group.lane != lane:
                    continue
                if left <= 0:
                    self._called[lane] = min(self._called[lane], group.order_key)
                    self.outstanding -= group.people
                    self.newly_called -= group.people
                    self._budget += group.people
                left -= group.people

    def call(self, *, places: int, budget: float, burst: float) -> None:
        """Adds ``budget``, up to ``burst``, and calls groups until ``places`` are promised or all of it is spent."""
        self._budget = min(self._budget + budget, max(burst, budget))
        while self._budget > 0 and (lane := self._next_lane()) is not None:
            head = self._heads[lane]
            # The first group is called even when it does not fit: a great class must not wait for ever.
            if head is None or not places or (self.outstanding and self.outstanding + head.people > places):
                return
            self._take(head)

    def spend(self, people: int) -> None:
        """People entered without a call, through an open lane."""
        self._budget -= people

    def stand(self) -> Stand:
        """How far the calling has come now."""
        return Stand(tuple(self._called), self._budget, tuple(self._tags), self.outstanding)

    def watermarks(self, *, places: int, flows: bool) -> tuple[int, ...]:
        """Lane 0 open; the others open once nobody waits uncalled in them and before them, and there is room.

        ``flows``: whether anybody may enter at all. Who walks in pays from the same budget, which may so fall below
        zero: a pupil who comes does not wait for the second of those who were called from lane 3.
        """
        marks = [OPEN, *self._called[1:]]
        room = flows and self.outstanding < places
        for lane in QUEUES:
            room = room and self._heads[lane] is None
            if room:
                marks[lane] = OPEN
        return tuple(marks)

    def _next_lane(self) -> int | None:
        waiting = [lane for lane in QUEUES if self._heads[lane] is not None]
        return min(waiting, key=lambda lane: self._tags[lane], default=None)

    def _take(self, head: Group) -> None:
        lane = head.lane
        start = self._tags[lane]
        self._tags[lane] = start + head.people / self._floors[lane]
        # Who was not there saves nothing up: an empty lane's tag goes along with the one that is served.
        for other in QUEUES:
            if self._heads[other] is None:
                self._tags[other] = max(self._tags[other], start)
        self.outstanding += head.people
        self.newly_called += head.people
        self._budget -= head.people
        self._called[lane] = head.order_key + 1
        self._heads[lane] = next(self._queues[lane], None)


def _uncalled(groups: Sequence[Group], lane: int, watermark: int) -> Iterator[Group]:
    return (group for group in groups if group.lane == lane and group.order_key >= watermark)
