"""The classrooms open on this node: opened when somebody comes, closed when ended, idle, or claimed elsewhere."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterator
from typing import Final

import msgspec
import structlog

from preau.live.bus.interface import Bus
from preau.live.classroom import Classroom, Parts
from preau.live.journal.interface import JournalUnavailable
from preau.live.published import is_usable
from preau.tokens.seat import AFTER_LESSON_S

MAX_ROOMS: Final = 500
"""Classes of one node: 17,500 pupils at 35 a class, above what one core carries (research: 200 busy ones)."""
IDLE_MS: Final = 60_000
"""A room nobody is connected to is put away after this long; the journal brings it back."""
BEAT_S: Final = 1.0
LOOK_S: Final = 1.0
"""How often every class looks at its roster: who may no longer be in class is out within twice that."""
SWEEP_S: Final = 30.0
"""How late an end that nobody pressed, or a register that a crash left unwritten, may be."""
CLAIMS: Final = "claims"
"""Channel of the bus: who became the writer of which class."""
_log = structlog.get_logger("preau.live.rooms")


class Claim(msgspec.Struct, frozen=True):
    """``node`` took ``session`` over with ``epoch``."""

    session: str
    epoch: int
    node: str


class ServerFull(Exception):  # noqa: N818  a state of the world, not a mistake
    """This node holds as many classes as it may."""


class Rooms:
    """The registry of a node."""

    def __init__(self, parts: Parts, bus: Bus) -> None:
        self._parts = parts
        self._bus = bus
        self._node = secrets.token_hex(8)
        self._open: dict[str, Classroom] = {}
        self._opening: dict[str, asyncio.Task[Classroom | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended_events = 0

    async def start(self) -> None:
        """Finishes what a former process left, then keeps time."""
        await self._bus.subscribe(CLAIMS, self._on_claim)
        self._spawn(self._beats(), "live beats")
        self._spawn(self._looks(), "live rosters")
        self._spawn(self._sweeps(), "live sweeps")

    async def stop(self) -> None:
        """Closes every room; clients are told to come back."""
        if self._opening:
            await asyncio.wait(tuple(self._opening.values()))
        for room in tuple(self._open.values()):
            self._forget(room)
            room.lose()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._bus.unsubscribe(CLAIMS, self._on_claim)

    def __iter__(self) -> Iterator[Classroom]:
        return iter(tuple(self._open.values()))

    @property
    def events_total(self) -> int:
        """Durable events written by this node since it started."""
        return self._ended_events + sum(room.events_total for room in self._open.values())

    async def get(self, session: str) -> Classroom | None:
        """The class, claimed for this node if it was not; None when no such class is published.

        Raises:
            ServerFull: this node takes no more classes.
            JournalUnavailable: the journal does not answer.
        """
        room = self._open.get(session)
        if room is not None and (not room.closed or room.state.ended_ms is not None):
            return room
        opening = self._opening.get(session)
        if opening is None:
            if len(self._open) + len(self._opening) >= MAX_ROOMS:
                raise ServerFull
            opening = self._opening[session] = asyncio.create_task(self._claim(session), name=f"open {session}")
            opening.add_done_callback(lambda task: self._opened(session, task))
        return await asyncio.shield(opening)

    async def _claim(self, session: str) -> Classroom | None:
        roster = self._parts.published.roster_file(session).read()
        if roster is None or not is_usable(roster, session):
            return None
        room = Classroom(self._parts, roster)
        try:
            await room.claim()
        except ValueError as failure:
            _log.error("live.journal_unreadable", session=session, failure=str(failure))
            raise JournalUnavailable(f"the log of {session} cannot be read") from failure
        if not room.closed:
            self._open[session] = room
            self._spawn(self._run(room), f"class {session}")
            await self._bus.publish(CLAIMS, msgspec.json.encode(Claim(session, room.epoch, self._node)))
        _log.info("live.claimed", session=session, epoch=room.epoch, seq=room.state.seq, ended=room.closed)
        return room

    def _opened(self, session: str, task: "asyncio.Task[Classroom | None]") -> None:
        self._opening.pop(session, None)
        if not task.cancelled() and task.exception() is not None:  # looked at here: its callers may be gone
            _log.warning("live.not_opened", session=session, failure=repr(task.exception()))

    async def _run(self, room: Classroom) -> None:
        try:
            await room.run()
        except Exception:  # noqa: BLE001  a bug in one class must not leave its clients hanging
            _log.exception("live.room_failed", session=room.session, seq=room.state.seq)
            room.lose()
        finally:
            self._forget(room)

    def _forget(self, room: Classroom) -> None:
        if self._open.get(room.session) is room:
            del self._open[room.session]
            self._ended_events += room.events_total

    def _on_claim(self, message: bytes) -> None:
        """Another node has the class now: step down before the next append finds out."""
        try:
            claim = msgspec.json.decode(message, type=Claim)
        except msgspec.DecodeError:
            return
        room = self._open.get(claim.session)
        if room is not None and claim.node != self._node and claim.epoch > room.epoch:
            self._forget(room)
            room.lose()

    async def _looks(self) -> None:
        """Apart from the beats, which wait for the journal: who was signed out or has left must not go on speaking."""
        while True:
            await asyncio.sleep(LOOK_S)
            for room in tuple(self._open.values()):
                room.follow_roster()

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            for room in tuple(self._open.values()):
                await self._beat(room)

    async def _beat(self, room: Classroom) -> None:
        try:
            await room.beat()
        except JournalUnavailable as failure:
            _log.warning("live.beat_failed", session=room.session, failure=str(failure))
        idle_ms = room.idle_since_ms
        if idle_ms is not None and not room.seating.departed and room.clock.now_ms() - idle_ms >= IDLE_MS:
            self._forget(room)
            room.lose()

    async def _sweeps(self) -> None:
        while True:
            try:
                await self.sweep()
            except (JournalUnavailable, ServerFull) as failure:
                _log.warning("live.sweep_failed", failure=repr(failure))
            await asyncio.sleep(SWEEP_S)

    async def sweep(self) -> None:
        """Opens classes that ended without a register, or that are long over: they then finish by themselves.

        Others are left alone: their writer may be another node.
        """
        for session, has_end in await self._parts.journal.unended():
            if session in self._open:
                continue
            roster = self._parts.published.roster_file(session).read()
            overdue = roster is not None and self._parts.clock() >= roster.ends_at_s + AFTER_LESSON_S
            if has_end or overdue:
                await self.get(session)

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
