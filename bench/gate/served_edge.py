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

import msgspec

from bench.gate.people import KEYRING
from bench.gate.process import SERVER_CORE, free_port
from bench.gate.steady import pilot_of
from preau.gate.haproxy import maps
from preau.gate.haproxy.agent import EdgeAgent, plan_of
from preau.gate.haproxy.behind import BehindTheEdge
from preau.gate.haproxy.control import Control
from preau.gate.haproxy.ledger import EdgeLedger
from preau.gate.haproxy.process import EdgeProcess, write_files
from preau.gate.haproxy.render import render
from preau.gate.haproxy.settings import EdgeSettings, OpenPaths
from preau.gate.pilot import Pilot
from preau.gate.porter import Porter
from preau.gate.public_draw import draw_json
from preau.gate.request import SchoolPaths
from preau.tokens.cookies import cookie_names

EDGE_SECRET: Final = "the-edge-of-the-benches-1"  # noqa: S105  of a throw-away server
SETTLED_S: Final = 6.0
JOINED_WITHIN_S: Final = 20.0
"""Two that start together connect to each other at once, give both connections up and try again after up to five
seconds; meanwhile each would fill the house by itself."""
PID_FILE: Final = "measured.pid"


class EdgeGate:
    """HAProxy in front, once or twice, with the same handles as the embedded gate.

    Args:
        ports: where visitors come; of two, the first is the one that is killed.
        folder: for its files.
        capacity: people inside at once.
        certificate: PEM file; empty without TLS.
        school: addresses behind.
        rate_per_s: entries a second that all of them plan together.
        pilot: of one HAProxy, without such a rate; None, and with two: the house is filled by its places.
    """

    def __init__(  # noqa: PLR0913  what a bench may ask for
        self,
        *,
        ports: tuple[int, ...],
        folder: Path,
        capacity: int,
        certificate: str,
        school: SchoolPaths,
        rate_per_s: float = 0.0,
        pilot: Pilot | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.application_port = free_port()
        peers = tuple((f"edge{number}", f"127.0.0.1:{free_port()}") for number in range(len(ports)))
        first = EdgeSettings(
            folder="", bind="", application=f"127.0.0.1:{self.application_port}",
            edge_secret=EDGE_SECRET, cookies=cookie_names(secure=False), secure=False, school=school,
            open=OpenPaths(exact=("/etat",), prefixes=("/static/", "/__")), certificate=certificate,
            source_connections_per_10_s=1_000_000, peers=peers if len(ports) > 1 else (),
        )  # fmt: skip
        self._edges = [
            _Edge(
                msgspec.structs.replace(
                    first, folder=str(folder / name), bind=f"127.0.0.1:{port}", own_name=name if len(ports) > 1 else ""
                ),
                folder=folder,
                capacity=capacity,
                pilot=pilot_of(rate_per_s / len(ports)) or (pilot if len(ports) == 1 else None),
            )
            for port, (name, _address) in zip(ports, peers, strict=True)
        ]

    def behind(self, application: Any) -> Any:
        """The application as it stands behind the edge."""
        return BehindTheEdge(application, secret=EDGE_SECRET)

    async def start(self, *, alone: bool) -> None:
        """Starts all, ``alone`` on the server's core or not."""
        for edge in self._edges:
            await edge.start(alone=alone)
        names = [name for name, _address in self._edges[0].peers]
        if not names:
            return
        await asyncio.sleep(SETTLED_S)
        async with asyncio.timeout(JOINED_WITHIN_S):
            while not all([await edge.hears_of(names) for edge in self._edges]):  # noqa: ASYNC110  HAProxy only answers
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """The first, as the kernel does when memory is short."""
        self._edges[0].kill()

    async def revive(self) -> None:
        """The same again."""
        await self._edges[0].revive()

    def ticking(self) -> "asyncio.Future[Any]":
        """The agents, each of which is the porter here."""
        return asyncio.gather(*(edge.agent.run() for edge in self._edges))

    def snapshot(self) -> Any:
        return self._edges[-1].agent.snapshot()


class _Edge:
    """One HAProxy with its agent."""

    def __init__(self, settings: EdgeSettings, *, folder: Path, capacity: int, pilot: Pilot | None) -> None:
        self.peers = settings.peers
        self._settings, self._published, self._folder = settings, folder, Path(settings.folder)
        self._control = Control(self._folder / "edge.sock")
        ledger = EdgeLedger(self._control)
        self._porter = Porter(ledger, capacity=capacity, published=folder, pilot=pilot)
        self.agent = EdgeAgent(
            self._control, folder=self._folder, keyring=KEYRING, porter=self._porter, published=folder
        )
        self._process = EdgeProcess(self._folder, write=self._write)

    def _write(self) -> None:
        now_s = time.time()
        keys, plan = maps.key_lines(KEYRING, now_s=now_s), plan_of(self._porter.outlook, now_s=now_s)
        state, draw = self._porter.outlook.state_json.decode(), draw_json(KEYRING, now_s=now_s).decode()
        write_files(self._folder, render(self._settings, keys, plan, state, draw))

    async def start(self, *, alone: bool) -> None:
        await self._process.start()
        pid = await self._control.process_id()
        if alone:
            os.sched_setaffinity(pid, {SERVER_CORE})
        (self._published / PID_FILE).write_text(str(pid))
        await self.agent.tick()
        self._pid = pid

    async def hears_of(self, others: list[str]) -> bool:
        """Whether it learns what the others write; it writes its own name for them."""
        await self._control.ask(f"set table t_free key {self._settings.own_name} data.gpt0 0")
        known = await self._control.ask("show table t_free")
        return all(name in known for name in others)

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)

    async def revive(self) -> None:
        await self._process.start()
        self._pid = await self._control.process_id()
