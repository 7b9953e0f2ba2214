"""A gate with a clock in the test's hand, and people who bring their cookies along."""

import json
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import msgspec

from preau.gate.behind import Receive
from preau.gate.engine import Engine
from preau.gate.ledger.interface import Holder
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.porter import Porter
from preau.gate.request import SchoolPaths
from preau.tokens import admission, card
from preau.tokens.admission import Pass
from preau.tokens.card import Card, Role
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring

SCHOOL_PATHS = SchoolPaths(
    write_lane="/travail/",
    sign_in=("/connexion/", "/c/"),
    scripts=frozenset({"/travail/journal", "/travail/suivi"}),
)
INSIDE = b"<p>dedans</p>"
"""What the application answers."""

MONDAY_0830_S = 1_795_422_600.0
"""Monday 2026-11-23, 08:30 UTC."""


class Clock:
    def __init__(self) -> None:
        self.now_s = MONDAY_0830_S

    def __call__(self) -> float:
        return self.now_s


class Answer(msgspec.Struct):
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def waits(self) -> bool:
        return self.header("preau-gate") == "waiting"

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def error_code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


class Person:
    """A browser: keeps the cookies it is given."""

    def __init__(self, gate: "Gate", address: str) -> None:
        self.gate = gate
        self.address = address
        self.cookies: dict[str, str] = {}

    async def asks(
        self, path: str = "/", *, method: str = "GET", body: Receive | None = None, **headers: str
    ) -> Answer:
        sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        if self.cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent.append((b"cookie", pairs.encode()))
        answer = await ask(self.gate.engine, path, method=method, headers=sent, address=self.address, body=body)
        for value in [value for key, value in answer.headers if key == "set-cookie"]:
            for name, morsel in SimpleCookie(value).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer

    async def is_connected(self) -> None:
        """What an open websocket does every minute: the ledger hears, the cookies stay as they are."""
        gate = self.gate
        held = admission.read(gate.keyring, self.cookies["passe"], now_s=gate.clock.now_s)
        assert isinstance(held, Pass)
        now_s = gate.clock.now_s
        await gate.ledger.touch(Holder(held.sid, held.lane), until_s=now_s + 900, now_s=now_s)

    async def asks_with(self, headers: list[tuple[bytes, bytes]]) -> Answer:
        """A request with these very headers."""
        return await ask(self.gate.engine, "/", headers=headers, address=self.address)


class Application:
    """Behind the gate: says whom it saw, or what the test puts here."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: list[tuple[bytes, bytes]] = []
        self.raises: Exception | None = None
        self.seen: list[str] = []
        self.entered: Callable[[], Any] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope["path"])
        if self.raises:
            raise self.raises
        while scope.get("method") == "POST" and (await receive()).get("more_body"):
            pass
        if self.entered:
            await self.entered()
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": INSIDE})


class Gate:
    def __init__(self, *, capacity: int, published: Path, pass_idle_s: int = 900) -> None:
        self.pass_idle_s = pass_idle_s
        self.clock = Clock()
        self.keyring = Keyring(b"a secret of the tests, 32 bytes.")
        self.names = cookie_names(secure=False)
        self.published = published
        self.application = Application()
        self.ledger = MemoryLedger()
        self.restart(capacity=capacity)

    def restart(self, *, capacity: int) -> None:
        self.porter = Porter(self.ledger, capacity=capacity, published=self.published, clock=self.clock)
        self.engine = Engine(
            self.application,
            keyring=self.keyring,
            ledger=self.ledger,
            porter=self.porter,
            cookies=self.names,
            published=self.published,
            school=SCHOOL_PATHS,
            clock=self.clock,
            secure=False,
            pass_idle_s=self.pass_idle_s,
        )

    def forget_everything(self, *, capacity: int) -> None:
        """The process dies; a new one begins with an empty ledger and the same secret."""
        self.ledger = MemoryLedger()
        self.restart(capacity=capacity)

    def break_ledger(self, error: Exception) -> None:
        """From now on the store behind the ledger answers nothing."""

        async def refuse(*_: Any, **__: Any) -> Any:
            raise error

        names = (
            "draw_place",
            "note_waiting",
            "stop_waiting",
            "claim",
            "touch",
            "resume",
            "leave",
            "note_at_the_door",
            "census",
        )
        for name in (*names, "take_by_link", "spend"):
            setattr(self.ledger, name, refuse)

    async def seconds_pass(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.clock.now_s += 1
            await self.porter.tick()

    def person(self, address: str = "192.0.2.1") -> Person:
        return Person(self, address)

    def with_card(self, name: str, *, role: Role = Role.PUPIL, group: str = "-", lesson: bool = True) -> Person:
        person = self.person()
        person.cookies[self.names.card] = self.card(name, role=role, group=group, lesson=lesson)
        return person

    def card(self, name: str, *, role: Role = Role.PUPIL, group: str = "-", lesson: bool = True) -> str:
        """What the school gives who has signed in."""
        hour = int(self.clock.now_s // 3600)
        held = Card(
            expires_at_s=card.expiry(self.clock.now_s),
            role=role,
            subject=self.keyring.pseudonym("subject", name),
            group=group if group == "-" else self.keyring.pseudonym("group", group),
            hours=card.hours_mask({hour, hour + 1}) if lesson else card.NO_HOURS,
        )
        return card.mint(self.keyring, held, now_s=self.clock.now_s)


async def ask(
    app: Any,
    path: str,
    *,
    method: str = "GET",
    headers: list[tuple[bytes, bytes]] | None = None,
    address: str = "192.0.2.1",
    body: Receive | None = None,
) -> Answer:
    route, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"preau.test"), *(headers or [])],
        "client": (address, 40_000),
    }
    sent: list[Any] = []

    async def nothing() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, body or nothing, send)
    assert sent[0]["type"] == "http.response.start"
    heads = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
    return Answer(sent[0]["status"], heads, b"".join(message.get("body", b"") for message in sent[1:]))


async def fill(gate: Gate) -> list[Person]:
    """Strangers take all places that they may, guardians the others; they keep their cookies, as browsers do."""
    outlook = gate.porter.outlook
    people = [gate.person(f"198.51.100.{number}") for number in range(outlook.others)]
    guardians = range(outlook.capacity - outlook.others)
    people += [gate.with_card(f"guardian {number}", role=Role.GUARDIAN, lesson=False) for number in guardians]
    for person in people:
        await person.asks()
        await person.asks()
    await gate.seconds_pass()
    return people


async def leave(gate: Gate, person: Person) -> None:
    gate.application.headers = [(b"Preau-Leave", b"1")]
    await person.asks("/deconnexion/", method="POST")
    gate.application.headers = []


MakeGate = Callable[..., Gate]
