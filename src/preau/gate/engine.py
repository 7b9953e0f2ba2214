"""The embedded gate: ASGI middleware around the application.

Who has a pass goes on; who is called gets one and goes on in the same request; everybody else gets the waiting page in
place of the page asked for, so that a reload is the check. Two narrow lanes pass by the queue: homework that arrives
without a pass, and signing in, without which nobody on a new device could show that they go first.
The engine chooses nothing: it reads (``visitor``), asks (``doorkeeper``), and answers (``hall``).
"""

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import msgspec
import structlog

from preau.gate.answers import Answer, write
from preau.gate.behind import Application, Behind, Receive, Send
from preau.gate.body import (
    SCHOOL_BODY,
    SIGN_IN_BODY,
    UPLOADS_PER_VISITOR,
    BodyRefusal,
    Readers,
    brings_body,
    is_upload,
    read_whole,
    replayed,
)
from preau.gate.doorkeeper import Admitted, Doorkeeper, Waits
from preau.gate.hall import OWN_PATHS, STATE_PATH, Hall, refused
from preau.gate.ledger.interface import Ledger
from preau.gate.ledger.steady import SteadyLedger
from preau.gate.msgid import msgid as _
from preau.gate.narrow_lane import AtOnce, NarrowLane
from preau.gate.porter import Porter
from preau.gate.request import NEWCOMER, Request, SchoolPaths
from preau.gate.visitor import SAFE_METHODS, Scope, VisitorReader, headers_of
from preau.tokens.admission import Pass
from preau.tokens.cookies import CookieNames
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import Keyring

WRITE_LANE_WIDTH: Final = 8
"""Requests of the write lane under way at once. The school has one thread: the width makes nothing faster, it only
bounds what the lane puts into the school's line, which keeps twice as many places for it."""

WRITE_LANE_LINE: Final = 400
"""Requests in the write lane, under way or waiting; beyond, the pupil's device keeps the work and sends it later.

One POST of one answer takes the school's thread 8 to 10 ms (SQLite, 25 posts in the demo; median 12 ms, worst 136 ms
with two cores under a load of 7), and it takes turns with pages of the same cost: 50 to 100 a second, so that the last
of 400 waits 4 to 8 s."""

WRITE_LANE_PER_CARD: Final = 16
"""Of these, of one card: a device sends its work one by one, and has a few things to send. Pupils of one school share
an address, so this lane knows its people by their cards."""

WRITE_LANE_BYTES: Final = 128 * 1_048_576
"""Work being received or waiting for its turn, together: 300 kB each where the line is full; mostly they have a few."""

SIGN_IN_WIDTH: Final = 4
"""Sign-in requests of people outside under way at once: half of the places that the school's line keeps for them."""

SIGN_IN_LINE: Final = SIGN_IN_WIDTH + 50
"""With those waiting: at 20 to 100 ms a request (a password is hashed on purpose slowly) the last waits 1 to 5 s."""

SIGN_IN_PER_SOURCE: Final = 10
"""A fifth of the line: a flood from one address, or one school with all its new devices, leaves the rest to others.
As many of its bodies are read at once."""

SIGN_IN_READING: Final = 512
"""Bodies of the sign-in lane being read at once, before they join its line: of at most 8 KiB and 3 s each."""

UPLOADS: Final = 1024
"""Uploads of people inside that come at once: 1 GiB at the very most, and 512 slow senders before others wait."""

AT_ONCE_PER_VISITOR: Final = 12
"""Requests of one visitor inside, under way behind the gate at once: of the 40 places for pages in the school's line. A
browser opens at most 6 connections to a host, and two devices of one person share a pass."""

SOCKET_TOUCH_S: Final = 60.0
TOUCHES_PER_STAY: Final = 3
"""Where people count as inside for less than three of those minutes, their sockets are heard as often as this."""

log = structlog.get_logger("preau.gate")


class GateSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What the status page may know of the gate; at most a second old."""

    inside: int
    """People inside, all lanes."""
    waiting: dict[int, int]
    """People seen waiting, by lane."""
    arrivals_total: int
    """Tickets minted for people who had none, since the start of this process."""
    admitted_total: int
    """Claims granted in lanes 1 to 3."""
    refused_total: int
    """Requests answered by the waiting page or its JSON, since the start of this process."""
    capacity: int
    level: int
    """Level of the ladder, 0 to 5."""
    tokens_refused: dict[str, int]
    """Forged, expired or malformed tokens, by code, since the start of this process."""
    ledger_failures_total: int
    """Operations that the ledger's store did not answer, since the start of this process."""


class Engine:
    """The gate around ``app``. Signature: docs/reference/interfaces.md.

    Args:
        app: the ASGI application behind.
        keyring: keys of the tokens.
        ledger: counts of who is inside and waiting.
        porter: whose plan is followed.
        cookies: names of the cookies.
        published: folder of the published files (lessons of the day).
        school: addresses behind the gate that it treats by their kind.
        clock: wall clock, seconds.
        secure: whether cookies are for TLS only.
        pass_idle_s: how long somebody silent counts as inside.
    """

    def __init__(  # noqa: PLR0913  the contract of docs/reference/interfaces.md
        self,
        app: Application,
        *,
        keyring: Keyring,
        ledger: Ledger,
        porter: Porter,
        cookies: CookieNames,
        published: Path,
        school: SchoolPaths,
        clock: Callable[[], float] = time.time,
        secure: bool,
        pass_idle_s: int = 900,
    ) -> None:
        self._app = app
        self._porter = porter
        self._visitors = VisitorReader(keyring=keyring, names=cookies)
        self._school = school
        self._live = re.compile(school.live, re.ASCII)
        self._clock = clock
        self._ledger = SteadyLedger(ledger)
        self._keeper = Doorkeeper(
            keyring=keyring,
            ledger=self._ledger,
            porter=porter,
            cookies=cookies,
            secure=secure,
            pass_idle_s=pass_idle_s,
        )
        self._touch_s = min(SOCKET_TOUCH_S, pass_idle_s / TOUCHES_PER_STAY)
        self._hall = Hall(keeper=self._keeper, porter=porter, keyring=keyring, published=published)
        self._write_lane, self._work_bodies = _write_lane()
        self._sign_in_lane, self._sign_in_bodies = _sign_in_lane()
        self._uploads = _uploads()
        self._at_once = AtOnce(per_holder=AT_ONCE_PER_VISITOR)
        self._refused_total = 0
        self._tokens_refused: Counter[Refusal] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "http":
            if scope["path"] == STATE_PATH and not scope["query_string"] and scope["method"] in SAFE_METHODS:
                # What everybody who waits polls: the same for all, so nobody's tokens are read.
                await write(send, self._hall.state(), head=scope["method"] == "HEAD")
            else:
                await self._http(self._read(scope), receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(self._read(scope), receive, send)
        else:
            await self._app(scope, receive, send)

    def snapshot(self) -> GateSnapshot:
        """Figures for the status page."""
        outlook = self._porter.outlook
        waiting = {lane: curve.people for lane, curve in outlook.curves.items()}
        return GateSnapshot(
            inside=outlook.census.inside + outlook.census.inside_staff,
            waiting=waiting,
            arrivals_total=sum(self._porter.desk.tally.arrivals),
            admitted_total=outlook.census.claims.limited,
            refused_total=self._refused_total,
            capacity=outlook.capacity,
            level=outlook.level,
            tokens_refused={refusal.value: count for refusal, count in self._tokens_refused.items()},
            ledger_failures_total=self._ledger.failures_total,
        )

    def _read(self, scope: Scope) -> Request:
        headers, now_s = headers_of(scope), self._clock()
        visitor = self._visitors.read(scope, headers, now_s=now_s)
        if visitor.refusals:
            self._tokens_refused.update(visitor.refusals)
        return Request(
            scope=scope,
            path=scope["path"],
            method=scope.get("method", "GET"),
            headers=headers,
            visitor=visitor,
            now_s=now_s,
            school=self._school,
        )

    async def _http(self, request: Request, receive: Receive, send: Send) -> None:
        head = request.method == "HEAD"
        if request.path.startswith(OWN_PATHS):
            await write(send, await self._hall.answer(request), head=head)
            return
        staying = await self._keeper.stay(request.visitor, now_s=request.now_s)
        if staying is None and request.is_sign_in and self._sign_in_lane.has_room(request.visitor.source):
            await self._by_the_sign_in_lane(request, receive, send)
        else:
            await self._by_the_door(request, staying, receive, send)

    async def _by_the_door(self, request: Request, staying: Admitted | None, receive: Receive, send: Send) -> None:
        decision = staying or await self._keeper.enter(request.visitor, now_s=request.now_s)
        if isinstance(decision, Admitted):
            await self._go_in(request, decision, receive, send)
        elif request.is_homework:
            await self._by_the_write_lane(request, decision.cookies, receive, send)
        else:
            self._refused_total += 1
            await write(send, self._hall.waiting(request, decision), head=request.method == "HEAD")

    async def _go_in(self, request: Request, admitted: Admitted, receive: Receive, send: Send) -> None:
        """The body first: behind the gate its places are those of a whole network, which one slow sender would hold."""
        sid, cookies = admitted.admission.sid, admitted.cookies
        async with self._received(request, receive, sid) as body:
            if isinstance(body, BodyRefusal):
                await write(send, self._hall.not_received(request, body, cookies))
                return
            with self._at_once.place(sid) as has_room:
                if has_room:
                    await self._go_on(request, cookies, sid, replayed(body, receive) if body else receive, send)
                else:
                    await write(send, self._hall.too_many_at_once(request, cookies), head=request.method == "HEAD")

    @contextlib.asynccontextmanager
    async def _received(self, request: Request, receive: Receive, sid: str) -> AsyncIterator[bytes | BodyRefusal]:
        if not is_upload(request.scope):
            yield await read_whole(receive, SCHOOL_BODY) if brings_body(request.scope) else b""
            return
        async with self._uploads.ahead(request.scope, receive, sid) as body:
            yield BodyRefusal.UPLOADS_FULL if body is BodyRefusal.NO_ROOM else body

    async def _by_the_sign_in_lane(self, request: Request, receive: Receive, send: Send) -> None:
        """Past the queue; when the lane has filled up before the request has come whole, by the door like others."""
        source = request.visitor.source
        async with self._sign_in_bodies.ahead(request.scope, receive, source) as body:
            if isinstance(body, bytes):
                receive = replayed(body, receive)
                if self._sign_in_lane.has_room(source):
                    async with self._sign_in_lane.turn(source):
                        await self._go_on(request, (), None, receive, send)
                    return
            elif body is not BodyRefusal.NO_ROOM:
                await write(send, self._hall.not_received(request, body))
                return
        await self._by_the_door(request, None, receive, send)

    async def _by_the_write_lane(
        self, request: Request, cookies: tuple[str, ...], receive: Receive, send: Send
    ) -> None:
        holder = request.visitor.card.subject if request.visitor.card else ""
        async with self._work_bodies.ahead(request.scope, receive, holder) as body:
            if body is BodyRefusal.NO_ROOM or not self._write_lane.has_room(holder):
                message = _(
                    "Beaucoup de travaux arrivent en même temps : celui-ci reste sur l’appareil et repart bientôt."
                )
                await write(send, refused(503, "write_lane_full", message, cookies))
            elif isinstance(body, BodyRefusal):
                await write(send, self._hall.not_received(request, body, cookies))
            else:
                async with self._write_lane.turn(holder):
                    await self._go_on(request, cookies, None, replayed(body, receive), send)

    async def _go_on(
        self, request: Request, cookies: tuple[str, ...], sid: str | None, receive: Receive, send: Send
    ) -> None:
        """To the application, with a net below it."""

        async def leave() -> tuple[str, ...]:
            return cookies if sid is None else await self._keeper.release(sid, now_s=self._clock())

        scope = request.scope
        if sid is not None and self._keeper.is_newcomer(sid, now_s=request.now_s):
            scope = {**scope, NEWCOMER: True}
        mask = request.method in {"GET", "HEAD"} and request.wants_page
        behind = Behind(send, cookies=cookies, on_leave=leave, mask=mask)
        try:
            await self._app(scope, receive, behind.send)
        except Exception:
            if behind.started:
                raise
            log.exception("application_failed", path=request.path)
            await write(send, self._after_failure(request, cookies, as_page=mask), head=request.method == "HEAD")
            return
        if behind.masked:
            await write(send, self._after_failure(request, cookies, as_page=True), head=request.method == "HEAD")

    def _after_failure(self, request: Request, cookies: tuple[str, ...], *, as_page: bool) -> Answer:
        if as_page or request.wants_page:
            return msgspec.structs.replace(self._hall.resting(request), cookies=cookies)
        again = _("réessaie dans une minute") if request.is_pupil else _("réessayez dans une minute")
        message = _("Préau reprend son souffle : {again}, rien n’est perdu.").format(again=again)
        return refused(503, "app_unavailable", message, cookies)

    async def _websocket(self, request: Request, receive: Receive, send: Send) -> None:
        visitor, now_s = request.visitor, request.now_s
        decision: Admitted | Waits | None = None
        if self._live.fullmatch(request.path):
            decision = await self._keeper.stay(visitor, now_s=now_s)
            if decision is None and visitor.sid is not None:  # a page opens a socket, and with the page came a ticket
                decision = await self._keeper.enter(visitor, now_s=now_s)
        if not isinstance(decision, Admitted):
            await receive()  # the handshake has to be read before it can be refused
            await send({"type": "websocket.close", "code": 4403, "reason": "gate_waiting"})
            return

        async def stay() -> tuple[str, ...]:
            return decision.cookies

        behind = Behind(send, cookies=decision.cookies, on_leave=stay, mask=False)
        async with self._kept_inside(decision.admission):
            await self._app(request.scope, receive, behind.send)

    @contextlib.asynccontextmanager
    async def _kept_inside(self, held: Pass) -> AsyncIterator[None]:
        async def touch_for_ever() -> None:
            while True:
                await asyncio.sleep(self._touch_s)
                await self._keeper.touch(held, now_s=self._clock())

        task = asyncio.create_task(touch_for_ever())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _write_lane() -> tuple[NarrowLane, Readers]:
    lane = NarrowLane(width=WRITE_LANE_WIDTH, line=WRITE_LANE_LINE, per_sender=WRITE_LANE_PER_CARD)
    bodies = Readers(SCHOOL_BODY, most=WRITE_LANE_LINE, per_sender=WRITE_LANE_PER_CARD, most_bytes=WRITE_LANE_BYTES)
    return lane, bodies


def _sign_in_lane() -> tuple[NarrowLane, Readers]:
    lane = NarrowLane(width=SIGN_IN_WIDTH, line=SIGN_IN_LINE, per_sender=SIGN_IN_PER_SOURCE)
    most_bytes = SIGN_IN_READING * SIGN_IN_BODY.most_bytes
    bodies = Readers(SIGN_IN_BODY, most=SIGN_IN_READING, per_sender=SIGN_IN_PER_SOURCE, most_bytes=most_bytes)
    return lane, bodies


def _uploads() -> Readers:
    most_bytes = UPLOADS * SCHOOL_BODY.most_bytes
    return Readers(SCHOOL_BODY, most=UPLOADS, per_sender=UPLOADS_PER_VISITOR, most_bytes=most_bytes)
