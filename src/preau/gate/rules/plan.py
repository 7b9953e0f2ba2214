"""The plan: who is called, per lane and second; and the rule by which the porter writes it.

A place is called iff its key is below the watermark of its lane at that second. A plan covers the next 60 seconds, so
that edges run on when the porter is late or dead. Past its end they are *autonomous*: lanes 0 and 1 are all called,
lanes 2 and 3 as far back as people waited at last, and claims are capped at half of the last safe rate.

The rule:
- places are free when fewer people of lanes 1 to 3 are inside than the capacity; lane 0 comes on top, always called;
- people are called at the rate of the controller, in the order of ``rules.calling``, present people for free places,
  those of lane 3 for places of its half;
- everyone with the same key (a class) is called together, also when only a part of it fits: the rest enters next, and
  the calls of the next seconds pay for it;
- somebody called who does not come keeps the right to come, but after 15 s with places left unused he is not counted
  any more: absentees never stall the line;
- when everybody who waits is called and places are left, the lane is open: who arrives walks in.
A lane's watermark moves back from open, and when far more are called than can enter; else who was called stays called.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from preau.gate.rules.calling import FLOORS, OPEN, Caller, Free, Group, Stand, others_places
from preau.gate.rules.places import CARDS, KEYS_PER_S, OTHERS, PUPILS, STAFF
from preau.tokens.ticket import LANES

HORIZON_S: Final = 60
FILL_S: Final = 30
"""Before anything is known of what an entry costs, an empty house is filled in this time."""

MIN_CALLS_PER_S: Final = 2.0
"""The rate of a house of sixty or less, before the controller knows better."""

CALLED_AT_MOST_S: Final = 10.0
"""So many seconds of entries may be called at once, a poll of the slow; beyond, calling is no promise any more."""

LEAST_CALLED: Final = 40.0
"""A class is called together, whatever the rate."""

RATE_FADES: Final = 0.9
"""A second without calls (a brake) calls nobody back."""

CLAIMS_OVER_RATE: Final = 1.3
"""The claim limiter: so much above the rate no second goes, whatever was promised and whoever comes late."""

UNLIMITED: Final = float(2**31)
"""Claims while nobody measures what they cost: the places are the limit."""

CALM_SHARE: Final = 0.5
"""An edge without a porter admits at this share of the last rate: nobody watches what is behind it."""

NO_SHOW_S: Final = 15.0
"""Twice the usual pace of polling and a reload: who was called had the chance to come."""

FORGIVEN_S: Final = 120.0
"""Who is forgiven and still not there has left the queue by then; who comes into it below the mark is called like
all."""


class Plan(msgspec.Struct, frozen=True):
    """Watermarks by second: ``marks[i][lane]`` holds at ``first_s + i`` (wall seconds).

    ``claims_per_s``: most entries of lanes 1 to 3 in a second; ``calm_claims_per_s``: the same once the plan has run
    out. ``wait_s``: per lane, how long the last one called had waited.
    """

    first_s: int
    marks: tuple[tuple[int, ...], ...]
    claims_per_s: float = UNLIMITED
    calm_claims_per_s: float = UNLIMITED
    wait_s: tuple[int, ...] = (0,) * LANES

    def is_over(self, *, now_s: float) -> bool:
        """Whether the edge is on its own: the porter has not written for a minute."""
        return now_s >= self.first_s + len(self.marks)

    def watermark(self, lane: int, *, now_s: float) -> int:
        """The watermark of ``lane`` now; before the plan its first second holds, after it the autonomous rule."""
        if self.is_over(now_s=now_s):
            return OPEN if lane in {STAFF, PUPILS} else max(self.marks[-1][lane], self._arrived_before(lane, now_s))
        return self.marks[max(int(now_s) - self.first_s, 0)][lane]

    def claims_at(self, *, now_s: float) -> float:
        """Most entries of lanes 1 to 3 in this second."""
        return self.calm_claims_per_s if self.is_over(now_s=now_s) else self.claims_per_s

    def _arrived_before(self, lane: int, now_s: float) -> int:
        return int((now_s - self.wait_s[lane]) * KEYS_PER_S)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What the porter saw. ``groups`` sorted by key within each lane; ``inside`` counts lanes 1 to 3.

    ``inside_others``: those of lane 3 among them.
    ``entered``: of these lanes, since the last look, without bare devices: they have entries of their own, which nobody
    else pays for; 0 also where it is not known.
    ``calls_per_s``: the rate of the controller; None: not known, the house is filled in FILL_S.
    """

    now_s: float
    capacity: int
    inside: int
    entered: int
    groups: Sequence[Group]
    inside_others: int = 0
    leaves_per_s: float = 0.0
    calls_per_s: float | None = None
    floors: tuple[float, ...] = FLOORS


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule must remember from one second to the next; lost at a restart without harm to anybody's place."""

    ahead: tuple[Stand, ...] = (Stand(),)
    """For each second of the last plan, from ``ahead_from_s``: what the edges may have acted on meanwhile."""
    ahead_from_s: int = 0
    forgiven: tuple[int, ...] = (0,) * LANES
    """Per lane: who is below was called, did not come, and is not counted any more."""
    forgiven_at_s: float = 0.0
    rate_per_s: float = 0.0
    """The highest rate lately, fading."""
    walked_over: float = 0.0
    """What the count of the called came out too low by, so that chance is not taken for people who walked in."""
    newly_called: int = 0
    """People who were called for the latest second, and those who entered in it through an open lane."""
    unused_since_s: float | None = None
    """Since when places stand free although somebody is called, and nobody enters."""


def open_plan(now_s: float) -> Plan:
    """The plan before the first look: everybody may come, the ledger counts the places."""
    return Plan(int(now_s), ((OPEN,) * LANES,) * HORIZON_S)


def unwatched_plan(now_s: float, *, capacity: int) -> Plan:
    """The same for an edge that starts while perhaps nobody looks at it: no faster than an empty house is filled."""
    claims_per_s, calm_claims_per_s = _limits(_filling_rate(capacity))
    plan = open_plan(now_s)
    return msgspec.structs.replace(plan, claims_per_s=claims_per_s, calm_claims_per_s=calm_claims_per_s)


def next_plan(memory: Memory, situation: Situation) -> tuple[Plan, Memory]:
    """The plan of the next 60 s and what to remember. Cost: linear in the number of groups."""
    rate = situation.calls_per_s
    if rate is None:
        rate = _filling_rate(situation.capacity)
    second, stand = _recall(memory, situation)
    newly_called = _called_between(memory.ahead[0], stand, situation.groups)
    memory = _forgive_no_shows(memory, stand, situation, free=_free(situation, 0).places)
    lately_per_s = max(rate, RATE_FADES * memory.rate_per_s)
    caller = Caller(
        stand,
        situation.groups,
        forgiven=memory.forgiven,
        floors=situation.floors,
        at_most=max(LEAST_CALLED, CALLED_AT_MOST_S * lately_per_s),
    )
    by_the_calls = stand.outstanding - caller.outstanding + caller.newly_called
    walked_over = memory.walked_over + situation.entered - by_the_calls
    walked_in = max(0, int(walked_over))
    caller.spend(walked_in)
    newly_called += walked_in
    marks, ahead = [], []
    for ahead_s in range(HORIZON_S):
        places = _free(situation, ahead_s)
        # The second that has begun was paid for in the last plan, if that reached so far.
        caller.call(places, budget=rate if ahead_s or not second else 0.0, burst=max(rate, 1.0))
        marks.append(caller.watermarks(places, flows=rate > 0))
        ahead.append(caller.stand())
        newly_called += 0 if ahead_s else caller.newly_called
    kept = msgspec.structs.replace(
        memory,
        ahead=tuple(ahead),
        ahead_from_s=int(situation.now_s),
        newly_called=newly_called,
        rate_per_s=lately_per_s,
        walked_over=max(walked_over - walked_in, -lately_per_s),
    )
    return _plan(situation, tuple(marks), ahead[0], rate), kept


def _free(situation: Situation, ahead_s: int) -> Free:
    """What is free then, if people go on leaving as they do, those of lane 3 as often as the others."""
    leave = situation.leaves_per_s * ahead_s
    of_others = situation.inside_others / situation.inside if situation.inside else 0.0
    others = others_places(situation.capacity) - situation.inside_others + leave * of_others
    return Free(int(max(0, situation.capacity - situation.inside) + leave), max(0, int(others)))


def _filling_rate(capacity: int) -> float:
    return max(MIN_CALLS_PER_S, capacity / FILL_S)


def _limits(rate: float) -> tuple[float, float]:
    """Claims a second within the plan and past its end."""
    return max(CLAIMS_OVER_RATE * rate, 1.0), max(CALM_SHARE * rate, 1.0)


def _plan(situation: Situation, marks: tuple[tuple[int, ...], ...], now: Stand, rate: float) -> Plan:
    claims_per_s, calm_claims_per_s = _limits(rate)
    return Plan(
        first_s=int(situation.now_s),
        marks=marks,
        claims_per_s=UNLIMITED if situation.calls_per_s is None else claims_per_s,
        calm_claims_per_s=calm_claims_per_s,
        wait_s=_waits(now, marks[0], situation.now_s),
    )


def _recall(memory: Memory, situation: Situation) -> tuple[int, Stand]:
    """Whom the last plan called up to now stays called, whatever the new one would have chosen.

    Returns the second of the last plan that has begun now, 0 if there is none, and how far the calling came in it.
    """
    second = min(max(int(situation.now_s) - memory.ahead_from_s, 0), len(memory.ahead) - 1)
    return second, memory.ahead[second]


def _called_between(before: Stand, stand: Stand, groups: Sequence[Group]) -> int:
    return sum(
        group.people for group in groups if before.called[group.lane] <= group.order_key < stand.called[group.lane]
    )


def _forgive_no_shows(memory: Memory, stand: Stand, situation: Situation, *, free: int) -> Memory:
    if abs(situation.now_s - memory.forgiven_at_s) >= FORGIVEN_S:
        memory = msgspec.structs.replace(memory, forgiven=(0,) * LANES)
    since_s = memory.unused_since_s
    if not free or situation.entered or since_s is None:
        since_s = situation.now_s if free else None
    elif abs(situation.now_s - since_s) >= NO_SHOW_S:  # a clock that went back must not keep the line waiting
        memory = msgspec.structs.replace(memory, forgiven=stand.called, forgiven_at_s=situation.now_s)
        since_s = situation.now_s
    return msgspec.structs.replace(memory, unused_since_s=since_s)


def _waits(stand: Stand, marks: Sequence[int], now_s: float) -> tuple[int, ...]:
    """How long the last one called had waited, where keys are arrivals; 0: the lane is open, or nobody was called."""
    waits = [0] * LANES
    for lane in (CARDS, OTHERS):
        if marks[lane] not in {OPEN, 0}:
            waits[lane] = max(0, int(now_s - stand.called[lane] / KEYS_PER_S))
    return tuple(waits)
