"""A gate of either engine on a real port, with a small application behind it.

usage: served.py embedded|haproxy port capacity folder clock_offset_s idle_s level secret-in-hex [secret-in-hex …]
"""

import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from preau.gate.answers import JSON, Answer, headers_of_kind, write
from preau.gate.engine import Engine, GateSnapshot
from preau.gate.haproxy import maps
from preau.gate.haproxy.agent import EdgeAgent, plan_of
from preau.gate.haproxy.behind import BehindTheEdge
from preau.gate.haproxy.control import Control
from preau.gate.haproxy.ledger import EdgeLedger
from preau.gate.haproxy.process import EdgeProcess, write_files
from preau.gate.haproxy.render import render
from preau.gate.haproxy.settings import EdgeSettings, OpenPaths
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.pilot import Pilot
from preau.gate.porter import Porter
from preau.gate.public_draw import draw_json
from preau.gate.request import SchoolPaths
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring

SCHOOL = SchoolPaths(write_lane="/travail/", sign_in=("/connexion/", "/c/"), scripts=frozenset({"/travail/suivi"}))
EDGE_SECRET = "the-edge-of-the-tests-1"
LATENCY_S = 0.3
UNDER_WAY: Counter[str | None] = Counter()
"""Requests that the application has at this moment, by the address of who asks."""


class AtLevel(Pilot):
    """Leaves the ladder on one level."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level

    @property
    def level(self) -> int:
        return self._level


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers what it was asked, so that a test sees what came through."""
    path = scope["path"]
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": path})
        await receive()
        return
    body = b""
    while (message := await receive()).get("more_body"):
        body += message.get("body", b"")
    body += message.get("body", b"")
    client = (scope["client"] or [None])[0]
    UNDER_WAY[client] += 1
    at_once = UNDER_WAY[client]
    if path.endswith("/lent"):
        await asyncio.sleep(LATENCY_S)
    UNDER_WAY[client] -= 1
    status = int(path.rpartition("/")[2]) if path.startswith("/panne/") else 200
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"max-age=60")]
    headers += [(b"preau-leave", b"1")] if path == "/sortie" else []
    headers += [(b"preau-own-page", b"1")] if b"propre" in scope["query_string"] else []
    seen = {"path": path, "client": client, "sent": len(body), "at_once": at_once}
    seen["headers"] = sorted({name.decode() for name, _value in scope["headers"]})
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(seen).encode()})


def with_figures(app: Any, snapshot: Callable[[], GateSnapshot]) -> Any:
    """The application, with what the gate counts at an address without the gate."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/__figures":
            await write(send, Answer(status=200, body=msgspec.json.encode(snapshot()), headers=headers_of_kind(JSON)))
        elif scope["type"] != "lifespan":
            await app(scope, receive, send)

    return serve


async def embedded(port: int, porter: Porter, engine: Engine) -> None:
    app = with_figures(engine, engine.snapshot)

    ticking = asyncio.create_task(porter.run())
    try:
        await Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL).serve()
    finally:
        ticking.cancel()


async def behind_haproxy(
    settings: EdgeSettings, keyring: Keyring, capacity: int, published: Path, pilot: Pilot
) -> None:
    def clock() -> float:
        return time.time() + settings.clock_offset_s

    folder = Path(settings.folder)
    control = Control(folder / "edge.sock")
    ledger = EdgeLedger(control)
    porter = Porter(ledger, capacity=capacity, published=published, pilot=pilot, clock=clock)
    agent = EdgeAgent(control, folder=folder, keyring=keyring, porter=porter, published=published, clock=clock)
    keys, plan = maps.key_lines(keyring, now_s=clock()), plan_of(porter.outlook, now_s=clock())
    draw = draw_json(keyring, now_s=clock()).decode()
    write_files(folder, render(settings, keys, plan, porter.outlook.state_json.decode(), draw))
    served = with_figures(BehindTheEdge(application, secret=settings.edge_secret), agent.snapshot)
    host, _, port = settings.application.rpartition(":")
    server = Server(served, address=host, port=int(port), interface=Interfaces.ASGINL)
    serving = asyncio.create_task(server.serve())
    edge = EdgeProcess(folder)
    await edge.start()
    await agent.tick()
    ticking = asyncio.create_task(agent.run())
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    await asked.wait()
    ticking.cancel()
    await edge.stop()
    server.stop()
    await serving


def main(arguments: list[str]) -> None:
    kind, port, capacity, name, offset_s, idle_s, level, *secrets = arguments
    pilot = AtLevel(int(level))
    folder, keyring = Path(name), Keyring(*(bytes.fromhex(secret) for secret in secrets))
    names = cookie_names(secure=False)
    if kind == "haproxy":
        settings = EdgeSettings(
            folder=str(folder / "edge"),
            bind=f"127.0.0.1:{port}",
            application=f"127.0.0.1:{_free_port()}",
            edge_secret=EDGE_SECRET,
            cookies=names,
            secure=False,
            school=SCHOOL,
            open=OpenPaths(exact=("/etat",), prefixes=("/static/", "/__")),
            pass_idle_s=int(idle_s),
            connections_max=1000,
            clock_offset_s=int(offset_s),
        )
        asyncio.run(behind_haproxy(settings, keyring, int(capacity), folder, pilot))
        return

    def clock() -> float:
        return time.time() + int(offset_s)

    ledger = MemoryLedger()
    porter = Porter(ledger, capacity=int(capacity), published=folder, pilot=pilot, clock=clock)
    engine = Engine(
        application, keyring=keyring, ledger=ledger, porter=porter, cookies=names, published=folder,
        school=SCHOOL, secure=False, clock=clock, pass_idle_s=int(idle_s),
    )  # fmt: skip
    asyncio.run(embedded(int(port), porter, engine))


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1:])
