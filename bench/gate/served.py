"""One process under test: the embedded gate, or the bare application, on Granian exactly as ``preau serve`` runs it.

usage: python -m bench.gate.served '{"gate": "engine", "port": 8000, …}'   (fields: Order)
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from bench.gate.people import KEYRING
from bench.gate.steady import expect, measuring, pilot_of
from preau.gate.engine import Engine
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.pilot import Pilot
from preau.gate.porter import Porter
from preau.gate.request import SchoolPaths
from preau.project import logs, serve
from preau.project.edge import Edge
from preau.project.school_shell import SchoolShell
from preau.tokens.cookies import cookie_names

APP_BODY = b"<!doctype html><html lang=fr><title>Dedans</title>" + b"x" * 974
"""1,024 bytes: what the trivial application answers."""

SCHOOL = SchoolPaths(
    write_lane="/travail/", sign_in=("/connexion/", "/c/"), scripts=frozenset({"/travail/journal", "/travail/suivi"})
)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to serve.

    Attributes:
        second_port: of a second HAProxy in front of the same application; 0 for one alone.
        gate: the engine; with the product's outermost application round it; HAProxy in front; or nothing.
        rate_per_s: entries a second that the porter plans; 0: the product's controller plans them from what the burning
            application measures, and where nothing is measured the house is filled by its places.
        expected_per_minute: people whom the timetable lets expect; 0: there is none.
        alone: whether HAProxy has its core to itself.
        application: trivial, or one thread that burns ``cost_ms`` of CPU per request.
        body, headers: a file of bytes and its headers, for ``bytes``.
        capacity: people inside at once.
        certificate: PEM file of certificate and key; empty without TLS.
        folder: for published files.
    """

    gate: Literal["engine", "edge", "haproxy", "none"]
    port: int
    folder: str
    second_port: int = 0
    capacity: int = 0
    application: Literal["trivial", "burning", "bytes"] = "trivial"
    cost_ms: float = 0.0
    body: str = ""
    headers: list[tuple[str, str]] = []
    certificate: str = ""
    alone: bool = False
    rate_per_s: float = 0.0
    expected_per_minute: float = 0.0


class Process:
    """The gate with its porter, and the handles by which a bench reads and hurts it."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.engine: Engine | None = None
        self.burning = Burning(order.cost_ms)
        self.application = _application(order, self.burning)
        self.edge: Any = None
        if order.gate == "haproxy":
            self._build_edge()
        elif order.gate != "none":
            self._build_gate()

    def _build_gate(self) -> None:
        folder, ledger = Path(self.order.folder), MemoryLedger()
        folder.mkdir(parents=True, exist_ok=True)
        expect(folder, self.order.expected_per_minute, now_s=time.time())
        self.porter = Porter(ledger, capacity=self.order.capacity, published=folder, pilot=self._pilot())
        self.engine = Engine(
            self.application, keyring=KEYRING, ledger=ledger, porter=self.porter, cookies=cookie_names(secure=False),
            published=folder, school=SCHOOL, secure=False,
        )  # fmt: skip
        self.application = self.engine
        if self.order.gate == "edge":
            hosts = frozenset({"127.0.0.1", "localhost"})
            self.application = Edge(before={}, behind=self.engine, hosts=hosts, secure=False)

    def _pilot(self) -> Pilot | None:
        if self.order.rate_per_s or not isinstance(self.application, SchoolShell):
            return pilot_of(self.order.rate_per_s)
        return measuring(self.application.meter, behind_haproxy=self.order.gate == "haproxy")

    def _build_edge(self) -> None:
        from bench.gate.served_edge import EdgeGate  # noqa: PLC0415  there may be none

        order, folder = self.order, Path(self.order.folder)
        folder.mkdir(parents=True, exist_ok=True)
        expect(folder, order.expected_per_minute, now_s=time.time())
        self.edge = EdgeGate(
            ports=(order.port, order.second_port) if order.second_port else (order.port,), folder=folder,
            capacity=order.capacity, certificate=order.certificate, school=SCHOOL, rate_per_s=order.rate_per_s,
            pilot=self._pilot(),
        )  # fmt: skip

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        if scope["path"].startswith("/__bench/"):
            await self._obey(scope["path"].removeprefix("/__bench/"), send)
            return
        await self.application(scope, receive, send)

    def _ticking(self) -> "asyncio.Task[None]":
        return self.edge.ticking() if self.edge else asyncio.create_task(self.porter.run())

    async def _obey(self, word: str, send: Any) -> None:
        """``counts``; or ``kill-`` and ``revive-application``, the same for ``-porter`` and ``-edge``."""
        if word.endswith("-application"):
            self.burning.dead = word.startswith("kill")
        elif word == "kill-porter":
            self.ticking.cancel()
        elif word == "kill-edge":
            self.edge.kill()
        elif word == "revive-edge":
            await self.edge.revive()
        elif word == "revive-porter":
            self.ticking = self._ticking()
        counts = {"served": self.burning.served, "gate": None}
        gate = self.engine or self.edge
        if gate is not None:
            counts["gate"] = msgspec.to_builtins(gate.snapshot())
        await _answer(send, msgspec.json.encode(counts), [("content-type", "application/json")])

    async def run(self) -> None:
        order = self.order
        port, served, pem = order.port, self, Path(order.certificate) if order.certificate else None
        if self.edge is not None:
            port, served, pem = self.edge.application_port, self.edge.behind(self), None
            await self.edge.start(alone=order.alone)
        if order.gate != "none":
            self.ticking = self._ticking()
        await Server(
            served, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, http=HTTPModes.http1,
            backlog=serve.BACKLOG, backpressure=serve.BACKLOG, log_enabled=False,
            http1_settings=HTTP1Settings(header_read_timeout=serve.HEADER_TIMEOUT_MS),
            ssl_cert=pem, ssl_key=pem and pem.with_suffix(".key"),
        ).serve()  # fmt: skip


class Burning:
    """A WSGI application with a knob: each request holds its one thread for ``cost_ms`` of computing."""

    def __init__(self, cost_ms: float) -> None:
        self.cost_ms = cost_ms
        self.served = 0
        self.dead = False

    def __call__(self, _environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.dead:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return []
        until_s = time.thread_time() + self.cost_ms / 1000
        while time.thread_time() < until_s:
            sum(range(200))
        self.served += 1
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(APP_BODY)))])
        return [APP_BODY]


def _application(order: Order, burning: Burning) -> Any:
    if order.application == "burning":
        return SchoolShell(burning, monotonic=time.monotonic, write_lane=SCHOOL.write_lane, sign_in=SCHOOL.sign_in)
    body, headers = APP_BODY, [("content-type", "text/html; charset=utf-8"), ("content-length", str(len(APP_BODY)))]
    if order.application == "bytes":
        body, headers = Path(order.body).read_bytes(), order.headers
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }
    rest = {"type": "http.response.body", "body": body}

    async def bare(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001  ASGI
        await send(start)
        await send(rest)

    return bare


async def _answer(send: Any, body: bytes, headers: list[tuple[str, str]]) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    order = msgspec.json.decode(sys.argv[1], type=Order)
    logs.configure(as_json=True)
    sys.setswitchinterval(serve.SWITCH_INTERVAL_S)
    serve.raise_descriptor_limit()  # as the product does
    process = Process(order)
    serve.spare_what_stays()
    uvloop.run(process.run())


if __name__ == "__main__":
    main()
