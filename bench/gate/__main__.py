"""`make bench-gate`: runs the benches of the gate one after another, writes their results, renders the page."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from bench.gate import machine, wire
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
        result = {"bench": name, "quick": told.quick, **head, **BENCHES[name](told.quick)}
        path = folder / f"gate-{name}.json"
        path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        print(f"-> {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}", flush=True)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _wire(quick: bool) -> dict[str, Any]:
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


BENCHES: Final = {"wire": _wire}

if __name__ == "__main__":
    main()
