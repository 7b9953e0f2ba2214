"""The HAProxy engine under test: what ``preau edge render`` writes, its agent, and the application behind it.

HAProxy may have the server's core to itself (then agent and application run beside the load generator), so that its
cost per request is its own; or all of it shares one core, as on one machine.
"""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any, Final

from bench.gate.people import KEYRING
from bench.gate.process import SERVER_CORE, free_port
from preau.gate.haproxy import maps
from preau.gate.haproxy.agent import EdgeAgent, plan_of
from preau.gate.haproxy.behind import BehindTheEdge
from preau.gate.haproxy.control import Control
from preau.gate.haproxy.ledger import EdgeLedger
from preau.gate.haproxy.process import EdgeProcess, write_files
from preau.gate.haproxy.render import render
from preau.gate.haproxy.settings import EdgeSettings, OpenPaths
from preau.gate.porter import Porter
from preau.gate.public_draw import draw_json
from preau.gate.request import SchoolPaths
from preau.tokens.cookies import cookie_names

EDGE_SECRET: Final = "the-edge-of-the-benches-1"  # noqa: S105  of a throw-away server
PID_FILE: Final = "measured.pid"


class EdgeGate:
    """HAProxy in front, with the same handles as the embedded gate.

    Args:
        port: where visitors come.
        folder: for its files.
        capacity: people inside at once.
        certificate: PEM file; empty without TLS.
        school: addresses behind.
    """

    def __init__(self, *, port: int, folder: Path, capacity: int, certificate: str, school: SchoolPaths) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.application_port = free_port()
        self.settings = EdgeSettings(
            folder=str(folder / "edge"), bind=f"127.0.0.1:{port}", application=f"127.0.0.1:{self.application_port}",
            edge_secret=EDGE_SECRET, cookies=cookie_names(secure=False), secure=False, school=school,
            open=OpenPaths(exact=("/etat",), prefixes=("/static/", "/__")), certificate=certificate,
            source_connections_per_10_s=1_000_000,
        )  # fmt: skip
        self._control = Control(folder / "edge" / "edge.sock")
        ledger = EdgeLedger(self._control)
        self.porter = Porter(ledger, capacity=capacity, published=folder)
        self._agent = EdgeAgent(
            self._control, folder=folder / "edge", keyring=KEYRING, ledger=ledger, porter=self.porter, published=folder
        )

    def behind(self, application: Any) -> Any:
        """The application as it stands behind the edge."""
        return BehindTheEdge(application, secret=EDGE_SECRET)

    async def start(self, *, alone: bool) -> None:
        """Writes the files and starts HAProxy, ``alone`` on the server's core or not."""
        now_s = time.time()
        keys, plan = maps.key_lines(KEYRING, now_s=now_s), plan_of(self.porter.outlook, now_s=now_s)
        state, draw = self.porter.outlook.state_json.decode(), draw_json(KEYRING, now_s=now_s).decode()
        write_files(self.folder / "edge", render(self.settings, keys, plan, state, draw))
        process = EdgeProcess(self.folder / "edge")
        await process.start()
        self._pid = await self._control.process_id()
        if alone:
            os.sched_setaffinity(self._pid, {SERVER_CORE})
        (self.folder / PID_FILE).write_text(str(self._pid))
        await self._agent.tick()
        self._reviving = asyncio.create_task(process.run())

    def kill(self) -> None:
        """As the kernel does when memory is short; its parent starts another one."""
        os.kill(self._pid, signal.SIGKILL)

    def ticking(self) -> "asyncio.Task[None]":
        """The agent, which is the porter here."""
        return asyncio.create_task(self._agent.run())

    def snapshot(self) -> Any:
        return self._agent.snapshot()
