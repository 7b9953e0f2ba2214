"""Slow clients against the product as it is: does an honest visitor notice?

slowhttptest opens ten thousand connections and sends its headers, its body, or reads its answer a few bytes at a time,
from 64 addresses. Meanwhile an honest visitor comes 20 times a second, each time on a new connection.
"""

import asyncio
import csv
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.gate import plain, wrk
from bench.gate.edge_engine import gates, why_absent
from bench.gate.latency import demo
from bench.gate.machine import tool
from bench.gate.process import LOAD_CORE, TMP, Running, pinned, raised_descriptors
from bench.gate.spread import probed
from bench.gate.visitors import Answer, probe

PROBES_PER_S: Final = 20.0
PATHS: Final = ("/", "/attente/etat.json")
"""A page, through the gate and maybe the school; and what everybody polls."""

ATTACKS: Final = {
    "slow headers": ["-H", "-i", "3"],
    "slow body": ["-B", "-i", "3", "-s", "8192"],
    "slow read": ["-X", "-n", "3", "-w", "256", "-y", "512", "-z", "32", "-k", "3"],
}
TARGETS: Final = {"slow body": "/connexion/personnel/"}
"""Where a body is read before anybody is known; the others ask for the first page."""

DESCRIPTORS_BESIDE: Final = 200
CAPACITY: Final = 400


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Connections of the attacker, opened at ``per_s``, for ``seconds``."""

    connections: int
    per_s: int
    seconds: int


def run(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Each attack against a fresh server, and the same probe without any; the result for the JSON."""
    connections = min(options.connections, raised_descriptors() - DESCRIPTORS_BESIDE)
    rows = []
    for gate in gates():
        for name in ("none", *ATTACKS):
            with demo(CAPACITY) if gate == "engine" else _edge() as running:
                row = _under(name, running, options, connections)
            rows.append({"gate": gate, "attack": name, **row})
            say(f"{gate:7} {name:12} connected {row['connected_most']:6} {row['probes']}")
    return {
        "rows": rows,
        "connections_wanted": options.connections,
        "connections_possible_here": connections,
        "seconds": options.seconds,
        "haproxy engine": why_absent() or "measured",
        "target_availability": 0.999,
        "target_p99_ms": 200.0,
    }


def _edge() -> AbstractContextManager[Running]:
    """HAProxy, its agent and an application of 5 ms per page."""
    return plain.granian({"gate": "haproxy", "capacity": CAPACITY, "application": "burning", "cost_ms": 5}, tls=False)


def _under(name: str, running: Running, options: Options, connections: int) -> dict[str, Any]:
    """The probes while the attack is at its height: from the moment when its connections should be open."""
    if name == "none":
        return {"connected_most": 0, "probes": _probes(running, options.seconds)}
    rise_s = connections / options.per_s
    figures = TMP / "slowhttptest"
    command = [
        tool("slowhttptest") or "slowhttptest", *ATTACKS[name], "-c", str(connections), "-r", str(options.per_s),
        "-l", str(int(rise_s) + options.seconds + 2), "-u", running.url + TARGETS.get(name, "/"),
        "-g", "-o", str(figures), "-p", "5",
    ]  # fmt: skip
    said = (TMP / "slowhttptest.log").open("wb")
    with (
        said,
        subprocess.Popen(  # noqa: S603
            pinned(LOAD_CORE, command), stdout=said, stderr=said, env=wrk.environment()
        ) as attack,
    ):
        time.sleep(rise_s)
        try:
            probes = _probes(running, options.seconds)
        finally:
            attack.terminate() if attack.poll() is None else None
    return {"connected_most": _most_connected(figures), "probes": probes}


def _probes(running: Running, seconds: float) -> dict[str, Any]:
    async def all_paths() -> list[list[Answer | None]]:
        asked = (
            probe(running.port, path, per_s=PROBES_PER_S / len(PATHS), seconds=seconds, keeps=False) for path in PATHS
        )
        return list(await asyncio.gather(*asked))

    found = asyncio.run(all_paths())
    return {
        path: probed([answer.seconds if is_good(answer) else None for answer in answers])._asdict()
        for path, answers in zip(PATHS, found, strict=True)
    }


def is_good(answer: Answer | None) -> bool:
    """What an honest visitor may expect: a page, a way to it, or the waiting page."""
    return answer is not None and (answer.status < 400 or answer.waits)


def _most_connected(figures: Path) -> int:
    """The most connections open at once, from slowhttptest's table; it writes it when it ends."""
    table = figures.with_suffix(".csv")
    if not table.exists():
        return 0
    with table.open() as lines:
        texts = [row["Connected"] or "" for row in csv.DictReader(lines)]
    table.unlink()
    figures.with_suffix(".html").unlink(missing_ok=True)
    return max((int(text) for text in texts if text.isdecimal()), default=0)
