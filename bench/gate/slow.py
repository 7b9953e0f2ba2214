"""Slow clients against the product as it is: does an honest visitor notice?

slowhttptest opens ten thousand connections and sends its headers, its body, or reads its answer a few bytes at a time,
from 64 addresses; it is several processes, since one may not open so many, and each begins anew when its connections
have been turned away. Meanwhile an honest visitor comes 20 times a second, each time on a new connection.

How many are held at once is what the kernel says of the server's descriptors: accepted and not closed by it.
"""

import asyncio
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import msgspec

from bench.gate import wrk
from bench.gate.edge_engine import gates, why_absent
from bench.gate.latency import demo
from bench.gate.machine import named, tool
from bench.gate.process import LOAD_CORE, TMP, Running, end, pinned, raised_descriptors
from bench.gate.spread import probed
from bench.gate.visitors import Answer, probe

PROBES_PER_S: Final = 20.0
PATHS: Final = ("/", "/attente/etat.json")
"""A page, through the gate and maybe the school; and what everybody polls."""

ATTACKS: Final = {
    "slow headers": (4000, ["-H", "-i", "3"]),
    "slow body": (1000, ["-B", "-i", "3", "-s", "8192"]),
    "slow read": (2500, ["-X", "-n", "3", "-w", "256", "-y", "512", "-z", "32", "-k", "1"]),
}
"""Connections opened per second, and how: fast enough for all to be there before the first are turned away. Of what is
read slowly, one page each: more would be a flood of requests, and the bench of overload is about that."""

TURNED_AWAY: Final = {
    "engine": {
        "slow headers": "5 s for the head",
        "slow body": "512 bodies are awaited at once, 10 of one source, 3 s each; all others are answered at once",
        "slow read": "5 s for the next request; the answer lies with the kernel",
    },
    "haproxy": {
        "slow headers": "5 s for the head",
        "slow body": "15 s for the body (3 s to sign in), ahead of everything that counts",
        "slow read": "15 s for the next request; the answer lies with the kernel",
    },
}
"""When a server closes such a connection: what it holds at once is what came in that time."""

TARGETS: Final = {("engine", "slow body"): "/connexion/personnel/"}
"""Else the first page. HAProxy awaits every body, longest there; the embedded engine only where it has to be read."""

PROCESSES: Final = 4
"""Of slowhttptest, each with its share of the connections and of the descriptors."""

LASTS_S: Final = {"engine": 9, "haproxy": 20}
"""By then a server has turned away all that was opened; slowhttptest may go on reading what the kernel still has."""

CAPACITY: Final = 400
EVERY_S: Final = 0.5


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Connections of the attacker at once, and seconds of probing while they are open."""

    connections: int
    seconds: int


def run(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Each attack against a fresh server, and the same probe without any; the result for the JSON."""
    raised_descriptors()
    rows = []
    for gate in gates():
        for name in ("none", *ATTACKS):
            with demo(CAPACITY, edge="embedded" if gate == "engine" else gate) as running:
                row = _under(gate, name, running, options)
            rows.append({"gate": gate, "attack": name, "turned_away": TURNED_AWAY[gate].get(name, ""), **row})
            say(f"{gate:7} {name:12} held {row['held_most']:6} {row['probes']}")
    return {
        "rows": rows,
        "connections_wanted": options.connections,
        "seconds": options.seconds,
        "haproxy engine": why_absent() or "measured",
        "target_availability": 0.999,
        "target_p99_ms": 200.0,
    }


def _under(gate: str, name: str, running: Running, options: Options) -> dict[str, Any]:
    """The probes while the attack is at its height: from the moment when its connections should be open."""
    if name == "none":
        return {"held_most": 0, "held_mean": 0, "probes": _probes(running, options.seconds)}
    per_s, how = ATTACKS[name]
    url = running.url + TARGETS.get((gate, name), "/")
    command = [
        tool("slowhttptest") or "slowhttptest", *how, "-c", str(options.connections // PROCESSES),
        "-r", str(per_s // PROCESSES), "-l", str(LASTS_S[gate]), "-u", url, "-p", "5",
    ]  # fmt: skip
    held = Held(running)
    with _attacking(command), held:
        time.sleep(options.connections / per_s + 1)
        before = len(held.seen)
        probes = _probes(running, options.seconds)
    return {"held_most": max(held.seen), "held_mean": round(fmean(held.seen[before:])), "probes": probes}


@contextmanager
def _attacking(command: list[str]) -> Iterator[None]:
    over = threading.Event()

    def attack() -> None:
        while not over.wait(0.05):
            process = subprocess.Popen(  # noqa: S603
                pinned(LOAD_CORE, command), stdout=said, stderr=said, env=wrk.environment()
            )
            while process.poll() is None and not over.wait(0.1):
                pass
            end(process)

    with (TMP / "slowhttptest.log").open("wb") as said:
        threads = [threading.Thread(target=attack) for _ in range(PROCESSES)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()


class Held:
    """Counts every half second, for the length of a block, how many connections more than before a server holds."""

    def __init__(self, running: Running) -> None:
        self.seen: list[int] = []
        self._over = threading.Event()
        pid = running.process.pid
        self._folder = Path("/proc") / str(named("haproxy", pid) or pid) / "fd"
        self._before = sum(1 for _ in self._folder.iterdir())
        self._thread = threading.Thread(target=self._count)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _count(self) -> None:
        while True:
            self.seen.append(sum(1 for _ in self._folder.iterdir()) - self._before)
            if self._over.wait(EVERY_S):
                return


def _probes(running: Running, seconds: float) -> dict[str, Any]:
    async def all_paths() -> list[list[Answer | None]]:
        asked = (
            probe(running.port, path, per_s=PROBES_PER_S / len(PATHS), seconds=seconds, keeps=False) for path in PATHS
        )
        return list(await asyncio.gather(*asked))

    found = asyncio.run(all_paths())
    return {
        path: probed([answer.seconds if answer and is_good(answer) else None for answer in answers])._asdict()
        for path, answers in zip(PATHS, found, strict=True)
    }


def is_good(answer: Answer) -> bool:
    """What an honest visitor may expect: a page, a way to it, or the waiting page."""
    return answer.status < 400 or answer.waits
