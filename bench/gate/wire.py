"""What each path of the gate costs on the wire, against servers that only send the same bytes.

Server on core 0, wrk on core 1, a fresh server per measurement, the measurements of a round in shuffled order. The
figure is requests per CPU-second of the server's processes, so that it does not matter who was the slower of the two;
a ratio compares two figures of the same round.

A server takes 0.1 to 0.5 s to begin, so a measurement is little more than its warm-up and its window.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.gate import people, plain, wrk
from bench.gate.edge_engine import edge_engine, why_absent
from bench.gate.plain import Bytes
from bench.gate.process import TMP, Got, Running
from bench.gate.spread import ratios, spread

MANY_PLACES: Final = 500_000
CONNECTIONS: Final = 64
PEOPLE: Final = 1000
"""Different people per path: everybody waits or works with an own token, none is answered from a cache of one."""

ATTEMPTS: Final = 3
CLAIMS_PER_S: Final = {"embedded": 20_000, "embedded with edge": 20_000, "haproxy": 40_000}
"""Tickets provided per second of a window: each can be claimed once, and wrk reads them all before it begins."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of request.

    Attributes:
        asks: the path.
        cookies: whose cookies it carries; empty: nobody's.
        capacity: of the gate that answers.
        is_right: whether an answer is the one that this path is about.
        target: the least ratio to a plain HAProxy answer that the HAProxy engine is to reach.
        target_bare: the same for the embedded engine against the bare application; None where none is set.
    """

    name: str
    asks: str
    cookies: str
    capacity: int
    is_right: Callable[[Got], bool]
    target: float | None
    target_bare: float | None = None


def _waits(got: Got) -> bool:
    return got.status == 200 and got.header("preau-gate") == "waiting" and "ticket" in got.cookies


PATHS: Final = (
    Asked(
        name="waiting page", asks="/", cookies="waiting", capacity=0, is_right=_waits, target=0.4, target_bare=0.6
    ),
    Asked(
        name="poll", asks="/attente/etat.json", cookies="waiting", capacity=0,
        is_right=lambda got: got.status == 200 and b'"pace_s"' in got.body, target=0.9,
    ),
    Asked(name="mint", asks="/", cookies="", capacity=0, is_right=_waits, target=0.35),
    Asked(
        name="claim", asks="/", cookies="claims", capacity=MANY_PLACES,
        is_right=lambda got: got.status == 200 and "passe" in got.cookies, target=None,
    ),
    Asked(
        name="pass check", asks="/", cookies="inside", capacity=MANY_PLACES,
        is_right=lambda got: got.status == 200 and not got.cookies and got.header("preau-gate") == "", target=0.4,
    ),
)  # fmt: skip


REFERENCE: Final = {"mint": "waiting page", "claim": "pass check"}
"""Paths that are answered with the bytes of another one: what plain servers need for those was measured there."""

OTHERS: Final = {
    "plain haproxy": plain.haproxy_return,
    "plain nginx": plain.nginx,
    "bare": plain.bare,
    "proxying haproxy": plain.haproxy_proxy,
    "checking haproxy": plain.haproxy_check,
    "counting haproxy": plain.haproxy_count,
}
"""What the engines are compared with."""

HANDING_ON: Final = ("proxying haproxy", "checking haproxy", "counting haproxy")
"""A pass check without the check, with one HMAC and nothing else, and with one look into a table besides: only there is
somebody behind."""

COMPARED: Final = ("plain haproxy", "plain nginx", "bare", "proxying haproxy")
SYSTEMS: Final = ("embedded", "embedded with edge", "haproxy", *OTHERS)
SECURED: Final = ("embedded", "haproxy", "plain haproxy", "bare", "proxying haproxy")
"""Measured with TLS too: what TLS adds to the others is what it adds to these."""

STEPS: Final = (
    ("HAProxy: a static answer of the same bytes", "plain haproxy", None),
    ("+ asking the application behind for them", "proxying haproxy", "plain haproxy"),
    ("+ one pass: cookie, key, HMAC-SHA256, comparison in constant time", "checking haproxy", "proxying haproxy"),
    ("+ one entry of the table of those inside", "counting haproxy", "checking haproxy"),
    ("+ every other rule of the gate: the HAProxy engine", "haproxy", "counting haproxy"),
    ("Granian: the bare application", "bare", None),
    ("+ the embedded engine", "embedded", "bare"),
    ("+ the product's outermost application", "embedded with edge", "embedded"),
)
"""Where the cycles of a pass check go: what, the system that does it, and the system that does all but this."""


Rounds = dict[int, dict[str, float]]
"""The figures of one subject by the number of the round."""

Serve = Callable[[], AbstractContextManager[Running]]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to measure: a path, answered by a system. ``serve`` begins a fresh server."""

    path: Asked
    system: str
    serve: Serve


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How long: rounds, seconds of warm-up and of the window; how: TLS, a new connection per request; and what."""

    rounds: int
    warm_up_s: float
    window_s: float
    tls: bool
    close: bool = False
    paths: tuple[str, ...] = tuple(path.name for path in PATHS)
    systems: tuple[str, ...] = SYSTEMS


def run(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Measures everything; the result for the JSON."""
    with _cookies(options) as files:
        subjects = list(_subjects(options))
        figures: dict[tuple[str, str], Rounds] = {}
        for number in range(options.rounds):
            random.shuffle(subjects)
            for subject in subjects:
                found = _measured(subject, options, files)
                figures.setdefault((subject.path.name, subject.system), {})[number] = found
                say(
                    f"{'tls ' if options.tls else ''}round {number + 1}/{options.rounds} {subject.path.name:13}"
                    f" {subject.system:18} {found['per_cpu_s']:9,.0f} /CPU-s {found['per_s']:9,.0f} /s"
                )
    return result_of(figures)


def _measured(subject: Subject, options: Options, files: dict[str, Path]) -> dict[str, float]:
    """One measurement; again if the machine was so busy elsewhere that nothing was answered."""
    for _ in range(ATTEMPTS):
        found = _measure(subject, options, files)
        if found is not None:
            return found
    raise RuntimeError(f"{subject.system} answered nothing for {subject.path.name}: is the machine busy?")


def _measure(subject: Subject, options: Options, files: dict[str, Path]) -> dict[str, float] | None:
    with subject.serve() as running:
        url = running.url + subject.path.asks
        script = wrk.Script(cookies=files.get(_cookies_of(subject)), close=options.close)
        warm = wrk.run(url, script, seconds=options.warm_up_s, connections=CONNECTIONS)
        used_s = running.cpu_s()
        window = msgspec.structs.replace(script, skip=warm.requests + CONNECTIONS) if _claims(subject) else script
        load = wrk.run(url, window, seconds=options.window_s, connections=CONNECTIONS)
        used_s = running.cpu_s() - used_s
        if not load.requests or not used_s:
            return None
        found = {
            "per_cpu_s": load.requests / used_s,
            "per_s": load.requests / load.seconds,
            "cpu_us": used_s / load.requests * 1e6,
            "p50_ms": load.p50_s * 1000,
            "p99_ms": load.p99_s * 1000,
            "bad": load.bad + load.socket_errors,
        }
        if _claims(subject):
            time.sleep(1.2)  # the count is the porter's, who looks once a second
            admitted = json.loads(running.get("/__bench/counts").body)["gate"]["admitted_total"]
            found["claimed_share"] = admitted / (load.requests + warm.requests)
    return found


def _claims(subject: Subject) -> bool:
    return subject.path.cookies == "claims"


def _cookies_of(subject: Subject) -> str:
    return f"claims {subject.system}" if _claims(subject) else subject.path.cookies


@contextmanager
def _cookies(options: Options) -> Iterator[dict[str, Path]]:
    """The files of cookies, and nothing of them afterwards."""
    folder = TMP / "cookies"
    files = {
        "waiting": people.write_waiting(folder / "waiting", PEOPLE),
        "inside": people.write_inside(folder / "inside", PEOPLE),
    }
    if "claim" in options.paths:
        for system in (system for system in CLAIMS_PER_S if system in options.systems):
            claims = int(CLAIMS_PER_S[system] * (options.warm_up_s + options.window_s + 1))
            files[f"claims {system}"] = people.write_waiting(folder / f"claims-{system}", claims)
    try:
        yield files
    finally:
        for file in files.values():
            file.unlink()


def _subjects(options: Options) -> Iterator[Subject]:
    for path in (path for path in PATHS if path.name in options.paths):
        engines = _engines(path, tls=options.tls)
        others = {} if path.name in REFERENCE else _others(path, tls=options.tls)
        for system, serve in {**engines, **others}.items():
            if system in options.systems:
                yield Subject(path=path, system=system, serve=serve)


def _engines(path: Asked, *, tls: bool) -> dict[str, Serve]:
    found: dict[str, Serve] = {
        system: partial(plain.granian, {"gate": gate, "capacity": path.capacity}, tls=tls)
        for system, gate in (("embedded", "engine"), ("embedded with edge", "edge"))
    }
    if why_absent() is None:
        found["haproxy"] = partial(edge_engine, path.capacity, tls=tls)
    return found


def _others(path: Asked, *, tls: bool) -> dict[str, Serve]:
    same = Bytes(path.name.replace(" ", "-"), _answer(path))
    handed_on = path.name == "pass check"
    return {
        system: partial(serve, same, tls=tls)
        for system, serve in OTHERS.items()
        if handed_on or system not in HANDING_ON
    }


def _answer(path: Asked) -> Got:
    """One answer of the embedded engine, checked: it is the bytes that the plain servers send."""
    with plain.granian({"gate": "engine", "capacity": path.capacity}, tls=False) as running:
        time.sleep(1.2)  # the porter has looked once
        tid, cookie = people.a_ticket(age_s=60)
        cookies = {"": "", "inside": f"{cookie}; {people.a_pass(tid)}"}.get(path.cookies, cookie)
        got = running.get(path.asks, {"Cookie": cookies} if cookies else None)
    if not path.is_right(got):
        raise RuntimeError(f"{path.name}: not the answer that is to be measured ({got.status} {got.headers})")
    return got


def result_of(figures: dict[tuple[str, str], Rounds]) -> dict[str, Any]:
    """The figures of every path and system, round by round, as the JSON has them."""
    rows = [_row(path, system, figures) for path, system in sorted(figures)]
    return {"rows": rows, "cycles": _cycles(figures), "haproxy engine": why_absent() or "measured"}


def _row(path: str, system: str, figures: dict[tuple[str, str], Rounds]) -> dict[str, Any]:
    rounds = figures[path, system]
    row: dict[str, Any] = {"path": path, "system": system}
    for figure in ("per_cpu_s", "per_s", "cpu_us", "p50_ms", "p99_ms"):
        row[figure] = spread([found[figure] for found in rounds.values()])._asdict()
    row["bad"] = sum(found["bad"] for found in rounds.values())
    if any("claimed_share" in found for found in rounds.values()):
        row["claimed_share"] = min(found["claimed_share"] for found in rounds.values())
    for name in COMPARED:
        theirs = figures.get((REFERENCE.get(path, path), name), {})
        ratio = ratios(_of("per_cpu_s", rounds), _of("per_cpu_s", theirs))
        row[f"to {name}"] = ratio and ratio._asdict()
    wanted = next(known for known in PATHS if known.name == path)
    row["target to plain haproxy"] = wanted.target if system == "haproxy" else None
    row["target to bare"] = wanted.target_bare if system == "embedded" else None
    return row


def _cycles(figures: dict[tuple[str, str], Rounds]) -> list[dict[str, Any]]:
    """What each step of a pass check costs, from the systems that do one step more than another, round by round."""
    steps = []
    for does, system, without in STEPS:
        ours = _of("cpu_us", figures.get(("pass check", system), {}))
        theirs = _of("cpu_us", figures.get(("pass check", without or ""), {}))
        more = [ours[number] - theirs.get(number, 0.0) for number in ours if number in theirs or without is None]
        if more:
            step = {"does": does, "system": system, "cpu_us": spread(list(ours.values()))._asdict()}
            steps.append({**step, "more_us": spread(more)._asdict()})
    return steps


def _of(figure: str, rounds: Rounds) -> dict[int, float]:
    return {number: found[figure] for number, found in rounds.items()}
