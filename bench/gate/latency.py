"""What the gate adds to the answer of somebody inside, and what who waits sees while the school behind is saturated.

- Added: the same application on the same server, with an engine in front of it and without, both at half of what that
  engine can carry; connections pause at random between requests, so that they do not wait for each other. wrk counts
  pauses in whole milliseconds, so that a few requests come together with each: both sides have the same, and what is
  told as added holds a little of that line too. HAProxy, its agent and the application share the server's core.
- Saturated: the demo, the product as it is; clients of a teacher who is inside ask for pages of Django without pause;
  100 times a second somebody outside asks for a page and gets the waiting page. One core; with the embedded engine one
  process.
"""

import asyncio
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus

import msgspec

from bench.gate import people, plain, wrk
from bench.gate.edge_engine import gates, why_absent
from bench.gate.process import READY_S, TMP, Running, free_port, python, server
from bench.gate.spread import probed, spread
from bench.gate.visitors import Visitor, probe
from bench.gate.wire import MANY_PLACES

CONNECTIONS: Final = 32
SATURATING: Final = 16
PROBES_PER_S: Final = 100.0
HEAVY_PAGE: Final = "/journee/"
SIGN_IN: Final = "/connexion/personnel/"
TEACHER: Final = ("karim.haddad", "preau-demo")
TARGET_ADDED_P99_MS: Final = 1.0
TARGET_SATURATED_P99_MS: Final = 15.0


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Rounds, and seconds of each window."""

    rounds: int
    window_s: float


def run(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Both measurements; the result for the JSON."""
    cookies = people.write_inside(TMP / "cookies" / "inside", 1000)
    try:
        added = _added(options, cookies, say)
    finally:
        cookies.unlink()
    saturated = {gate: _saturated(gate, options, say) for gate in gates()}
    return {
        "haproxy engine": why_absent() or "measured",
        "added": added,
        "target_added_p99_ms": TARGET_ADDED_P99_MS,
        "page": HEAVY_PAGE,
        "clients_inside": SATURATING,
        "saturated": saturated,
        "target_saturated_p99_ms": TARGET_SATURATED_P99_MS,
    }


def _added(options: Options, cookies: Path, say: Callable[[str], None]) -> dict[str, Any]:
    most = {gate: _most(gate, options, cookies) for gate in gates()}
    found: dict[tuple[str, str], list[wrk.Load]] = {(gate, of): [] for gate in most for of in ("bare", "gate")}
    for number in range(options.rounds):
        turns = list(found)
        random.shuffle(turns)
        for gate, of in turns:
            script = wrk.Script(cookies=cookies, delay_ms=_pause_ms(most[gate]))
            with _serving(gate if of == "gate" else "none") as running:
                wrk.run(running.url, script, seconds=1, connections=CONNECTIONS)
                load = wrk.run(running.url, script, seconds=options.window_s, connections=CONNECTIONS)
            found[gate, of].append(load)
            say(
                f"added, round {number + 1}: {gate if of == 'gate' else 'bare, as beside ' + gate:22}"
                f" {load.requests / load.seconds:6.0f}/s p50 {load.p50_s * 1000:.2f} ms p99 {load.p99_s * 1000:.2f} ms"
            )
    return {gate: _more(most[gate], found[gate, "gate"], found[gate, "bare"]) for gate in most}


def _most(gate: str, options: Options, cookies: Path) -> wrk.Load:
    """What an engine carries when connections do not pause."""
    with _serving(gate) as running:
        wrk.run(running.url, wrk.Script(cookies=cookies), seconds=1, connections=CONNECTIONS)
        return wrk.run(running.url, wrk.Script(cookies=cookies), seconds=options.window_s, connections=CONNECTIONS)


def _pause_ms(most: wrk.Load) -> float:
    """The mean pause with which the connections together ask half as often."""
    per_s = most.requests / most.seconds / 2
    return max(0.1, CONNECTIONS / per_s * 1000 - most.p50_s * 500)


def _serving(gate: str) -> AbstractContextManager[Running]:
    return plain.granian({"gate": gate, "capacity": MANY_PLACES}, tls=False)


def _more(most: wrk.Load, ours: list[wrk.Load], bare: list[wrk.Load]) -> dict[str, Any]:
    pairs, both = list(zip(ours, bare, strict=True)), {"gate": ours, "bare": bare}
    return {
        "most_per_s": most.requests / most.seconds,
        "asked_per_s": _each(both, lambda load: load.requests / load.seconds),
        "p50_ms": _each(both, lambda load: load.p50_s * 1000),
        "p99_ms": _each(both, lambda load: load.p99_s * 1000),
        "added_p50_ms": spread([(one.p50_s - other.p50_s) * 1000 for one, other in pairs])._asdict(),
        "added_p99_ms": spread([(one.p99_s - other.p99_s) * 1000 for one, other in pairs])._asdict(),
        "bad": sum(load.bad + load.socket_errors for load in [*ours, *bare]),
    }


def _each(found: dict[str, list[wrk.Load]], figure: Callable[[wrk.Load], float]) -> dict[str, Any]:
    return {name: spread([figure(load) for load in loads])._asdict() for name, loads in found.items()}


def _saturated(gate: str, options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    rounds = []
    with demo(capacity=1, edge="embedded" if gate == "engine" else gate) as running:
        jar = TMP / "cookies" / "teacher"
        jar.write_text(asyncio.run(_signed_in(running.port)) + "\n")
        idle = _probed(running, options.window_s)
        for number in range(options.rounds):
            rounds.append(_one_round(running, jar, options.window_s))
            say(f"saturated, {gate}, round {number + 1}: {rounds[-1]}")
        jar.unlink()
    return {
        "idle": idle,
        "rounds": rounds,
        "p99_ms": spread([one["waiting page"]["p99_ms"] for one in rounds])._asdict(),
    }


def _one_round(running: Running, jar: Path, seconds: float) -> dict[str, Any]:
    command = wrk.command(
        running.url + HEAVY_PAGE, wrk.Script(cookies=jar), seconds=seconds + 2, connections=SATURATING
    )
    used_s = running.cpu_s()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as saturating:  # noqa: S603
        time.sleep(1)  # the line in front of the school has formed
        found = _probed(running, seconds)
        load = wrk.read(saturating.communicate()[0])
    return {
        "waiting page": found,
        "pages_per_s": load.requests / load.seconds,
        "pages_bad": load.bad,
        "pages_p99_ms": load.p99_s * 1000,
        "core_used": (running.cpu_s() - used_s) / load.seconds,
    }


def _probed(running: Running, seconds: float) -> dict[str, Any]:
    answers = asyncio.run(probe(running.port, "/", per_s=PROBES_PER_S, seconds=seconds, keeps=True))
    return probed([answer.seconds if answer and answer.waits else None for answer in answers])._asdict()


@contextmanager
def demo(capacity: int, *, edge: str = "embedded") -> Iterator[Running]:
    """The product itself, with the pupils and teachers of its demo; its folder is kept for the next time."""
    port, data = free_port(), TMP / "demo"
    shutil.rmtree(data / "published", ignore_errors=True)
    environment = {"PREAU_DATA": str(data), "PREAU_CAPACITY": str(capacity), "PREAU_EDGE": edge}
    command = python("-m", "preau.cli", "demo", "--bind", f"127.0.0.1:{port}")
    with server(command, port, environment=environment, ready_path="/__heartbeat__") as running:
        until_s = time.monotonic() + READY_S
        while running.get(SIGN_IN).status != 200:  # the school may begin after the gate
            if time.monotonic() > until_s:
                raise RuntimeError("the school did not begin")
            time.sleep(0.1)
        yield running


async def _signed_in(port: int) -> str:
    """The Cookie header of the teacher, signed in and inside; somebody else has taken the only place before."""
    first = Visitor(port, source="127.3.0.1")
    for _ in range(2):
        await first.ask("/")
    teacher = Visitor(port, source="127.3.0.2")
    form = await teacher.ask(SIGN_IN)
    hidden = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', form.body)
    told = {"identifiant": TEACHER[0], "mot_de_passe": TEACHER[1]}
    if hidden:
        told["csrfmiddlewaretoken"] = hidden[1].decode()
    names = re.findall(rb'<input[^>]*name="([^"]+)"', form.body)
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in told.items()).encode()
    answer = await teacher.ask(SIGN_IN, method="POST", body=body)
    page = await teacher.ask(HEAVY_PAGE)
    if page.status != 200 or page.waits:
        raise RuntimeError(f"the teacher is not inside: {answer.status}, {page.status}, fields {names}")
    return "; ".join(f"{name}={value}" for name, value in teacher.cookies.items())
