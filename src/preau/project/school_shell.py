"""The shell round Django: one thread, whole bodies, a bounded line in front.

Why one thread: with Django saturated, a page of the gate from the same process takes p99 10-15 ms when Django has one
thread and 60-90 ms when it has several (ADR 0001). Why whole bodies: Django reads its input while holding that one
thread, so a client that sends slowly would stop the school; here it only occupies its own coroutine. For the same
reason the answer is collected before it is sent. Why a bounded line: past it people are better served by the gate's
page than by a time-out.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from a2wsgi import WSGIMiddleware

from preau.gate.body import SCHOOL_BODY, BodyRefusal, Readers
from preau.gate.request import NEWCOMER
from preau.gate.visitor import source_of
from preau.project.answers import refuse_body
from preau.project.asgi_types import Message, Receive, Scope, Send
from preau.project.logs import masked
from preau.project.meter import Meter

MAX_WAITING = 64
"""At 10 to 20 ms a request this is about a second of work: more would only age in the line."""
HOMEWORK_PLACES = 16
"""Of these, pages leave so many free for work handed in: twice the width of the gate's write lane, so that the lane is
never turned away here, and pupils inside have as many. A place is a turn in the one thread, not a thread of its own."""
SIGN_IN_PLACES = 8
"""And so many for signing in: twice the width of the gate's sign-in lane, for the same two reasons."""
MAX_READING = 1024
"""Bodies being received at once, each within ``SCHOOL_BODY``: 1 GiB at the very most. The canary and requests without a
body need no such place."""
MAX_READING_PER_SOURCE = 64
"""Of these, from one network source: one machine that sends slowly fills a sixteenth, and a school of 1,200 behind one
address sends bodies of one packet each. A proxy in front is one source: it has to buffer bodies, as nginx does."""
CANARY_PATH = "/__canary__"
"""Where ``project.health`` looks every five seconds: a full line does not stop it, and only its changes are logged."""

log = structlog.get_logger("preau.school")


class SchoolShell:
    """ASGI application that answers with a WSGI application in one thread.

    Args:
        wsgi: Django's handler.
        monotonic: seconds of a monotonic clock.
        write_lane: the beginning of the paths where work is handed in by POST.
        sign_in: the beginnings of the paths where people sign in.
    """

    def __init__(
        self, wsgi: Callable[..., Any], *, monotonic: Callable[[], float], write_lane: str, sign_in: tuple[str, ...]
    ) -> None:
        self.meter = Meter(monotonic=monotonic)
        self._bridge = WSGIMiddleware(self.meter.wrap(wsgi), workers=1, send_queue_size=10)
        self._monotonic = monotonic
        self._write_lane = write_lane
        self._sign_in = sign_in
        self._waiting = self._pages_waiting = 0
        self._bodies = Readers(
            SCHOOL_BODY,
            most=MAX_READING,
            per_sender=MAX_READING_PER_SOURCE,
            most_bytes=MAX_READING * SCHOOL_BODY.most_bytes,
        )
        self.answered_total = 0
        """Answers since the start, whatever their status: while it grows, the school is busy, not dead."""

    async def run(self, job: Callable[[], object]) -> object:
        """Runs ``job`` in Django's thread, in turn with the requests."""
        return await asyncio.get_running_loop().run_in_executor(self._bridge.executor, job)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._whole_body(scope, receive)
        if isinstance(body, BodyRefusal):
            await refuse_body(scope, send, body)
        elif self._has_place(scope):  # after the body: many come in one moment
            await self._answer(scope, body, send)
        else:
            await refuse_body(scope, send, BodyRefusal.NO_ROOM)

    def _has_place(self, scope: Scope) -> bool:
        if scope["path"] == CANARY_PATH:
            return True
        if self._waiting >= MAX_WAITING or self._is_homework(scope):
            return self._waiting < MAX_WAITING
        kept = HOMEWORK_PLACES + (0 if self._is_sign_in(scope) else SIGN_IN_PLACES)
        return self._pages_waiting < MAX_WAITING - kept

    def _is_sign_in(self, scope: Scope) -> bool:
        """Whether the gate lets strangers ask this too."""
        return bool(scope["path"].startswith(self._sign_in))

    def _is_homework(self, scope: Scope) -> bool:
        return bool(scope["method"] == "POST" and scope["path"].startswith(self._write_lane))

    async def _whole_body(self, scope: Scope, receive: Receive) -> bytes | BodyRefusal:
        if scope["path"] == CANARY_PATH:
            return b""
        async with self._bodies.ahead(scope, receive, source_of(scope)) as body:
            return body

    async def _answer(self, scope: Scope, body: bytes, send: Send) -> None:
        answer: list[Message] = []

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Message) -> None:
            answer.append(message)

        started = self._monotonic()
        page = not self._is_homework(scope)
        self._waiting += 1
        self._pages_waiting += page
        watched = None if scope["path"] == CANARY_PATH else self.meter.arrives()
        try:
            await self._bridge(_clean(scope), replay, collect)  # type: ignore[arg-type]
        except Exception:
            log.exception("school_raised", path=_logged_path(scope))
            raise
        finally:
            self._waiting -= 1
            self._pages_waiting -= page
            if watched is not None:
                self.meter.leaves(watched)
        status = answer[0]["status"]
        self.answered_total += 1
        if watched is not None:
            self.meter.ends(status=status, newcomer=NEWCOMER in scope, let_in=not self._is_sign_in(scope))
        duration_ms = round((self._monotonic() - started) * 1000, 1)
        if scope["path"] != CANARY_PATH:
            log.info(
                "request", method=scope["method"], path=_logged_path(scope), status=status, duration_ms=duration_ms
            )
        for message in answer:
            await send(message)


def _clean(scope: Scope) -> Scope:
    """Without headers that WSGI would confuse with others (``X_A`` and ``X-A`` become one name there)."""
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    query = scope["query_string"].decode("ascii", "replace").replace("\ufffd", "%EF%BF%BD").encode()
    return {**scope, "headers": headers, "query_string": query}


def _logged_path(scope: Scope) -> str:
    return masked(scope["path"])[:200]
