"""The porter: once a second, signals in, plan out. A dull shell round ``gate.rules.plan``.

It survives every exception: it says so in the log, keeps the plan it has (60 s of it lie ahead) and looks again a
second later. It also publishes ``at_the_door.json``: there the live class reads which pupils could not get in.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace

from preau.gate.ledger.interface import AT_THE_DOOR_MAX, WAITING_MAX, Census, Counts, Wait, Waiter
from preau.gate.operators_desk import OperatorsDesk
from preau.gate.pilot import Pilot
from preau.gate.rules.admission import unproven_places
from preau.gate.rules.calling import QUEUES, Group, others_places
from preau.gate.rules.entries import Came, Claims, Entered, entered_between, grown_by
from preau.gate.rules.ladder import SIEGE
from preau.gate.rules.orders import Ordered, due, obeyed
from preau.gate.rules.places import OTHERS, PUPILS
from preau.gate.rules.plan import Memory, Plan, Situation, next_plan, open_plan, unwatched_plan
from preau.gate.rules.standing import Curve, curve, people_before
from preau.gate.rules.state import in_sample, lot_of, next_sample, state_document
from preau.gate.rules.steering import Course, Seen
from preau.gate.rules.turnout import Doorstep, Turnout, Waiting
from preau.gate.rules.wait import WINDOW_S, Entries, Look, recent_entries, wait_interval
from preau.gate.ticking import TICK_S, tick_for_ever
from preau.gate.watched_waits import Waited, WatchedWaits
from preau.published.files import PublishedFile, read_published, write_if_changed
from preau.published.shapes import (
    AT_THE_DOOR_FILE,
    EXPECTED_ARRIVALS_FILE,
    MAX_WAITS,
    ExpectedArrivals,
    Refused,
    Waits,
    encode,
)

LOOKS_MAX: Final = int(WINDOW_S / TICK_S)
PUBLISH_EVERY_S: Final = 5.0
SAMPLE_EVERY_S: Final = 30.0
"""Browsers poll at least this often, so a new sample has been heard before it is judged."""

NEARLY_FULL: Final = WAITING_MAX * 3 // 4
"""So many heard are halved at once: soon the ledger would have no room for pupils who come after a flood."""

log = structlog.get_logger("preau.gate")


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What the last look came to: swapped as one value, so that who reads it sees one look and never half of two."""

    plan: Plan
    curves: Mapping[int, Curve]
    """How many wait before which key, by lane."""
    sample: int
    """One in so many of the waiting is heard."""
    entries: Entries
    """The latest entries while somebody waited."""
    capacity: int
    """People of lanes 1 to 3 inside at once."""
    free: int
    """Places free at the last look, or 0 since a claim was refused."""
    free_others: int
    """Places free for lane 3 at the last look, or 0 since one of its claims was refused."""
    unproven: int
    """Of the places, for devices that showed no cookie yet."""
    census: Census
    level: int = 0
    """Of the ladder, 0 to 5: ``rules.ladder``."""
    polling: int | None = None
    """How many of the waiting poll, as far as they have shown it: robots make nobody else poll more slowly."""
    suspended: bool = False
    """Whether operators have ordered that nobody new is called."""
    state_json: bytes = b""
    """All of this as ``/attente/etat.json`` says it."""

    @property
    def others(self) -> int:
        """Of the places, for lane 3 at most."""
        return others_places(self.capacity)

    @property
    def inside(self) -> int:
        """People of lanes 1 to 3 inside."""
        return self.census.inside

    @property
    def inside_staff(self) -> int:
        """People of lane 0 inside."""
        return self.census.inside_staff

    @property
    def inside_others(self) -> int:
        """People of lane 3 inside."""
        return self.census.inside_others


class Porter:
    """Looks at the ledger once a second and writes the plan.

    Args:
        ledger: where the counts are.
        capacity: people of lanes 1 to 3 inside at once.
        published: the folder for ``at_the_door.json``; None publishes nothing.
        pilot: sets rate and level; None: the house is filled by its places alone.
        clock: wall clock, seconds.

    Attributes:
        outlook: what everybody at the gate follows.
        desk: where operators' orders come in and reports go out.
    """

    def __init__(
        self,
        ledger: Counts,
        *,
        capacity: int,
        published: Path | None = None,
        pilot: Pilot | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.pilot = pilot or Pilot()
        self._ledger = ledger
        self._clock = clock
        self._file = None if published is None else published / AT_THE_DOOR_FILE
        self._expected = (
            None if published is None else PublishedFile(published / EXPECTED_ARRIVALS_FILE, ExpectedArrivals)
        )
        self.desk = OperatorsDesk(published, capacity=capacity, now_s=clock())
        self._memory = Memory()
        self._looked_at_s: float | None = None
        self._drawn = tuple(self.desk.tally.arrivals)
        self._sampled_at_s = self._published_at_s = clock()
        self._restored = False
        self._sample = 1
        self._doorstep = Doorstep()
        self._waits = WatchedWaits()
        self._looks: deque[Look] = deque(maxlen=LOOKS_MAX)  # the latest first
        self.outlook = _before_any_look(open_plan(clock()), self.desk.ordered(), now_s=clock())

    def outlook_of_a_start(self) -> Outlook:
        """What an edge that starts now goes by until told more: the last look, or without one the orders alone."""
        if self._looked_at_s is not None:
            return self.outlook
        now_s, holds = self._clock(), self.desk.ordered()
        return _before_any_look(unwatched_plan(now_s, capacity=holds.capacity), holds, now_s=now_s)

    async def run(self) -> None:
        """Ticks until it is cancelled."""
        await tick_for_ever(self.tick, name="porter")

    async def tick(self) -> None:
        """One look and one plan."""
        now_s = self._clock()
        if not self._restored:
            await self._restore_at_the_door()
        census = await self._ledger.census(now_s=now_s)
        holds, came = self.desk.ordered(), self._came(census)
        entries = self._latest_entries(came.entered, now_s)
        turnout, heard = self._look(census, came, now_s)
        groups = _groups([waiter for waiter in heard if self._doorstep.may_be_called(waiter.tid)], self._sample)
        before = self.pilot.level
        course = self._steer(groups, came.entered, entries, turnout, now_s)
        situation = Situation(
            now_s=now_s,
            capacity=holds.called_capacity,
            inside=census.inside,
            inside_others=census.inside_others,
            entered=came.entered.called if came.entered else 0,
            groups=due(groups, holds, now_s=now_s),
            # Places that come free are not given away again by a drain, nor while more are inside than should be.
            leaves_per_s=0.0 if holds.suspends or census.inside > holds.capacity or not groups else entries.per_s,
            calls_per_s=course.calls_per_s,
            floors=course.floors,
        )
        plan, self._memory = next_plan(self._memory, situation)
        told = Outlook(
            plan=obeyed(plan, holds.mode),
            curves=self._curves(heard),
            polling=sum(group.people for group in groups),
            level=self.pilot.level,
            sample=self._sample,
            # Nobody new is called: how long it takes is not known, however fast people came in before.
            entries=Entries(0, 0.0) if holds.suspends else entries,
            suspended=holds.suspends,
            capacity=holds.capacity,
            free=_free(holds.capacity, census.inside, holds),
            free_others=_free(others_places(holds.capacity), census.inside_others, holds),
            unproven=_unproven(census, holds, course, groups),
            census=census,
        )
        self.outlook, self._looked_at_s = _told(told, now_s=now_s), now_s
        await self._tell(holds, came, before, now_s=now_s)

    def _came(self, census: Census) -> Came:
        """What came since the last look: asked once in a look, so that everybody judges by the same."""
        drawn, self._drawn = self._drawn, tuple(self.desk.tally.arrivals)
        if self._looked_at_s is None:
            return Came()
        return Came(entered_between(self.outlook.census.claims, census.claims), grown_by(drawn, self._drawn))

    def _look(self, census: Census, came: Came, now_s: float) -> tuple[Turnout | None, list[Waiter]]:
        """Who comes and comes back, and who of the waiting is heard."""
        until_s = census.until_s or (0.0,) * len(census.waiting)
        heard = [
            (waiter, until_s)
            for waiter, until_s in zip(census.waiting, until_s, strict=True)
            if in_sample(lot_of(waiter.tid), self._sample)
        ]
        places = [Waiting(waiter.tid, waiter.lane, until_s) for waiter, until_s in heard]
        turnout = self._doorstep.look(places, came, sample=self._sample, now_s=now_s)
        return turnout, [waiter for waiter, _ in heard]

    def _curves(self, heard: list[Waiter]) -> dict[int, Curve]:
        if self.pilot.level == SIEGE:  # robots are nobody to be told of
            heard = [waiter for waiter in heard if self._doorstep.is_waiting(waiter.tid)]
        waiting = _groups(heard, self._sample)
        return {lane: curve(waiting, lane, exact=self._sample == 1) for lane in QUEUES}

    def _steer(
        self,
        groups: list[Group],
        entered: Entered | None,
        entries: Entries,
        turnout: Turnout | None,
        now_s: float,
    ) -> Course:
        everybody, uncalled = (entered.everybody, entered.uncalled) if entered else (0, 0)
        seen = Seen(
            now_s=now_s,
            waiting=sum(group.people for group in groups),
            entered=everybody,
            called=self._memory.newly_called + uncalled,
            pupils_wait_s=self._pupils_wait_s(entries),
            expected_per_s=self._expected_per_s(now_s),
            turnout=turnout,
        )
        return self.pilot.steer(seen)

    async def _tell(self, holds: Ordered, came: Came, level_before: int, *, now_s: float) -> None:
        """What has its own pace, and what others read."""
        # A clock that went back must not silence the porter: the distance counts, not its sign.
        if abs(now_s - self._sampled_at_s) >= SAMPLE_EVERY_S or self._doorstep.heard > NEARLY_FULL:
            self._sampled_at_s = now_s
            self._sample = next_sample(self._sample, heard=self._doorstep.heard)
        if abs(now_s - self._published_at_s) >= PUBLISH_EVERY_S:
            self._published_at_s = now_s
            await self.publish_at_the_door()
        self.desk.figures = replace(self.pilot.figures(self.outlook.plan), waited=self._watched(now_s))
        await self.desk.report(self.outlook, holds, came, now_s=now_s)
        await self.pilot.note_change(level_before, now_s=now_s)

    def _watched(self, now_s: float) -> Waited:
        outlook = self.outlook
        marks = {lane: outlook.plan.watermark(lane, now_s=now_s) for lane in QUEUES}
        return self._waits.look(
            outlook.census,
            marks,
            lambda place: wait_interval(people_before(outlook.curves, place), outlook.entries),
            sample=outlook.sample,
            now_s=now_s,
        )

    def house_is_full(self, lane: int) -> None:
        """A claim was refused: the last look is out of date, and nobody must be told to come in because of it.

        A refusal of lane 3 says something about its half alone.
        """
        if lane == OTHERS and self.outlook.free_others:
            self.outlook = _told(replace(self.outlook, free_others=0), now_s=self._clock())
        elif lane != OTHERS and self.outlook.free:
            self.outlook = _told(replace(self.outlook, free=0), now_s=self._clock())

    def _latest_entries(self, entered: Entered | None, now_s: float) -> Entries:
        # Only while somebody waits: people who walk into an empty house say nothing about when a place comes free.
        elapsed_s = 0.0 if self._looked_at_s is None else now_s - self._looked_at_s
        if entered is not None and elapsed_s > 0 and self.outlook.census.waiting:
            self._looks.appendleft(Look(now_s, elapsed_s, entered.called))
        return recent_entries(self._looks, now_s=now_s)

    def _pupils_wait_s(self, entries: Entries) -> float:
        """How long the pupils with a lesson who wait now will wait at the rate of the latest entries."""
        people = self.outlook.curves[PUPILS].people
        return people / entries.per_s if people and entries.per_s else 0.0

    def _expected_per_s(self, now_s: float) -> float | None:
        expected = None if self._expected is None else self._expected.read()
        return None if expected is None else expected.per_s(now_s)

    async def _restore_at_the_door(self) -> None:
        self._restored = True
        known = None if self._file is None else await asyncio.to_thread(read_published, self._file, Waits)
        if known is None or isinstance(known, Refused):
            if known is not None:
                log.warning("at_the_door_refused", code=known.code.value, detail=known.detail)
            return
        waits = {subject: Wait(*wait) for subject, wait in list(known.waits.items())[:AT_THE_DOOR_MAX]}
        await self._ledger.restore_at_the_door(waits)

    async def publish_at_the_door(self) -> None:
        """Publishes the waits of today, in a thread: 2 MB of them must not hold up who is being answered."""
        if self._file is not None:
            waits = await self._ledger.at_the_door(now_s=self._clock())
            await asyncio.to_thread(_write_waits, self._file, waits)


def _before_any_look(plan: Plan, holds: Ordered, *, now_s: float) -> Outlook:
    """Nobody is known; who was called before a drain is not either, so that it calls nobody, as a closed gate does."""
    nobody = Outlook(
        plan=obeyed(plan, "closed" if holds.suspends else holds.mode),
        curves={lane: curve((), lane) for lane in QUEUES},
        sample=1,
        entries=Entries(0, 0.0),
        capacity=holds.capacity,
        free=0 if holds.suspends else holds.capacity,
        free_others=0 if holds.suspends else others_places(holds.capacity),
        unproven=unproven_places(holds.capacity),
        census=Census(0, 0, Claims(), ()),
        suspended=holds.suspends,
    )
    return _told(nobody, now_s=now_s)


def _told(outlook: Outlook, *, now_s: float) -> Outlook:
    """The same with its document for the browsers."""
    document = state_document(
        outlook.plan,
        outlook.curves,
        now_s=now_s,
        free=outlook.free,
        free_others=outlook.free_others,
        entries=outlook.entries,
        sample=outlook.sample,
        polling=outlook.polling,
    )
    return replace(outlook, state_json=msgspec.json.encode(document))


def _write_waits(path: Path, waits: dict[str, Wait]) -> None:
    kept = islice(waits.items(), max(0, len(waits) - MAX_WAITS), None)  # just after a restart the ledger may hold more
    shape = Waits(waits={pseudonym: (wait.first_s, wait.last_s) for pseudonym, wait in kept})
    write_if_changed(path, encode(shape), durable=False)


def _free(places: int, inside: int, holds: Ordered) -> int:
    return 0 if holds.mode == "closed" else max(0, places - inside)


def _unproven(census: Census, holds: Ordered, course: Course, groups: list[Group]) -> int:
    return unproven_places(
        holds.capacity,
        inside=census.unproven,
        rate_per_s=course.calls_per_s,
        others_wait=any(group.lane < OTHERS for group in groups),
        siege=course.siege,
    )


def _groups(waiting: list[Waiter], sample: int) -> list[Group]:
    """The waiting people by lane and key, each standing for ``sample`` of them."""
    present = Counter([(waiter.lane, waiter.order_key) for waiter in waiting])
    return [Group(lane, key, people * sample) for (lane, key), people in sorted(present.items())]
