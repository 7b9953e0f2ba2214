"""wrk: its command line, its script, and what it prints, read into figures."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from bench.gate.machine import tool
from bench.gate.process import LOAD_CORE, TMP, pinned

_HERE: Final = Path(__file__).parent
_UNIT_S: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SUMMARY = re.compile(r"(\d+) requests in ([\d.]+)(us|ms|s|m|h),")
_QUANTILE = re.compile(r"^\s+(50|75|90|99)%\s+([\d.]+)(us|ms|s|m|h)\s*$", re.MULTILINE)
_SOCKETS = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """One run of wrk. Latencies in seconds; ``bad`` answers are neither 2xx nor 3xx."""

    requests: int
    seconds: float
    p50_s: float
    p99_s: float
    bad: int
    socket_errors: int


class Unreadable(Exception):  # noqa: N818  named for what it says
    """wrk printed something else: it did not run."""


def read(text: str) -> Load:
    """The figures of wrk's output with ``--latency``.

    Raises:
        Unreadable: there is no summary.
    """
    summary = _SUMMARY.search(text)
    quantiles = {found[1]: float(found[2]) * _UNIT_S[found[3]] for found in _QUANTILE.finditer(text)}
    if summary is None or "99" not in quantiles:
        raise Unreadable(text[-400:])
    sockets, bad = _SOCKETS.search(text), _BAD.search(text)
    return Load(
        requests=int(summary[1]),
        seconds=float(summary[2]) * _UNIT_S[summary[3]],
        p50_s=quantiles["50"],
        p99_s=quantiles["99"],
        bad=int(bad[1]) if bad else 0,
        socket_errors=sum(map(int, sockets.groups())) if sockets else 0,
    )


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What to send.

    Attributes:
        cookies: file with one Cookie header per line, sent in turn; None sends none.
        skip: lines of it that an earlier run has used.
        delay_ms: mean pause of a connection between two requests; 0 sends as fast as answers come.
        close: a new connection for each request.
    """

    cookies: Path | None = None
    skip: int = 0
    delay_ms: float = 0.0
    close: bool = False


def command(url: str, script: Script, *, seconds: float, connections: int) -> list[str]:
    """wrk on the load generator's core, sending what a browser sends."""
    program = tool("wrk") or "wrk"
    options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "10s"]
    if script.close:
        options += ["-H", "Connection: close"]
    told = [str(script.cookies or "-"), str(script.skip), f"{script.delay_ms:.3f}"]
    return pinned(LOAD_CORE, [program, *options, "-s", str(_HERE / "requests.lua"), url, "--", *told])


def run(url: str, script: Script, *, seconds: float, connections: int) -> Load:
    """Runs wrk to its end."""
    done = subprocess.run(  # noqa: S603
        command(url, script, seconds=seconds, connections=connections),
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=seconds + 60,
    )
    return read(done.stdout + done.stderr)


def environment() -> dict[str, str]:
    """With many source addresses where there is a C compiler: wrk itself cannot choose one."""
    library = sources_library()
    return dict(os.environ) if library is None else {**os.environ, "LD_PRELOAD": str(library)}


@cache
def sources_library() -> Path | None:
    """``sources.c``, built; None without a compiler, and then all requests come from one address."""
    compiler = tool("cc")
    if compiler is None:
        return None
    TMP.mkdir(parents=True, exist_ok=True)
    built = TMP / "sources.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", built, _HERE / "sources.c", "-ldl"], check=True)  # noqa: S603
    return built
