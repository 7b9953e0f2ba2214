"""Whom to call next: the walk over the queue, in the order of calling, with floors for every lane.

Lanes 1 to 3 share the calls by weight: a lane that has people waiting gets at least its share, what a lane does not
need goes to the others, first of all to lane 1, and a lane that was empty saves nothing up. That is start-time fair
queueing (Goyal, Vin and Cheng 1996): each lane has a tag, the one with the smallest is served and pays people / weight.

Lane 0 is always called and comes on top: its floor is what it takes, and the controller sees the work that it brings.

Lane 3 is called into its own half of the places alone, also when nobody else waits. While it has them all it counts as
an empty lane: it holds nobody up and saves nothing up.
"""

from collections.abc import Collection, Iterator, Sequence
from math import ceil
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


OTHERS_SHARE: Final = 0.5
"""Of the capacity, for lane 3 at most, or a night of robots that keep cookies fills the house and every pupil waits in
the morning. Not less: on the first day of a term half of the families may have no card yet. Who signs in has a lane of
their own for it, needs no place, and is a card holder from then on."""


class Group(NamedTuple):
    """Present people who wait with one key (a class in lane 1, mostly one person in lanes 2 and 3)."""

    lane: int
    order_key: int
    people: int


class Free(NamedTuple):
    """Places that may be promised: ``places`` to everybody, no more than ``others`` of them to lane 3."""

    places: int
    others: int


class Stand(NamedTuple):
    """How far the calling has come: kept from one second to the next, and for each second of a plan.

    ``called``: per lane, who is below was called. ``budget``: people who may be called still; below 0 a class went in
    on credit. ``tags``: per lane, of the fair queueing. ``outstanding``: people called who have not come in yet.
    """

    called: tuple[int, ...] = (0,) * LANES
    budget: float = 0.0
    tags: tuple[float, ...] = (0.0,) * LANES
    outstanding: int = 0


def others_places(capacity: int) -> int:
    """How many people of lane 3 may be inside at once: half of the capacity, rounded up."""
    return ceil(capacity * OTHERS_SHARE)


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
        self._outstanding_others = sum(group.people for group in standing if group.lane == OTHERS)
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
                    self._promise(lane, -group.people)
                left -= group.people

    def call(self, free: Free, *, budget: float, burst: float) -> None:
        """Adds ``budget``, up to ``burst``, and calls groups until what is free is promised or all of it is spent."""
        self._budget = min(self._budget + budget, max(burst, budget))
        while self._budget > 0 and (heads := self._callable(free)):
            head = min(heads, key=lambda head: self._tags[head.lane])
            if not _fits(head, free.places, promised=self._promised(free)):
                return
            self._take(head, {head.lane for head in heads})

    def spend(self, people: int) -> None:
        """People entered without a call, through an open lane."""
        self._budget -= people

    def stand(self) -> Stand:
        """How far the calling has come now."""
        return Stand(tuple(self._called), self._budget, tuple(self._tags), self.outstanding)

    def watermarks(self, free: Free, *, flows: bool) -> tuple[int, ...]:
        """Lane 0 open; the others open once nobody waits uncalled in them and before them, and there is room.

        ``flows``: whether anybody may enter at all. Who walks in pays from the same budget, which may so fall below
        zero: a pupil who comes does not wait for the second of those who were called from lane 3.
        """
        marks = [OPEN, *self._called[1:]]
        room = flows and self._promised(free) < free.places
        for lane in QUEUES:
            room = room and self._heads[lane] is None
            room = room and (lane != OTHERS or self._outstanding_others < free.others)
            if room:
                marks[lane] = OPEN
        return tuple(marks)

    def _promised(self, free: Free) -> int:
        """Places that the called may take. Who of lane 3 was called into more than its half of now takes none."""
        return self.outstanding - max(0, self._outstanding_others - free.others)

    def _callable(self, free: Free) -> list[Group]:
        """The first of each lane: of lane 3 only into its half."""
        heads = [head for lane in QUEUES if (head := self._heads[lane]) is not None]
        return [
            head for head in heads if head.lane != OTHERS or _fits(head, free.others, promised=self._outstanding_others)
        ]

    def _promise(self, lane: int, people: int) -> None:
        self.outstanding += people
        self._outstanding_others += people if lane == OTHERS else 0
        self.newly_called += people
        self._budget -= people

    def _take(self, head: Group, waiting: Collection[int]) -> None:
        lane = head.lane
        start = self._tags[lane]
        self._tags[lane] = start + head.people / self._floors[lane]
        # Who was not there saves nothing up: an empty lane's tag goes along with the one that is served.
        for other in QUEUES:
            if other not in waiting:
                self._tags[other] = max(self._tags[other], start)
        self._promise(lane, head.people)
        self._called[lane] = head.order_key + 1
        self._heads[lane] = next(self._queues[lane], None)


def _fits(head: Group, places: int, *, promised: int) -> bool:
    """The first group is called even when it does not fit: a great class must not wait for ever."""
    return places > 0 and (not promised or promised + head.people <= places)


def _uncalled(groups: Sequence[Group], lane: int, watermark: int) -> Iterator[Group]:
    return (group for group in groups if group.lane == lane and group.order_key >= watermark)
