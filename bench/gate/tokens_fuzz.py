"""A million attempts to pass with a token that is not genuine, against the Python verifier. None may be accepted.

    .venv/bin/python bench/gate/tokens_fuzz.py [--attempts 1010000] [--seed 830] [--out FILE]

The attempts come from ``tests/tokens/forgeries.py``, which also serves other engines. Then what only a ledger can
refuse: challenges shown twice, passes given back, links followed by too many. And what the comparison tells by its
time: a MAC that is wrong in its first character against one wrong in its last. Exit code 1 when anything passed.
"""

import argparse
import asyncio
import json
import platform
import random
import ssl
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from preau.gate.ledger.interface import Holder, Room  # noqa: E402  after the path
from preau.gate.ledger.memory import MemoryLedger  # noqa: E402
from preau.tokens import class_link  # noqa: E402
from preau.tokens.envelope import Refusal  # noqa: E402
from tokens.forgeries import GATE_KINDS, KEYRING, NOW_S, attempts, genuine_of_each_kind, mint, verify_of  # noqa: E402

REPLAYS = 10_000
TIMINGS = 20_000


async def fuzz(count: int, seed: int) -> dict[str, Any]:
    """Judges ``count`` attempts, with the ledger of spent challenges."""
    ledger = MemoryLedger()
    tried: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    wrong: list[tuple[str, str, str]] = []
    started_s = time.perf_counter()
    for kind, text, why, must_be_accepted in islice(attempts(KEYRING, seed=seed, now_s=NOW_S), count):
        verdict = verify_of(kind)(KEYRING, text, now_s=NOW_S)
        accepted = not isinstance(verdict, Refusal)
        if accepted and kind == "d1":
            accepted = await ledger.spend(verdict.nonce, until_s=verdict.expires_at_s, now_s=NOW_S)
        tried[why] += 1
        kinds[kind] += 1
        refusals[verdict if isinstance(verdict, Refusal) else "spent" if not accepted else "none"] += 1
        if accepted is not must_be_accepted:
            wrong.append((kind, why, text))
    return {
        "attempts": count,
        "forgeries": count - tried["genuine"],
        "accepted_wrongly": sum(why != "genuine" for _, why, _ in wrong),
        "refused_wrongly": sum(why == "genuine" for _, why, _ in wrong),
        "seconds": round(time.perf_counter() - started_s, 2),
        "by_trick": dict(tried.most_common()),
        "by_kind": dict(kinds),
        "by_refusal": dict(refusals.most_common()),
        "wrong": wrong[:20],
    }


async def replays(count: int, seed: int) -> dict[str, int]:
    """Genuine tokens that were good once: how many were good again?"""
    ledger, chance = MemoryLedger(), random.Random(seed)  # noqa: S311  repeatable, not secret
    accepted = Counter({"challenge_twice": 0, "pass_given_back": 0, "link_beyond_its_number": 0})
    for _ in range(count):
        text = mint("d1", KEYRING, chance, expires_at_s=NOW_S + 300, now_s=NOW_S)
        nonce = verify_of("d1")(KEYRING, text, now_s=NOW_S).nonce
        assert await ledger.spend(nonce, until_s=NOW_S + 300, now_s=NOW_S)
        accepted["challenge_twice"] += await ledger.spend(nonce, until_s=NOW_S + 300, now_s=NOW_S + 1)
        text = mint("p1", KEYRING, chance, expires_at_s=NOW_S + 300, now_s=NOW_S)
        holder = Holder(verify_of("p1")(KEYRING, text, now_s=NOW_S).sid, 3)
        await ledger.claim(holder, source="-", room=Room(10**9), until_s=NOW_S + 900, now_s=NOW_S)
        await ledger.leave(holder.sid, now_s=NOW_S)
        accepted["pass_given_back"] += await ledger.touch(holder, until_s=NOW_S + 900, now_s=NOW_S + 1)
    for _ in range(count // 100):
        text = mint("l1", KEYRING, chance, expires_at_s=NOW_S + 300, now_s=NOW_S)
        link = class_link.verify(KEYRING, text, now_s=NOW_S)
        assert not isinstance(link, Refusal)
        taken = [
            await ledger.take_by_link(link.room, most=link.most, until_s=link.expires_at_s, now_s=NOW_S)
            for _ in range(2 * link.most)
        ]
        accepted["link_beyond_its_number"] += sum(taken) - link.most
    return dict(accepted)


def timing(rounds: int) -> dict[str, dict[str, float]]:
    """Nanoseconds of a refusal when the first character of the MAC is wrong, and when only the last one is."""
    found = {}
    for kind, token in genuine_of_each_kind().items():
        if kind in GATE_KINDS:
            length = 64 if kind == "d1" else 22
            first = f"{token[:-length]}{_other(token[-length])}{token[1 - length :]}"
            found[kind] = _compared(verify_of(kind), first, token[:-1] + _other(token[-1]), rounds)
    return found


def _other(letter: str) -> str:
    return "0" if letter != "0" else "1"


def _compared(verify: Callable[..., Any], first: str, last: str, rounds: int) -> dict[str, float]:
    times_ns: tuple[list[int], list[int]] = ([], [])
    for number in range(2 * rounds):  # one after the other: what else the machine does meets both
        text = (first, last)[number % 2]
        began_ns = time.perf_counter_ns()
        verify(KEYRING, text, now_s=NOW_S)
        times_ns[number % 2].append(time.perf_counter_ns() - began_ns)
    medians = [statistics.median(times) for times in times_ns]
    quarters = statistics.quantiles(times_ns[0], n=4)
    return {"first_ns": medians[0], "last_ns": medians[1], "spread_ns": quarters[2] - quarters[0]}


def machine() -> dict[str, str]:
    """What ran it."""
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ":-")
    return {
        "cpu": model.partition(":")[2].strip(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
    }


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=1_010_000)
    parser.add_argument("--seed", type=int, default=830)
    parser.add_argument("--out", type=Path, default=ROOT / "bench/results/tokens_fuzz.json")
    asked = parser.parse_args()
    fuzzed = asyncio.run(fuzz(asked.attempts, asked.seed))
    replayed = asyncio.run(replays(REPLAYS, asked.seed))
    result = {
        "what": "tokens that are not genuine, against the Python verifier and the ledger in memory",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine(),
        "command": f"bench/gate/tokens_fuzz.py --attempts {asked.attempts} --seed {asked.seed}",
        "fuzz": fuzzed,
        "accepted_again": {"shown_again": REPLAYS, **replayed},
        "refusal_time": timing(TIMINGS),
    }
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    return int(bool(fuzzed["wrong"]) or any(replayed.values()))


if __name__ == "__main__":
    sys.exit(main())
