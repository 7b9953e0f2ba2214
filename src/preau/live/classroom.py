"""The room actor: the single writer of one live class on this node.

Commands wait in an inbox; the actor takes what is there (up to ``MAX_TURN``), decides it command by command on a draft,
appends the whole draft to the journal, and only then lets anybody see it. Everything else here runs between two awaits
of that loop, so state, connections and frames never disagree.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace

from preau.live.connection import Connection
from preau.live.draft import Draft, Results, replay
from preau.live.entry import refusal_of_roster
from preau.live.journal.interface import Fenced, Journal, JournalUnavailable, Line, Recovered
from preau.live.lesson_clock import LessonClock
from preau.live.media.interface import MAX_SPEAKER, MediaPlane
from preau.live.published import Published, is_usable
from preau.live.room import facts, orders, wire
from preau.live.room.decide import Command, decide, may_enter
from preau.live.room.facts import SERVER, Event
from preau.live.room.refusals import Refusal
from preau.live.room.register import Door, register
from preau.live.room.state import State
from preau.live.seating import Seating
from preau.published.shapes import Register, Roster
from preau.tokens.seat import AFTER_LESSON_S

MAX_INBOX: Final = 1_024
"""Commands in wait: three for each of 300 people, or five seconds of the journal at its slowest."""
MAX_TURN: Final = 64
"""Commands decided together: bounds what one failed append refuses."""
SNAPSHOT_EVERY: Final = 200
RESUMABLE: Final = 500
"""Events kept in memory for clients that were away; beyond, a snapshot is smaller anyway."""
PAGE: Final = 1_000
"""Lines read at once when a log has to be read from its beginning."""
TOUCH_EVERY_MS: Final = 5_000
"""After a crash the register is right to this much."""
REGISTER_EVERY_MS: Final = 30_000
"""The live register also changes by itself (*left* after five minutes)."""
_log = structlog.get_logger("preau.live.classroom")


class Parts(msgspec.Struct, frozen=True):
    """What every classroom of a node is built from. ``clock``: wall seconds; ``monotonic``: seconds nobody sets."""

    journal: Journal
    published: Published
    media: MediaPlane
    clock: Callable[[], float]
    monotonic: Callable[[], float]


class Asked(msgspec.Struct, frozen=True):
    """A command in the inbox, and who waits for the answer."""

    command: Command
    connection: Connection | None = None
    op_id: str | None = None


class Classroom:
    """One live class. ``closed`` once it ended or another node took it: it must then be forgotten."""

    def __init__(self, parts: Parts, roster: Roster) -> None:
        self._parts = parts
        self.clock = LessonClock(parts.clock, parts.monotonic)
        self.session = roster.live_class
        self.roster = roster
        self._roster_file = parts.published.roster_file(self.session)
        self.members = {member.person: member for member in roster.members}
        self.state = State()
        self.epoch = 0
        self.closed = False
        self.seating = Seating()
        self.events_total = 0
        self.idle_since_ms: int | None = self.clock.now_ms()
        self._results = Results({})
        self._recent: deque[Event] = deque(maxlen=RESUMABLE)
        self._snapshot_seq = 0
        self._inbox: deque[Asked] = deque()
        self._wake = asyncio.Event()
        self._speakers: dict[str, int] = {}
        self._touched_ms = 0
        self._registered: tuple[object, object, int] | None = None

    async def claim(self) -> None:
        """Becomes the writer of the class and rebuilds its state; a class that has ended closes at once.

        Raises:
            JournalUnavailable: the journal does not answer.
        """
        recovered = await self._parts.journal.claim(self.session)
        self.epoch = recovered.epoch
        self.state, events = await self._replay(recovered)
        self._recent.extend(events)
        self._snapshot_seq = recovered.snapshot[0] if recovered.snapshot else 0
        self._results = Results(recovered.results)
        last_ms = max(recovered.alive_at_ms, self.state.at_ms)
        self.clock.start(not_before_ms=last_ms)
        now_ms = self.idle_since_ms = self.clock.now_ms()
        for person, seat in self.state.attendance.items():
            if seat.since_ms is not None:
                self.seating.depart(person, last_ms, now_ms)
        self._number_speakers()
        if self.state.ended_ms is not None:
            await self._finish()

    async def _replay(self, recovered: Recovered) -> tuple[State, Sequence[Event]]:
        try:
            return replay(recovered)
        except ValueError as failure:  # a snapshot of another version of the program: the log itself tells all
            _log.warning("live.snapshot_unreadable", session=self.session, failure=str(failure))
            lines: list[Line] = []
            while page := await self._parts.journal.read(self.session, len(lines), PAGE):
                lines += page
            return replay(replace(recovered, snapshot=None, lines=tuple(lines)))

    async def run(self) -> None:
        """The actor's loop, until the class is closed."""
        while not self.closed:
            await self._wake.wait()
            turn = [self._inbox.popleft() for _ in range(min(MAX_TURN, len(self._inbox)))]
            if not self._inbox:
                self._wake.clear()
            if turn:
                await self._turn(turn)

    def join(self, connection: Connection) -> None:
        """A verified seat connected: the older connection of the seat makes place."""
        older = self.seating.replace(connection)
        if older is not None:
            older.close(4409, "seat_taken")
            if not connection.client or older.client != connection.client:
                self._ask(Asked(Command(SERVER, orders.Evict(connection.person))))
        self.idle_since_ms = None
        self.seating.waiting[connection.person] = connection
        self._ask_to_enter(connection)

    def drop(self, connection: Connection) -> None:
        """A connection was lost or closed."""
        if self.seating.remove(connection):
            self._tell_door()
        if not len(self.seating):
            self.idle_since_ms = self.clock.now_ms()

    def command(self, connection: Connection, op_id: str, order: orders.PersonOrder) -> None:
        """An order of a seated person; answered through their outbox."""
        if isinstance(order, orders.VoiceStart) and not self._parts.media.has_voice:
            connection.refuse(op_id, Refusal("no_voice"))
        elif self.seating.inside.get(connection.person) is not connection:
            connection.refuse(op_id, Refusal("not_in_class"))
        elif len(self._inbox) >= MAX_INBOX:
            connection.refuse(op_id, Refusal("rate_limited", 1000))
        else:
            self._ask(Asked(Command(connection.person, order, connection.is_teacher), connection, op_id))

    def voice(self, connection: Connection, frame: bytes) -> None:
        """A binary frame: passed on when the log says that this person may speak now."""
        now_ms = self.clock.now_ms()
        person = connection.person
        speaking = person in self.state.voices and self.state.may_speak(person)
        if not speaking or self.seating.inside.get(person) is not connection:
            connection.refuse_voice("no_voice", now_ms)
            return
        if not connection.may_send_voice(now_ms):
            connection.refuse_voice("voice_rate", now_ms)
            return
        relayed = self._parts.media.relay(frame, self._speakers[person])
        if isinstance(relayed, str):
            connection.refuse_voice(relayed, now_ms)
        else:
            self.seating.send_voice(connection, relayed)

    def resync(self, connection: Connection) -> None:
        """Gives a client that fell behind the state instead of what it missed."""
        if self.seating.inside.get(connection.person) is connection:
            connection.outbox.restart(wire.snapshot(self.state, connection.reader.audience))
            connection.outbox.put(self._speakers_frame())

    async def beat(self) -> None:
        """Once a second: heartbeats, absences, the end nobody pressed."""
        now_ms = self.clock.now_ms()
        self.seating.ping(now_ms)
        for connection in self.seating.silent(now_ms):
            connection.close(4408, "silent")
            self.drop(connection)
        for person, last_ms in self.seating.take_gone(now_ms):
            self._ask(Asked(Command(SERVER, orders.Leave(person, last_ms))))
        ends_at_s = self.clock.of_wall_s(self.roster.ends_at_s)
        tick = Command(SERVER, orders.Tick(ends_at_s))
        due = decide(self.state, tick, now_ms)
        if due and not isinstance(due, Refusal):
            self._ask(Asked(tick))
        self._tell_register(now_ms)
        if self.state.opened_ms is None and now_ms >= (ends_at_s + AFTER_LESSON_S) * 1000:
            await self._finish()
        elif self.seating.inside and now_ms - self._touched_ms >= TOUCH_EVERY_MS:
            self._touched_ms = now_ms
            await self._parts.journal.touch(self.session, self.epoch, now_ms)

    def lose(self, code: int = 1012, reason: str = "restart") -> None:
        """Stops being the writer; clients come back to whoever is."""
        self.closed = True
        for connection in self.seating:
            connection.close(code, reason)
        self._wake.set()

    def live_register(self) -> Register:
        """The register as it would be if the class ended now."""
        door = Door(self._parts.published.waits(), frozenset(self.seating.waiting))
        return register(self.state, self.roster, door, now_ms=self.clock.now_ms())

    def _ask(self, asked: Asked) -> None:
        self._inbox.append(asked)
        self._wake.set()

    def _ask_to_enter(self, connection: Connection) -> None:
        self._ask(Asked(Command(connection.person, orders.Arrive(), connection.is_teacher), connection))

    async def _turn(self, turn: Sequence[Asked]) -> None:
        draft = Draft(self.state, self._results)
        now_ms = self.clock.now_ms()
        outcomes = [draft.add(asked.command, asked.op_id, now_ms) for asked in turn]
        if draft.lines:
            try:
                await self._parts.journal.append(self.session, self.epoch, draft.lines)
            except (Fenced, JournalUnavailable) as failure:
                self._give_up(turn, failure)
                return
        self.state = draft.state
        self._results.keep(draft.results)
        if self.state.ended_ms is not None:  # before anybody is told: the teacher's next click is the register
            await self._publish_register()
        answers = list(zip(turn, outcomes, strict=True))
        for asked, outcome in answers:  # before the events: a sender never sees a message twice, as sent and as said
            self._answer(asked, outcome)
        self._fan_out(draft.events)
        for asked, outcome in answers:
            self._let_in(asked, outcome)
        self._open_door()
        if self.state.ended_ms is not None:
            await self._finish()
        elif self.state.seq - self._snapshot_seq >= SNAPSHOT_EVERY:
            await self._keep_snapshot()

    def _give_up(self, turn: Sequence[Asked], failure: Exception) -> None:
        """What is in the journal is unknown now: whoever claims next will read it, this room must not guess."""
        _log.warning("live.append_failed", session=self.session, epoch=self.epoch, failure=repr(failure))
        for asked in turn:
            if asked.connection is not None and asked.op_id is not None:
                asked.connection.refuse(asked.op_id, Refusal("unavailable", 1000))
        self.lose()

    async def _keep_snapshot(self) -> None:
        self._snapshot_seq = self.state.seq
        try:
            body = msgspec.json.encode(self.state)
            await self._parts.journal.keep_snapshot(self.session, self.epoch, self.state.seq, body)
        except (Fenced, JournalUnavailable) as failure:  # the log itself is whole: the next append will tell
            _log.warning("live.snapshot_failed", session=self.session, failure=repr(failure))

    def _fan_out(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self.events_total += len(events)
        self._recent.extend(events)
        self.seating.tell_inside(lambda audience: wire.batch([self._encode(e, audience) for e in events]))
        if any(isinstance(event.fact, facts.VoiceStart | facts.VoiceStop) for event in events):
            self._number_speakers()
            self.seating.tell_inside(lambda _: self._speakers_frame())

    def _encode(self, event: Event, audience: wire.Audience) -> str:
        return wire.event(event, audience, names=self.members, hidden=self.state.hidden)

    def _answer(self, asked: Asked, outcome: int | Refusal) -> None:
        connection = asked.connection
        if connection is None or isinstance(asked.command.order, orders.Arrive):
            return
        if isinstance(outcome, Refusal):
            connection.refuse(asked.op_id, outcome)
        elif asked.op_id is not None:
            connection.outbox.put(wire.ack(asked.op_id, outcome))

    def _let_in(self, asked: Asked, outcome: int | Refusal) -> None:
        connection = asked.connection
        if connection is None or not isinstance(asked.command.order, orders.Arrive):
            return
        connection.on_answer()
        if isinstance(outcome, Refusal):
            self._keep_at_door(connection)
        elif self.seating.admit(connection):
            self._welcome(connection)

    def _welcome(self, connection: Connection) -> None:
        missed = self._missed_since(connection.resume_seq)
        audience = connection.reader.audience
        first = None if missed is None else (connection.resume_seq or 0) + 1
        now_ms = self.clock.now_ms()
        put = connection.outbox.put
        welcome = wire.welcome(connection.reader, self.roster, epoch=self.epoch, at_ms=now_ms, resume_from=first)
        put(welcome, lasting=True)
        if missed is None:
            put(wire.snapshot(self.state, audience))
        elif missed:
            put(wire.batch([self._encode(event, audience) for event in missed]))
        put(self._speakers_frame())
        if connection.is_teacher:
            self._registered = None
            self._tell_register(now_ms)
        self._tell_door()

    def _missed_since(self, seq: int | None) -> list[Event] | None:
        """The events after ``seq``, or None when only a snapshot can bring the client up to date."""
        if seq is None or seq > self.state.seq:
            return None
        if seq == self.state.seq:
            return []
        if not self._recent or self._recent[0].seq > seq + 1:
            return None
        return [event for event in self._recent if event.seq > seq]

    def _keep_at_door(self, connection: Connection) -> None:
        if self.seating.waiting.get(connection.person) is not connection:
            return
        if self.state.ended_ms is not None:
            connection.close(4410, "class_ended")
            return
        reason = may_enter(self.state, connection.person, teacher=connection.is_teacher)
        connection.outbox.put(wire.waiting_door(reason or "not_open", self.roster), key="waiting_door")
        self._tell_door()

    def _open_door(self) -> None:
        for connection in tuple(self.seating.waiting.values()):
            if may_enter(self.state, connection.person, teacher=connection.is_teacher) is None:
                self._ask_to_enter(connection)

    def _tell_door(self) -> None:
        waiting = [person for person in self.seating.waiting if person not in self.state.attendance]
        self.seating.tell_teachers(wire.ephemeral("door", {"waiting": waiting}), key="door")

    def _tell_register(self, now_ms: int) -> None:
        now_known = (self.state.attendance, frozenset(self.seating.waiting), now_ms // REGISTER_EVERY_MS)
        if now_known != self._registered and wire.Audience.TEACHERS in self.seating.audiences():
            self._registered = now_known
            self.seating.tell_teachers(wire.register_frame(self.live_register()), key="register")

    def _number_speakers(self) -> None:
        for person in self.state.voices:
            if person not in self._speakers and len(self._speakers) < MAX_SPEAKER:
                self._speakers[person] = len(self._speakers) + 1

    def _speakers_frame(self) -> str:
        return wire.speakers(self._speakers, self.state.voices)

    def follow_roster(self) -> None:
        """Follows the school's changes: whose seat is no longer good is shown out.

        One ``stat`` when nothing changed. Without a usable file the class goes on with the last one.
        """
        found = self._roster_file.read()
        if found is None or found == self.roster or not is_usable(found, self.session):
            return
        self.roster = found
        self.members = {member.person: member for member in found.members}
        for connection in self.seating:
            refused = refusal_of_roster(connection.seat, self.members)
            if refused is not None:
                connection.close(refused.code, refused.reason)
                self.drop(connection)
        self.seating.tell_inside(lambda audience: wire.ephemeral("members", {"members": wire.members(found, audience)}))

    async def _finish(self) -> None:
        """After the last event. "Ended" in the journal means that the register is out as well."""
        self.closed = True
        published = self.state.ended_ms is None or await self._publish_register()
        self.lose(4410, "class_ended")
        try:
            if published:
                await self._parts.journal.touch(self.session, self.epoch, self.clock.now_ms(), ended=True)
        except JournalUnavailable as failure:  # the sweep will come by again
            _log.warning("live.end_not_noted", session=self.session, failure=repr(failure))

    async def _publish_register(self) -> bool:
        """False when the file cannot be written: the sweep will try again."""
        if self._parts.published.has_register(self.session):
            return True
        try:
            await asyncio.to_thread(self._parts.published.write_register, self.live_register())
        except OSError as failure:
            _log.error("live.register_not_written", session=self.session, failure=repr(failure))
            return False
        return True
