"""`make bench-gate`: runs the benches of the gate one after another, writes their results, renders the page."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from bench.gate import latency, machine, one_address, overload, page, slow, wire
from bench.gate.process import ROOT, TMP

RESULTS: Final = ROOT / "bench" / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.gate", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds in place of minutes; results go to bench/tmp")
    parser.add_argument("--only", default="", help=f"some of: {','.join(BENCHES)}")
    parser.add_argument("--out", type=Path, default=None, help="folder of the results")
    told = parser.parse_args()
    folder = told.out or (TMP / "results" if told.quick else RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    for name in told.only.split(",") if told.only else BENCHES:
        head = machine.facts()
        print(f"## {name}: {head['machine']['cpu']}, {head['date']}, {head['command']}", flush=True)
        result = {"bench": name, "quick": told.quick, **head, **BENCHES[name](quick=told.quick)}
        path = folder / f"gate-{name}.json"
        path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        print(f"-> {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}", flush=True)
    text = page.render(folder)
    (folder / "gate.md").write_text(text)
    print(text)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _wire(*, quick: bool) -> dict[str, Any]:
    rounds, tls_rounds, window_s = (1, 1, 1.0) if quick else (5, 3, 3.0)
    plainly = wire.Options(rounds=rounds, warm_up_s=1.0, window_s=window_s, tls=False)
    secured = wire.Options(rounds=tls_rounds, warm_up_s=1.0, window_s=window_s, tls=True)
    handshakes = wire.Options(
        rounds=tls_rounds, warm_up_s=1.0, window_s=window_s, tls=True, close=True, paths=("poll",)
    )
    return {
        "plain": wire.run(plainly, say),
        "tls": wire.run(secured, say),
        "a handshake per request": wire.run(handshakes, say),
    }


def _latency(*, quick: bool) -> dict[str, Any]:
    rounds, window_s = (1, 3.0) if quick else (5, 10.0)
    return latency.run(latency.Options(rounds=rounds, window_s=window_s), say)


def _overload(*, quick: bool) -> dict[str, Any]:
    if quick:
        options = overload.Options(
            cost_ms=10, fullness=1.15, work=8, think_s=1, times=(1, 5), fill_s=8, window_s=6, kill_s=2, polls_per_s=100
        )
    else:
        options = overload.Options(
            cost_ms=10,
            fullness=1.15,
            work=60,
            think_s=1,
            times=(1, 5, 20),
            fill_s=50,
            window_s=60,
            kill_s=60,
            polls_per_s=2500,
        )
    return overload.run(options, say)


def _one_address(*, quick: bool) -> dict[str, Any]:
    if quick:
        options = one_address.Options(
            pupils=150, capacity=100, arrive_s=2, stay_s=2, flood_per_s=300, rounds=1, at_most_s=20
        )
    else:
        options = one_address.Options(
            pupils=1200, capacity=800, arrive_s=15, stay_s=10, flood_per_s=500, rounds=3, at_most_s=90
        )
    return one_address.run(options, say)


def _slow(*, quick: bool) -> dict[str, Any]:
    connections, seconds = (1000, 2) if quick else (10_000, 20)
    return slow.run(slow.Options(connections=connections, per_s=1000, seconds=seconds), say)


BENCHES: Final = {
    "wire": _wire,
    "latency": _latency,
    "overload": _overload,
    "one-address": _one_address,
    "slow": _slow,
}

if __name__ == "__main__":
    main()
