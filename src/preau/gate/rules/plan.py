"""The plan: who is called, per lane and second; and the rule by which the porter writes it.

A place is called iff its key is below the watermark of its lane at that second. A plan covers the next 60 seconds, so
that edges run on when the porter is late or dead; past its end the last second holds.

The rule (fixed rate; the controller of issue 3 takes its place):
- places are free when fewer people of lanes 1 and 3 are inside than the capacity; lane 0 comes on top, always called;
- each free place calls one present waiting person: lane 1 before lane 3, except that each tenth call is lane 3's;
- everyone with the same key (a class) is called together, also when only a part of it fits: the rest enters next;
- no more than a thirtieth of the capacity is called per second: who enters makes many requests at once;
- somebody called who does not come keeps the right to come, but after 15 s with places left unused he is not counted
  any more: absentees never stall the line;
- when everybody who waits is called and places are left, the lane is open: who arrives walks in.
A lane's watermark never moves back, except from open: who was called stays called.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from preau.gate.rules.places import OTHERS, PUPILS
from preau.tokens.ticket import LANES

OPEN: Final = 2**63 - 1
"""Above every key: the whole lane is called."""

HORIZON_S: Final = 60
FILL_S: Final = 30
"""An empty house is filled in this time: an entry costs the application 8 to 24 requests."""

MIN_CALLS_PER_S: Final = 2.0
FLOOR_EVERY: Final = 10
"""While lane 1 waits, each tenth call is lane 3's: a pupil on a new device must get in, slowly."""

NO_SHOW_S: Final = 15.0
"""Twice the usual pace of polling and a reload: who was called had the chance to come."""


class Group(NamedTuple):
    """Present people who wait with one key (a class in lane 1, mostly one person in lane 3)."""

    lane: int
    order_key: int
    people: int


class Plan(msgspec.Struct, frozen=True):
    """Watermarks by second: ``marks[i][lane]`` holds at ``first_s + i`` (wall seconds)."""

    first_s: int
    marks: tuple[tuple[int, ...], ...]

    def watermark(self, lane: int, *, now_s: float) -> int:
        """The watermark of ``lane`` now; before the plan its first second holds, after it the last."""
        second = min(max(int(now_s) - self.first_s, 0), len(self.marks) - 1)
        return self.marks[second][lane]


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What the porter saw. ``groups`` sorted by key within each lane; ``inside`` counts lanes 1 and 3."""

    now_s: float
    capacity: int
    inside: int
    admitted_total: int
    groups: Sequence[Group]
    leaves_per_s: float = 0.0


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule must remember from one second to the next; lost at a restart without harm to anybody's place."""

    called: tuple[int, ...] = (0,) * LANES
    """Per lane the highest finite watermark: who is below was called."""
    ahead: tuple[tuple[int, ...], ...] = ()
    """The same for each second of the last plan, from ``ahead_from_s``: what the edges may have acted on meanwhile."""
    ahead_from_s: int = 0
    forgiven: tuple[int, ...] = (0,) * LANES
    """Per lane: who is below was called, did not come, and is not counted any more."""
    pupils_in_a_row: int = 0
    """Calls of lane 1 since lane 3 had its turn."""
    admitted_total: int = 0
    unused_since_s: float | None = None
    """Since when places stand free although somebody is called, and nobody enters."""


def open_plan(now_s: float) -> Plan:
    """The plan before the first look: everybody may come, the claim limiter watches."""
    return Plan(int(now_s), ((OPEN,) * LANES,))


def next_plan(memory: Memory, situation: Situation) -> tuple[Plan, Memory]:
    """The plan of the next 60 s and what to remember. Cost: linear in the number of groups."""
    free = max(0, situation.capacity - situation.inside)
    per_s = max(MIN_CALLS_PER_S, situation.capacity / FILL_S)
    memory, already = _recall(memory, situation)
    memory = _forgive_no_shows(memory, situation, free=free)
    caller = _Caller(memory, situation.groups)
    marks, ahead, in_a_row = [], [], 0
    for second in range(HORIZON_S):
        at_most = per_s if second else max(0.0, per_s - already)
        caller.call(places=int(free + situation.leaves_per_s * second), at_most=at_most)
        marks.append(caller.watermarks())
        ahead.append(tuple(caller.called))
        in_a_row = in_a_row if second else caller.pupils_in_a_row
    first_s = int(situation.now_s)
    memory = msgspec.structs.replace(memory, ahead=tuple(ahead), ahead_from_s=first_s, pupils_in_a_row=in_a_row)
    return Plan(first_s, tuple(marks)), memory


def _recall(memory: Memory, situation: Situation) -> tuple[Memory, int]:
    """Whom the last plan called up to now stays called, whatever the new one would have chosen.

    Also returns how many people that were beyond the first second of the last plan: they are part of this second's.
    """
    if not memory.ahead:
        return memory, 0
    second = min(max(int(situation.now_s) - memory.ahead_from_s, 0), len(memory.ahead) - 1)
    before, called = memory.ahead[0], memory.ahead[second]
    already = sum(
        group.people for group in situation.groups if before[group.lane] <= group.order_key < called[group.lane]
    )
    return msgspec.structs.replace(memory, called=called), already


def _forgive_no_shows(memory: Memory, situation: Situation, *, free: int) -> Memory:
    came = situation.admitted_total != memory.admitted_total
    since_s = memory.unused_since_s
    if not free or came or since_s is None:
        since_s = situation.now_s if free else None
    elif abs(situation.now_s - since_s) >= NO_SHOW_S:  # a clock that went back must not keep the line waiting
        memory = msgspec.structs.replace(memory, forgiven=memory.called)
        since_s = situation.now_s
    return msgspec.structs.replace(memory, admitted_total=situation.admitted_total, unused_since_s=since_s)


class _Caller:
    """Walks the queue in the order of calling. Mutable, and lives for one plan only."""

    def __init__(self, memory: Memory, groups: Sequence[Group]) -> None:
        self.called = list(memory.called)
        self.pupils_in_a_row = memory.pupils_in_a_row
        self.outstanding = sum(
            group.people for group in groups if memory.forgiven[group.lane] <= group.order_key < self.called[group.lane]
        )
        self.places = 0
        self._queues = {lane: self._uncalled(lane, groups) for lane in (PUPILS, OTHERS)}
        self._heads = {lane: next(queue, None) for lane, queue in self._queues.items()}

    def _uncalled(self, lane: int, groups: Sequence[Group]) -> Iterator[Group]:
        watermark = self.called[lane]
        return (group for group in groups if group.lane == lane and group.order_key >= watermark)

    def call(self, *, places: int, at_most: float) -> None:
        """Calls groups until ``places`` are promised or ``at_most`` people were called in this second."""
        self.places = places
        calls = 0
        while (head := self._next()) is not None:
            # The first group is called even when it does not fit: a great class must not wait for ever.
            if (self.outstanding + head.people > places and self.outstanding) or not places:
                return
            if (calls or not at_most) and calls + head.people > at_most:
                return
            calls += head.people
            self._take(head)

    def _next(self) -> Group | None:
        pupils, others = self._heads[PUPILS], self._heads[OTHERS]
        if pupils is None or (others is not None and self.pupils_in_a_row >= FLOOR_EVERY - 1):
            return others
        return pupils

    def _take(self, head: Group) -> None:
        self.outstanding += head.people
        self.called[head.lane] = head.order_key + 1
        if head.lane == PUPILS:
            # Not summed up beyond one turn: a morning of lane 1 alone would hand lane 3 a hundred places at once.
            self.pupils_in_a_row = min(self.pupils_in_a_row + head.people, FLOOR_EVERY - 1)
        else:
            self.pupils_in_a_row = 0
        self._heads[head.lane] = next(self._queues[head.lane], None)

    def watermarks(self) -> tuple[int, ...]:
        """Lane 0 open, lane 2 unused, lanes 1 and 3 open once nobody before them waits uncalled and a place is left."""
        room = self.outstanding < self.places
        pupils_open = room and self._heads[PUPILS] is None
        others_open = pupils_open and self._heads[OTHERS] is None
        return (
            OPEN,
            OPEN if pupils_open else self.called[PUPILS],
            0,
            OPEN if others_open else self.called[OTHERS],
        )
