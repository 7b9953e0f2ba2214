"""`make bench-gate`: runs the benches of the gate one after another, writes their results, renders the page."""

import argparse
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.gate import latency, machine, one_address, overload, page, slow, wire
from bench.gate.process import ROOT, TMP, stay_with_the_load

RESULTS: Final = ROOT / "bench" / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.gate", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds in place of minutes; results go to bench/tmp")
    parser.add_argument("--only", default="", help=f"some of: {','.join(BENCHES)}")
    parser.add_argument("--out", type=Path, default=None, help="folder of the results")
    told = parser.parse_args()
    stay_with_the_load()
    names = told.only.split(",") if told.only else list(BENCHES)
    if unknown := [name for name in names if name not in BENCHES]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    folder = told.out or (TMP / "results" if told.quick else RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    failed = [name for name in names if not _ran(name, folder, quick=told.quick)]
    print((folder / "gate.md").read_text())
    if failed:
        sys.exit(f"failed, and the results before are as they were: {', '.join(failed)}")


def _ran(name: str, folder: Path, *, quick: bool) -> bool:
    """Runs one bench; its result and the page are there when it is done, whatever becomes of the others."""
    head, began_s = machine.facts(), time.monotonic()
    print(f"## {name}: {head['machine']['cpu']}, {head['date']}, {head['command']}", flush=True)
    try:
        found = BENCHES[name](quick=quick)
    except Exception:  # noqa: BLE001  whatever it was: the others still run, and this one is told of
        traceback.print_exc()
        return False
    took_s = round(time.monotonic() - began_s)
    result = {"bench": name, "quick": quick, **head, "took_s": took_s, **found}
    path = folder / f"gate-{name}.json"
    _write(path, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    _write(folder / "gate.md", page.render(folder))
    print(f"-> {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}, {took_s} s", flush=True)
    return True


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(text)
    beside.replace(path)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _wire(*, quick: bool) -> dict[str, Any]:
    return wire.run(_windows(quick=quick, tls=False), say)


def _tls(*, quick: bool) -> dict[str, Any]:
    """The paths that a crowd asks for, and no more systems than the targets name."""
    options = _windows(quick=quick, tls=True)
    return wire.run(
        msgspec.structs.replace(options, paths=("waiting page", "poll", "pass check"), systems=wire.SECURED), say
    )


def _handshakes(*, quick: bool) -> dict[str, Any]:
    options = _windows(quick=quick, tls=True)
    few = ("embedded", "haproxy", "plain haproxy")
    return wire.run(msgspec.structs.replace(options, close=True, paths=("poll",), systems=few), say)


def _windows(*, quick: bool, tls: bool) -> wire.Options:
    rounds, window_s = (1, 1.0) if quick else (3, 3.0)
    return wire.Options(rounds=rounds, warm_up_s=1.0, window_s=window_s, tls=tls)


def _latency(*, quick: bool) -> dict[str, Any]:
    rounds, window_s = (1, 2.0) if quick else (3, 5.0)
    return latency.run(latency.Options(rounds=rounds, window_s=window_s), say)


def _overload(*, quick: bool) -> dict[str, Any]:
    if quick:
        options = overload.Options(
            cost_ms=10,
            fullness=1.15,
            work=8,
            think_s=1,
            times=(5,),
            fill_s=3,
            window_s=3,
            dead_s={"application": 1.5, "porter": 1.5, "edge": 1.5},
            rest_s=1.5,
            polls={"engine": 5_000, "haproxy": 10_000},
        )
    else:
        options = overload.Options(
            cost_ms=10,
            fullness=1.5,
            work=20,
            think_s=1,
            times=(1, 5, 20),
            fill_s=30,
            window_s=24,
            dead_s={"application": 20, "porter": 75, "edge": 20},
            rest_s=15,
            polls={"engine": 300_000, "haproxy": 1_050_000},
        )
    return overload.run(options, say)


def _one_address(*, quick: bool) -> dict[str, Any]:
    if quick:
        options = one_address.Options(
            pupils=600, capacity=1000, arrive_s=2, rate_per_s=40, flood_per_s=300, lead_s=2, rounds=1, at_most_s=30
        )
    else:
        options = one_address.Options(
            pupils=1200, capacity=2000, arrive_s=4, rate_per_s=100, flood_per_s=500, lead_s=2, rounds=2, at_most_s=40
        )
    return one_address.run(options, say)


def _slow(*, quick: bool) -> dict[str, Any]:
    connections, seconds = (1000, 2) if quick else (10_000, 12)
    return slow.run(slow.Options(connections=connections, seconds=seconds), say)


BENCHES: Final = {
    "wire": _wire,
    "tls": _tls,
    "handshakes": _handshakes,
    "latency": _latency,
    "overload": _overload,
    "one-address": _one_address,
    "slow": _slow,
}

if __name__ == "__main__":
    main()
