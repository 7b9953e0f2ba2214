"""The websocket shell of the live class: bare ASGI, one connection per call (docs/protocol/live.md).

It reads frames, knows seats, and hands everything else to the class's room.
"""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from preau.live.bus.interface import Bus
from preau.live.classroom import Classroom, Parts
from preau.live.connection import Connection
from preau.live.entry import Closed, refusal_of_browser, refusal_of_roster
from preau.live.joining import Joining, Joins
from preau.live.journal.interface import Journal, JournalUnavailable
from preau.live.media.interface import MediaPlane
from preau.live.media.voice_over_websocket import VoiceOverWebsocket
from preau.live.published import Published
from preau.live.room import orders, wire
from preau.live.rooms import Rooms, ServerFull
from preau.tokens import seat as seat_token
from preau.tokens.cookies import CookieNames, read_cookies
from preau.tokens.envelope import Refusal as TokenRefusal
from preau.tokens.keyring import Keyring

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HELLO_WITHIN_S: Final = 10.0
MAX_SOCKETS: Final = 20_000
"""Websockets of one node, seated or not: 3 GB at the 150 kB that Granian takes for each."""
SEND_WITHIN_S: Final = 20.0
"""One frame that the network does not take for this long belongs to nobody any more."""
GOODBYE_WITHIN_S: Final = 2.0
"""How long a stopping server waits for its goodbyes to be sent."""
MOVE_WITHIN_MS: Final = 2_000
"""At a restart the clients of a node come back spread over this long."""
_PATH: Final = re.compile(r"/classe/([0-9a-f]{32})/ws", re.ASCII)
_log = structlog.get_logger("preau.live.server")


class LiveSnapshot(msgspec.Struct, frozen=True):
    """What this node carries now; ``events_total`` durable events since it started."""

    classes_open: int
    seats_connected: int
    events_total: int


class LiveServer:
    """The ASGI application for ``/classe/<id>/ws``. ``clock``: wall seconds; ``monotonic``: of a clock nobody sets.

    ``joins``: whoever measures how long joins take.
    """

    def __init__(  # noqa: PLR0913  the parts a node is wired from, by name (docs/reference/interfaces.md)
        self,
        *,
        keyring: Keyring,
        journal: Journal,
        bus: Bus,
        published: Path,
        cookies: CookieNames,
        allowed_origin: Callable[[Scope], bool],
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        media: MediaPlane | None = None,
        joins: Joins | None = None,
    ) -> None:
        self._keyring = keyring
        self._joins = joins
        self._journal = journal
        self._bus = bus
        self._seat_cookie = cookies.seat
        self._allowed_origin = allowed_origin
        self._clock = clock
        self._parts = Parts(journal, Published(published), media or VoiceOverWebsocket(), clock, monotonic)
        self._rooms = Rooms(self._parts, bus)
        self._sockets = 0
        self._empty = asyncio.Event()
        self._stopping = False

    async def start(self) -> None:
        """Opens the journal and the bus, and finishes what a former process left."""
        await self._journal.start()
        await self._bus.start()
        await self._rooms.start()

    async def stop(self) -> None:
        """Tells the clients to come back soon, closes them, and puts everything away in order."""
        self._stopping = True
        for room in self._rooms:
            for connection in room.seating:
                in_ms = random.randrange(MOVE_WITHIN_MS)  # noqa: S311  spreads load, hides nothing
                connection.outbox.put(wire.text({"move": {"in_ms": in_ms}}))
        await self._rooms.stop()
        if self._sockets:
            self._empty.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), GOODBYE_WITHIN_S)
        await self._bus.stop()
        await self._journal.stop()

    def snapshot(self) -> LiveSnapshot:
        """Counts for the health page and the signals."""
        rooms = tuple(self._rooms)
        return LiveSnapshot(len(rooms), sum(len(room.seating) for room in rooms), self._rooms.events_total)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One websocket, from handshake to close."""
        found = _PATH.fullmatch(scope["path"])
        await receive()
        if scope["type"] != "websocket" or found is None or not self._allowed_origin(scope):
            await send({"type": "websocket.close", "code": 1008})  # before accept: the server answers 403
            return
        await send({"type": "websocket.accept"})
        self._sockets += 1
        joining = Joining(self._joins)
        try:
            taken = await self._take(found[1], scope, receive, joining)
            if isinstance(taken, Closed):
                await _say_goodbye(send, taken)
            else:
                await self._converse(*taken, receive, send)
        finally:
            joining.gone()
            self._sockets -= 1
            if not self._sockets:
                self._empty.set()

    async def _take(
        self, session: str, scope: Scope, receive: Receive, joining: Joining
    ) -> "tuple[Classroom, Connection] | Closed":
        """From the first frame to a seat in the room."""
        if self._stopping:
            return Closed(1012, "restart")
        if self._sockets > MAX_SOCKETS:
            return Closed(4429, "server_full")
        hello = await _hello(receive)
        if isinstance(hello, Closed):
            return hello
        joining.said_hello()
        seat = seat_token.verify(self._keyring, hello.seat, now_s=self._clock())
        if isinstance(seat, TokenRefusal):
            return Closed(4401, seat.value)
        refused = refusal_of_browser(seat, self._binding(scope))
        if refused is None and seat.live_class != session:
            refused = Closed(4403, "wrong_class")
        if refused is not None:
            return refused
        room = await self._room(session)
        return room if isinstance(room, Closed) else self._seat(room, seat, hello, joining)

    def _binding(self, scope: Scope) -> str | None:
        """What a seat given to this browser says of it."""
        headers = (value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
        secret = read_cookies("; ".join(headers)).get(self._seat_cookie, "")
        return seat_token.binding_of(self._keyring, secret) if seat_token.is_browser_secret(secret) else None

    async def _room(self, session: str) -> Classroom | Closed:
        try:
            room = await self._rooms.get(session)
        except ServerFull:
            return Closed(4429, "server_full")
        except JournalUnavailable:
            return Closed(1012, "restart")
        return room or Closed(4404, "unknown_class")

    def _seat(
        self, room: Classroom, seat: seat_token.Seat, hello: orders.Frame, joining: Joining
    ) -> "tuple[Classroom, Connection] | Closed":
        """No await from here to ``join``: the room cannot close in between."""
        if room.closed:
            ended = room.state.ended_ms is not None
            return Closed(4410, "class_ended") if ended else Closed(1012, "restart")
        room.follow_roster()
        refused = refusal_of_roster(seat, room.members)
        if refused is not None:
            return refused
        resume_seq = hello.resume.seq if hello.resume is not None else None
        connection = Connection(
            seat,
            client=hello.client,
            resume_seq=resume_seq,
            now_ms=room.clock.now_ms(),
            on_answer=joining.answered,
        )
        room.join(connection)
        return room, connection

    async def _converse(self, room: Classroom, connection: Connection, receive: Receive, send: Send) -> None:
        """Reads and writes until either side closes. Granian closes only while nothing waits in ``receive``."""
        reading = asyncio.create_task(self._read(room, connection, receive))
        writing = asyncio.create_task(_write(room, connection, send))
        try:
            await asyncio.wait((reading, writing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.drop(connection)
            said_all = writing.done() and not writing.cancelled() and writing.exception() is None
            for task in (reading, writing):
                task.cancel()
            await asyncio.wait((reading, writing))
        for task in (reading, writing):
            if not task.cancelled() and (failure := task.exception()) is not None:
                _log.info("live.connection_lost", session=room.session, failure=repr(failure))
        if said_all and connection.outbox.closing is not None:
            code, reason = connection.outbox.closing
            await _say_goodbye(send, Closed(code, reason), told=True)

    async def _read(self, room: Classroom, connection: Connection, receive: Receive) -> None:
        """Until the client is gone."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if connection.outbox.closing is not None:
                continue
            connection.last_heard_ms = room.clock.now_ms()
            text = message.get("text")
            if text is None:
                room.voice(connection, message.get("bytes") or b"")
            else:
                self._on_text(room, connection, text)

    def _on_text(self, room: Classroom, connection: Connection, text: str) -> None:
        frame = orders.read_frame(text)
        if isinstance(frame, str):
            connection.fault(frame)
        elif frame.op == "pong" or not connection.may_command(frame.id or None, room.clock.now_ms()):
            return
        elif frame.op == "ping":
            connection.outbox.put(wire.ephemeral("pong", {"at_ms": room.clock.now_ms()}), key="pong")
        else:
            order = orders.read_order(frame)
            if isinstance(order, str):
                connection.fault(order, frame.id[:64] or None)
            else:
                room.command(connection, frame.id, order)


async def _hello(receive: Receive) -> orders.Frame | Closed:
    """The first frame, or why there is none."""
    try:
        async with asyncio.timeout(HELLO_WITHIN_S):
            message = await receive()
    except TimeoutError:
        return Closed(4408, "hello_timeout")
    if message["type"] == "websocket.disconnect":
        return Closed(1000, "")
    frame = orders.read_frame(message.get("text") or "")
    if isinstance(frame, str) or frame.op != "hello" or frame.v != orders.PROTOCOL_VERSION:
        return Closed(4400, "bad_messages")
    return frame


async def _say_goodbye(send: Send, closed: Closed, *, told: bool = False) -> None:
    with suppress(OSError, RuntimeError):  # the client was faster
        if closed.reason and not told:
            await send({"type": "websocket.send", "text": wire.bye(closed.code, closed.reason)})
        await send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})


async def _write(room: Classroom, connection: Connection, send: Send) -> None:
    """Until the connection is to be closed and everything before that has been sent."""
    outbox = connection.outbox
    while True:
        await outbox.wait()
        if outbox.needs_snapshot and outbox.closing is None:
            room.resync(connection)
        closing = outbox.closing
        texts, voice = outbox.take()
        async with asyncio.timeout(SEND_WITHIN_S):
            for text in texts:
                await send({"type": "websocket.send", "text": text})
            for frame in voice:
                await send({"type": "websocket.send", "bytes": frame})
        if closing is not None:
            return
