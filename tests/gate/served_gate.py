"""A gate on a real port with a small application behind it, for the browser tests.

usage: served_gate.py port capacity folder [level of the ladder]
"""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from msgspec.structs import replace

from preau.gate.engine import Engine
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.porter import Porter
from preau.gate.request import SchoolPaths
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring

PAGE = b'<!doctype html><html lang="fr"><title>Dedans</title><h1>Dedans</h1><a href="/sortie">Sortir</a></html>'
SECRET = b"a secret of the tests, 32 bytes."


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def application(scope: Any, receive: Any, send: Any) -> None:
    leaving = [(b"preau-leave", b"1")] if scope["path"] == "/sortie" else []
    status = 502 if scope["path"] == "/panne" else 200
    headers = [(b"content-type", b"text/html; charset=utf-8"), *leaving]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE})


class AtLevel(Porter):
    """A porter that never leaves a level of the ladder."""

    level = 0

    async def tick(self) -> None:
        await super().tick()
        self.outlook = replace(self.outlook, level=self.level)


async def main(port: int, capacity: int, folder: Path, level: int) -> None:
    ledger = MemoryLedger()
    porter = AtLevel(ledger, capacity=capacity, published=folder)
    porter.level = level
    engine = Engine(
        application,
        keyring=Keyring(SECRET),
        ledger=ledger,
        porter=porter,
        cookies=cookie_names(secure=False),
        published=folder,
        school=SchoolPaths(write_lane="/travail/", sign_in=("/connexion/", "/c/"), scripts=frozenset()),
        secure=False,
    )

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await engine(scope, receive, send)

    ticking = asyncio.create_task(porter.run())
    try:
        await Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL).serve()
    finally:
        ticking.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]) if sys.argv[4:] else 0))
