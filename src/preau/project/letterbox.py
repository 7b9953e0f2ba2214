"""The letterbox in front of the school: work handed in with a card is taken also while the application does not answer.

A request of the write lane goes to the application. Where that raises, hangs or fails, the request is written into the
spool, answered 202, and sent again in order once the application answers: with the pupil's own session, so that the
application judges it as it would have, and with the instant of its receipt (``tokens.receipt``). Sent twice it counts
once: events have ids of the device (ADR 0006). What the application then refuses is put aside for the operator and said
in the log; what goes because too much lies there is said as well.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec
import structlog

from preau.gate.body import SCHOOL_BODY, BodyRefusal, Readers, replayed
from preau.gate.spool import Kept, Spool, SpoolRefusal, subject_of
from preau.gate.visitor import VisitorReader, headers_of
from preau.project.answers import refuse_body
from preau.project.asgi_types import Application, Message, Receive, Scope, Send
from preau.project.letterbox_answers import say_kept, say_not_kept
from preau.tokens import receipt
from preau.tokens.card import Card, Role
from preau.tokens.cookies import CookieNames, without_cookies
from preau.tokens.keyring import Keyring

ANSWERS_WITHIN_S: Final = 10.0
"""A form takes the school 10 ms, its line a second: later than this nobody answers. Half of what a device waits."""
MOST: Final = 400
PER_CARD: Final = 4
"""Bodies held here, in all and of one card: a device sends its work one by one. Beyond, the request goes on without the
net below it, as pages do."""
MOST_BYTES: Final = 128 << 20
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 15.0
"""Between two rounds: an application that is back has the work within so long; a dead one is asked as seldom."""
LOOKS_AGAIN_S: Final = 60.0
"""An operator may have moved something back into the folder, or deleted what was aside."""
SILENT_IN_A_ROW: Final = 2
FAILED_IN_A_ROW: Final = 8
"""After so many failures without an answer between them a round is over: an application that fails at everything is
not asked twenty thousand times."""
FAULTS: Final = 3
"""So often one item may fail while the application answered others in between; then the item is at fault."""

STORED: Final = b"preau-work"
"""Header of the school's answer where everything that was sent is stored: ``stored``."""
_SENT_AGAIN: Final = frozenset(
    {b"host", b"content-type", b"origin", b"sec-fetch-site", b"cookie", b"accept", b"accept-language", b"referer"}
)
"""The headers that the school reads; nothing else of a person is written down."""
_FAILED: Final = 500
_BUSY: Final = frozenset({408, 429})
_REDIRECTED: Final = 300

log = structlog.get_logger("preau.letterbox")


class Reply(NamedTuple):
    """What the application said."""

    messages: tuple[Message, ...]

    @property
    def status(self) -> int:
        """Of the answer."""
        return int(self.messages[0]["status"])

    @property
    def failed(self) -> bool:
        """Whether another time it may be different."""
        return self.status >= _FAILED or self.status in _BUSY

    @property
    def stored(self) -> bool:
        """Whether everything is where it belongs."""
        said = [value for name, value in self.messages[0]["headers"] if name.lower() == STORED]
        return self.status < _REDIRECTED and said == [b"stored"]

    @property
    def reason(self) -> str:
        """Why not, for the name of a file: the status and the code."""
        body = b"".join(message.get("body", b"") for message in self.messages[1:])
        try:
            code = msgspec.json.decode(body, type=_Refusal).error["code"]
        except (msgspec.MsgspecError, KeyError):
            code = "not_stored"
        return f"{self.status}_{code}"


class _Refusal(msgspec.Struct):
    error: dict[str, str]


class Letterbox:
    """ASGI application around ``app``; what is not work handed in with a card goes through untouched.

    Args:
        app: the application.
        folder: of the spool.
        keyring, cookies: to verify the card.
        write_lane: the beginning of the paths where work is handed in by POST.
        clock: wall clock, seconds.
    """

    def __init__(
        self,
        app: Application,
        *,
        folder: Path,
        keyring: Keyring,
        cookies: CookieNames,
        write_lane: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app, self._cookies = app, cookies
        self._keyring, self._reader = keyring, VisitorReader(keyring=keyring, names=cookies)
        self._write_lane, self._clock = write_lane, clock
        self._spool = Spool(folder)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._bodies = Readers(SCHOOL_BODY, most=MOST, per_sender=PER_CARD, most_bytes=MOST_BYTES)
        self._arrived = asyncio.Event()
        self._down = False
        """The application was silent: what comes is written down at once; ``deliver`` hears when it speaks again."""
        self._answered = 0
        self._faults: dict[str, tuple[int, int]] = {}
        """By file: how often it failed alone, and how much had been answered at its last attempt."""
        self._tries = Counter[str]()
        """By card: whose work failed stands behind the others', in its own order."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        card = self._card_of(scope)
        if card is None:
            await self._app(scope, receive, send)
            return
        async with self._bodies.ahead(scope, receive, card.subject) as body:
            if body is BodyRefusal.NO_ROOM:
                await self._app(scope, receive, send)
            elif isinstance(body, BodyRefusal):
                await refuse_body(scope, send, body)
            else:
                await self._take(self._kept(scope, body, card), scope, send, pupil=card.role is Role.PUPIL)

    async def deliver(self) -> None:
        """Sends what was kept, for as long as it runs: in order, one at a time, with pauses while nobody answers."""
        pause_s = FIRST_PAUSE_S
        while True:
            waiting = await self._on_disk(self._spool.waiting)
            if not waiting:
                self._down = False
                await self._something_arrives()
                pause_s = FIRST_PAUSE_S
            elif await self._round(waiting):
                pause_s = FIRST_PAUSE_S
            else:
                log.warning("work_waits_for_the_application", items=len(waiting), again_in_s=pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def _something_arrives(self) -> None:
        self._arrived.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOKS_AGAIN_S):
                await self._arrived.wait()
                return
        await self._on_disk(self._spool.look)

    def _card_of(self, scope: Scope) -> Card | None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(self._write_lane):
            return None
        return self._reader.read(scope, headers_of(scope), now_s=self._clock()).card

    async def _take(self, work: Kept, scope: Scope, send: Send, *, pupil: bool) -> None:
        reply: Reply | Exception = ConnectionError("the application did not answer the last request")
        if not self._down:
            reply = await self._ask(scope, work.body)
        if isinstance(reply, Reply) and not reply.failed:
            self._answered += 1
            await _pass_on(reply, send)
            return
        refusal = await self._keep(work)
        if refusal is None:
            self._down = self._down or isinstance(reply, Exception)
            self._arrived.set()
            await say_kept(scope, send, pupil=pupil)
            return
        if self._down:  # no room to keep it: then as if there were no spool
            reply = await self._ask(scope, work.body)
        if isinstance(reply, Reply):
            await _pass_on(reply, send)
        else:
            await say_not_kept(scope, send, refusal, pupil=pupil)

    async def _ask(self, scope: Scope, body: bytes) -> Reply | Exception:
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        async def nothing_more() -> Message:
            return {"type": "http.disconnect"}

        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._app(scope, replayed(body, nothing_more), collect)
        except Exception as error:  # noqa: BLE001  whatever it is, the application did not answer
            return error
        return Reply(tuple(messages)) if messages else ConnectionError("the application said nothing")

    def _kept(self, scope: Scope, body: bytes, card: Card) -> Kept:
        return Kept(
            at_s=self._clock(),
            subject=card.subject,
            path=scope["path"],
            query=scope["query_string"],
            headers=self._headers(scope),
            body=body,
        )

    async def _keep(self, work: Kept) -> SpoolRefusal | None:
        try:
            refusal: SpoolRefusal | None = await self._on_disk(self._spool.keep, work)
        except OSError as error:
            log.error("work_not_kept", reason=str(error))  # noqa: TRY400  the disk's word says it all
            return SpoolRefusal.DISK_FAILS
        if refusal is None:
            log.info("work_kept", path=work.path, size=len(work.body))
        else:
            log.warning("work_not_kept", reason=refusal)
        return refusal

    def _headers(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        """Without the gate's own tokens: for the school, the session says who it is."""
        kept = []
        for raw_name, raw_value in scope["headers"]:
            name, value = bytes(raw_name).lower(), bytes(raw_value)
            if name == b"cookie":
                value = without_cookies(value.decode("latin-1"), self._cookies).encode("latin-1")
            if name in _SENT_AGAIN and value:
                kept.append((name, value))
        return tuple(kept)

    async def _round(self, waiting: list[Path]) -> bool:
        """One attempt at each; ends where several in a row fail. Returns whether anything was answered."""
        self._tries = Counter({card: self._tries[card] for card in {subject_of(path.name) for path in waiting}})
        answered, failures = False, 0
        failed: set[str] = set()
        for path in self._in_order(waiting, failed):
            if await self._tried(path):
                answered, failures = True, 0
                continue
            failures += 1
            failed.add(subject_of(path.name))
            self._tries[subject_of(path.name)] += 1
            if failures >= (SILENT_IN_A_ROW if self._down else FAILED_IN_A_ROW):
                break
        return answered

    def _in_order(self, waiting: list[Path], failed: Container[str]) -> Iterator[Path]:
        """Card by card as it was handed in; after a failure the card's later work lets all the others' pass first."""
        later = []
        for path in sorted(waiting, key=lambda path: (self._tries[subject_of(path.name)], path.name)):
            if subject_of(path.name) in failed:
                later.append(path)
            else:
                yield path
        yield from later

    async def _tried(self, path: Path) -> bool:
        try:
            return await self._deliver_one(path)
        except OSError as error:  # an operator's hand, a full disk: the others go on
            log.error("kept_work_stuck", item=path.name, reason=str(error))  # noqa: TRY400  the disk's word says it all
            return False

    async def _deliver_one(self, path: Path) -> bool:
        """Whether the application answered it, whatever it said."""
        kept = await self._on_disk(self._spool.read, path)
        if kept is None:
            await self._put_aside(path, "unreadable")
            return True
        stamp = receipt.mint(self._keyring, kept.body, received_at_s=kept.at_s, now_s=self._clock())
        reply = await self._ask(_scope_of(kept, stamp), kept.body)
        self._down = isinstance(reply, Exception)
        if isinstance(reply, Exception) or reply.failed:
            await self._note_fault(path)
            return False
        self._answered += 1
        self._faults.pop(path.name, None)
        if reply.stored:
            await self._on_disk(self._spool.done, path)
            log.info("kept_work_delivered", path=kept.path, after_s=round(self._clock() - kept.at_s))
        else:
            await self._put_aside(path, reply.reason)
        return True

    async def _note_fault(self, path: Path) -> None:
        faults, answered = self._faults.get(path.name, (0, self._answered))
        faults += self._answered > answered
        self._faults[path.name] = (faults, self._answered)
        if faults >= FAULTS:
            await self._put_aside(path, "fails")

    async def _put_aside(self, path: Path, reason: str) -> None:
        self._faults.pop(path.name, None)
        log.warning("kept_work_put_aside", item=path.name, reason=reason)
        for gone in await self._on_disk(self._spool.put_aside, path, reason):
            log.error("work_aside_dropped", item=gone, reason="too_much_aside")

    async def _on_disk(self, job: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._disk, job, *arguments)


async def _pass_on(reply: Reply, send: Send) -> None:
    for message in reply.messages:
        await send(message)


def _scope_of(kept: Kept, stamp: str) -> Scope:
    own = ((receipt.HEADER, stamp), ("content-length", str(len(kept.body))))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": kept.path,
        "raw_path": quote(kept.path).encode("ascii"),
        "root_path": "",
        "query_string": kept.query,
        "headers": [*kept.headers, *((name.encode(), value.encode()) for name, value in own)],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
