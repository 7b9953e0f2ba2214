"""A class to test with: a published roster, seats, a clock that is set by hand, and clients that speak the protocol."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from preau.live.bus.memory import MemoryBus
from preau.live.journal.interface import Journal
from preau.live.journal.sqlite import SqliteJournal
from preau.live.media.interface import MediaPlane
from preau.live.server import LiveServer
from preau.tokens import seat as seat_token
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring
from preau.tokens.seat import Seat, SeatRole

START_S = 1_795_422_600
"""2026-11-23 08:30 in Paris."""
CLASS = "c" * 32
TEACHER, INES, KARIM, ZOE = (digit * 32 for digit in "0123")
NAMES = {TEACHER: "Awa Diallo", INES: "Inès Martin", KARIM: "Karim Petit", ZOE: "Zoé Roux"}
KEYRING = Keyring(b"k" * 32)
COOKIES = cookie_names(secure=False)
WAIT_S = 10.0
"""How long a test waits for a frame before it fails."""


def short(person: str) -> str:
    first, last = NAMES[person].split()
    return f"{first} {last[0]}."


def roster(live_class: str = CLASS, persons: tuple[str, ...] = tuple(NAMES)) -> dict[str, Any]:
    members = [
        {
            "person": person,
            "role": "teacher" if person == TEACHER else "pupil",
            "full_name": NAMES[person],
            "short_name": short(person),
            "pseudonym": f"subject-{person[:3]}",
        }
        for person in persons
    ]
    hours = {"starts_at_s": START_S, "ends_at_s": START_S + 3600}
    titles = {"title": "Les fractions", "class_group": "CM2 B", "section": "ecole"}
    return {"v": 1, "live_class": live_class, **titles, **hours, "members": members}


def browser_of(person: str) -> str:
    """The secret that a person's browser keeps in its cookie."""
    return f"browser-of-{person[:11]}"


def cookie(secret: str | None) -> list[tuple[str, str]]:
    """The header of a handshake."""
    return [] if secret is None else [("cookie", f"passe=p1.x; {COOKIES.seat}={secret}")]


def seat(
    person: str,
    *,
    live_class: str = CLASS,
    expires_at_s: int = START_S + 7200,
    role: str | None = None,
    minted_at_s: int = START_S,
    browser: str | None = None,
) -> str:
    made = Seat(
        expires_at_s=expires_at_s,
        live_class=live_class,
        person=person,
        role=SeatRole(role or ("teacher" if person == TEACHER else "pupil")),
        minted_at_s=minted_at_s,
        binding=seat_token.binding_of(KEYRING, browser or browser_of(person)),
    )
    return seat_token.mint(KEYRING, made, now_s=START_S)


class Clock:
    """Wall seconds that only a test moves. ``elapsed_s`` is the monotonic clock of the same machine."""

    def __init__(self) -> None:
        self._set_to_s = float(START_S)
        self._elapsed_s = 0.0

    def __call__(self) -> float:
        return self._set_to_s + self._elapsed_s

    def elapsed_s(self) -> float:
        return self._elapsed_s

    @property
    def now_s(self) -> float:
        return self()

    @now_s.setter
    def now_s(self, at_s: float) -> None:
        """Time passes."""
        self._elapsed_s = at_s - self._set_to_s

    def step(self, seconds: float) -> None:
        """Somebody sets the clock; no time passes."""
        self._set_to_s += seconds


class Closed(Exception):  # noqa: N818  what the client of a closed connection sees
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


class Line(Protocol):
    """A websocket, in process or real."""

    async def send(self, message: str | bytes) -> None: ...
    async def receive(self) -> str | bytes: ...
    async def close(self) -> None: ...


class InProcessLine:
    """Drives the ASGI callable with queues."""

    def __init__(
        self, server: LiveServer, *, path: str = f"/classe/{CLASS}/ws", browser: str | None = browser_of(INES)
    ) -> None:
        self._inward: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outward: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.stalled = asyncio.Event()
        self.stalled.set()
        self._inward.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": path,
            "headers": [(name.encode(), text.encode()) for name, text in cookie(browser)],
        }
        self.task = asyncio.create_task(server(scope, self._inward.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        await self.stalled.wait()
        self._outward.put_nowait(message)

    async def opened(self) -> dict[str, Any]:
        return await self._outward.get()

    async def send(self, message: str | bytes) -> None:
        kind = "text" if isinstance(message, str) else "bytes"
        self._inward.put_nowait({"type": "websocket.receive", kind: message})

    async def receive(self) -> str | bytes:
        message = await self._outward.get()
        while message["type"] == "websocket.accept":
            message = await self._outward.get()
        if message["type"] == "websocket.close":
            self._inward.put_nowait({"type": "websocket.disconnect", "code": message["code"]})
            raise Closed(message["code"], message["reason"])
        return message["text"] if "text" in message else message["bytes"]

    async def close(self) -> None:
        self._inward.put_nowait({"type": "websocket.disconnect", "code": 1006})
        await asyncio.wait([self.task])


class Client:
    """One person's browser, as far as the protocol goes."""

    def __init__(self, line: Line, person: str) -> None:
        self.line = line
        self.person = person
        self.seq = 0
        self.seen: list[dict[str, Any]] = []
        self.voice: list[bytes] = []
        self._unread: list[dict[str, Any]] = []

    async def hello(self, **fields: Any) -> None:
        frame = {"v": 1, "op": "hello", "seat": seat(self.person), "client": f"tab-of-{self.person[:9]}"} | fields
        await self.send(frame)

    async def send(self, frame: dict[str, Any] | str | bytes) -> None:
        await self.line.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    async def frame(self) -> dict[str, Any]:
        """The next text frame, out of its batch; voice is collected aside."""
        while not self._unread:
            async with asyncio.timeout(WAIT_S):
                message = await self.line.receive()
            if isinstance(message, bytes):
                self.voice.append(message)
            else:
                frame = json.loads(message)
                self._unread += frame.get("b", [frame])
        frame = self._unread.pop(0)
        self.seen.append(frame)
        if "seq" in frame and "re" not in frame:
            assert "snapshot" in frame or frame["seq"] == self.seq + 1, f"a gap after {self.seq}: {frame}"
            self.seq = frame["seq"]
        return frame

    async def until(self, wanted: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        while not wanted(frame := await self.frame()):
            pass
        return frame

    async def event(self, kind: str) -> dict[str, Any]:
        return await self.until(lambda frame: frame.get("t") == kind)

    async def ephemeral(self, name: str) -> dict[str, Any]:
        return dict((await self.until(lambda frame: frame.get("e") == name))["d"])

    async def key(self, name: str) -> Any:
        return (await self.until(lambda frame: name in frame))[name]

    async def ask(self, op: str, *, op_id: str | None = None, **d: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer; what comes before the answer is in ``seen``."""
        op_id = op_id or str(uuid4())
        await self.send({"op": op, "id": op_id, "d": d})
        return await self.until(lambda frame: frame.get("re") == op_id)

    async def refusal(self, op: str, **d: Any) -> str:
        return str((await self.ask(op, **d))["err"]["code"])

    async def packet(self) -> bytes:
        """The next voice frame."""
        while not self.voice:
            async with asyncio.timeout(WAIT_S):
                message = await self.line.receive()
            if isinstance(message, bytes):
                self.voice.append(message)
            else:
                frame = json.loads(message)
                self._unread += frame.get("b", [frame])
        return self.voice.pop(0)

    async def closed(self) -> Closed:
        """How the server closes the connection."""
        try:
            while True:
                await self.frame()
        except Closed as closed:
            return closed

    async def leave(self) -> None:
        await self.line.close()


async def eventually(condition: Callable[[], bool]) -> None:
    """Lets the loop run until something inside the server is so that no client can see."""
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110  the server has no event for tests to wait on
            await asyncio.sleep(0.001)


class House:
    """A node under test, and the folder it shares with the school."""

    def __init__(self, folder: Path, *, media: MediaPlane | None = None) -> None:
        self.folder = folder
        self.clock = Clock()
        self.media = media
        self._lines: list[InProcessLine] = []
        self.publish(roster())
        self.server = self.build()

    def publish(self, content: dict[str, Any]) -> None:
        rosters = self.folder / "published" / "rosters"
        rosters.mkdir(parents=True, exist_ok=True)
        draft = rosters / "draft.new"
        draft.write_text(json.dumps(content))
        draft.replace(rosters / f"{content['live_class']}.json")

    def build(self, journal: Journal | None = None) -> LiveServer:
        return LiveServer(
            keyring=KEYRING,
            journal=journal or SqliteJournal(self.folder / "journal.sqlite3"),
            bus=MemoryBus(),
            published=self.folder / "published",
            cookies=COOKIES,
            allowed_origin=lambda _: True,
            clock=self.clock,
            monotonic=self.clock.elapsed_s,
            media=self.media,
        )

    def register(self, live_class: str = CLASS) -> dict[str, Any]:
        return dict(json.loads((self.folder / "published" / "registers" / f"{live_class}.json").read_text()))

    def connect(self, person: str, *, browser: str | None = "their own") -> Client:
        line = InProcessLine(self.server, browser=browser_of(person) if browser == "their own" else browser)
        self._lines.append(line)
        return Client(line, person)

    async def crash(self) -> None:
        """The server is gone without a word; a new one finds the same journal."""
        await self.hang_up()
        gone = tuple(self.server._rooms._tasks)
        for task in gone:
            task.cancel()
        await asyncio.wait(gone)
        await self.server._journal.stop()
        self.server = self.build()
        await self.server.start()

    async def hang_up(self) -> None:
        """Every connection breaks."""
        tasks = [line.task for line in self._lines if not line.task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._lines.clear()

    async def enter(self, person: str, **hello: Any) -> Client:
        """Connects and waits for the welcome and its state."""
        client = self.connect(person)
        await client.hello(**hello)
        welcome = await client.key("welcome")
        if welcome["from"] is None:
            await client.key("snapshot")
        return client

    async def beat(self, seconds: float = 0) -> None:
        """Moves the clock and does at once what the server does every second."""
        self.clock.now_s += seconds
        for room in self.server._rooms:
            room.follow_roster()
            await room.beat()
