"""A million attempts to pass with a token that is not genuine, against the HAProxy engine: none may be accepted.

    .venv/bin/python bench/gate/tokens_fuzz_edge.py [--attempts 1010000] [--seed 830] [--out FILE]

The same attempts as ``tokens_fuzz.py``, over HTTP, and for each the verdict of the library: exit code 1 when HAProxy
accepts what is no token, refuses what is one, or says otherwise than the library. Cards, tickets and passes are shown
as cookies, class links in the path, challenges in their header beside a ticket of the id that they name. Each kind has
one connection, pipelined, so that a challenge and its second showing arrive in this order.
"""

import argparse
import asyncio
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from tokens_fuzz import machine  # noqa: E402

from gate.served_gate import free_port  # noqa: E402  after the path
from preau.gate.haproxy import maps  # noqa: E402
from preau.gate.haproxy.process import haproxy_binary, write_files  # noqa: E402
from preau.gate.haproxy.render import render  # noqa: E402
from preau.gate.haproxy.settings import EdgeSettings, OpenPaths  # noqa: E402
from preau.gate.request import SchoolPaths  # noqa: E402
from preau.tokens import ticket  # noqa: E402
from preau.tokens.cookies import cookie_names  # noqa: E402
from preau.tokens.envelope import Refusal  # noqa: E402
from preau.tokens.ticket import Ticket  # noqa: E402
from tokens.forgeries import GATE_KINDS, GENUINE, KEYRING, NOW_S, attempts, verify_of  # noqa: E402

AHEAD = 12
"""Requests of one connection that are under way at once. With 200 of them HAProxy 2.6.12 answered one with 400 in one
run of four, and nobody knows why; such an answer ends the run, because it is no verdict about a token."""
BATCH = 200

ANSWERS_WITHIN_S = 20.0
HEAD_END = b"\r\n\r\n"
NAMES = cookie_names(secure=False)
COOKIES = {"c1": NAMES.card, "t1": NAMES.ticket, "p1": NAMES.admission}
SOLVED_FOR = re.compile(r"&tid=([0-9A-Za-z_-]{11})&")
NEW_TICKET = re.compile(rb"set-cookie: ticket=t1\.[^.]+\.(\d)\.\d+\.([^.]+)\.")


class Shown(NamedTuple):
    """One attempt, and what the library says of it."""

    kind: str
    text: str
    why: str
    expected: bool


def attempts_judged(count: int, seed: int) -> Iterator[Shown]:
    """The attempts with the verdict of the library, which remembers spent challenges."""
    spent: set[str] = set()
    for kind, text, why, _must in islice(attempts(KEYRING, seed=seed, now_s=NOW_S), count):
        verdict = verify_of(kind)(KEYRING, text, now_s=NOW_S)
        expected = not isinstance(verdict, Refusal)
        if expected and kind == "d1":
            expected = verdict.nonce not in spent
            spent.add(verdict.nonce)
        yield Shown(kind, text, why, expected)


@lru_cache(4096)
def ticket_of(tid: str) -> str:
    """A genuine ticket of lane 3 with this id."""
    return ticket.mint(KEYRING, Ticket(lane=3, order_key=NOW_S * 1_000_000, tid=tid), now_s=NOW_S)


def request_of(shown: Shown) -> bytes:
    """The request that shows the text where tokens of its kind stand."""
    kind, text = shown.kind, shown.text
    if kind == "l1":
        return f"HEAD /l/{quote(text, safe='')} HTTP/1.1\r\nHost: edge\r\n\r\n".encode()
    if kind == "d1":
        found = SOLVED_FOR.search(text)
        held = ticket_of(found[1] if found else "AAAAAAAAAAA")
        return (
            f"POST /attente/defi HTTP/1.1\r\nHost: edge\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n"
            f"Cookie: {NAMES.ticket}={held}\r\nPreau-Challenge: {text}\r\n\r\n"
        ).encode()
    return (
        f"HEAD /attente/?vers=/ HTTP/1.1\r\nHost: edge\r\nAccept: application/json\r\n"
        f"Cookie: {COOKIES[kind]}={text}\r\n\r\n"
    ).encode()


def was_accepted(shown: Shown, status: int, head: bytes) -> bool:
    """By what the answer gives: a lane of cards, the id of the ticket, a way in, the way on, another place."""
    if shown.kind in {"c1", "t1"}:
        given = NEW_TICKET.search(head)
        if given is None:
            raise ValueError(f"no ticket in {head!r}")
        return given[1] != b"3" if shown.kind == "c1" else given[2].decode() in shown.text.split(".")[4:5]
    return status == {"p1": 303, "l1": 303, "d1": 200}[shown.kind]


class Line:
    """One connection: requests out, and their answers in the same order."""

    def __init__(self, port: int, judge: Callable[[Shown, bool], None]) -> None:
        self._port = port
        self._judge = judge
        self._under_way: asyncio.Queue[Shown | None] = asyncio.Queue(AHEAD)

    async def run(self, arriving: "asyncio.Queue[list[Shown] | None]") -> None:
        """Shows everything that arrives; ends with None."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        async with asyncio.TaskGroup() as group:  # a broken connection ends the run instead of holding it up
            group.create_task(self._read(reader))
            group.create_task(self._write(writer, arriving))
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter, arriving: "asyncio.Queue[list[Shown] | None]") -> None:
        while batch := await arriving.get():
            for shown in batch:
                await self._under_way.put(shown)
                writer.write(request_of(shown))
            await writer.drain()
        await self._under_way.put(None)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while shown := await self._under_way.get():
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                head = await reader.readuntil(HEAD_END)
            if shown.kind == "d1":
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0]))
            if head.startswith(b"HTTP/1.1 400"):
                raise ValueError(f"no request: {shown}")  # a verdict is about a token that was read
            self._judge(shown, was_accepted(shown, int(head[9:12]), head))


async def shown_to(port: int, count: int, seed: int, judge: Callable[[Shown, bool], None]) -> None:
    """Shows the attempts, one connection for each kind."""
    queues: dict[str, asyncio.Queue[list[Shown] | None]] = {kind: asyncio.Queue(4) for kind in GATE_KINDS}
    async with asyncio.TaskGroup() as group:
        for queue in queues.values():
            group.create_task(Line(port, judge).run(queue))
        attempts_left = attempts_judged(count, seed)
        while batch := list(islice(attempts_left, BATCH)):
            for kind, queue in queues.items():
                if own := [shown for shown in batch if shown.kind == kind]:
                    await queue.put(own)
        for queue in queues.values():
            await queue.put(None)


@contextmanager
def edge_running(folder: Path) -> Iterator[int]:
    """HAProxy alone, with the keys and at the instant of the attempts; nothing is free inside. Yields its port."""
    port, offset_s = free_port(), NOW_S - int(time.time())
    settings = EdgeSettings(
        folder=str(folder), bind=f"127.0.0.1:{port}", application="127.0.0.1:9", edge_secret="x" * 43,
        cookies=NAMES, secure=False, clock_offset_s=offset_s,
        school=SchoolPaths(write_lane="/travail/", sign_in=("/connexion/", "/c/"), scripts=frozenset()),
        open=OpenPaths(exact=("/etat",), prefixes=("/static/",)),
    )  # fmt: skip
    write_files(folder, render(settings, maps.key_lines(KEYRING, now_s=NOW_S), (), '{"v":1}', '{"v":1}'))
    command = [str(haproxy_binary()), "-db", "-q", "-f", str(folder / "haproxy.cfg")]
    with subprocess.Popen(command) as process:  # noqa: S603  our own configuration
        try:
            while not (folder / "edge.sock").exists():
                if process.poll() is not None:
                    raise SystemExit("haproxy ended before it listened")
                time.sleep(0.02)
            yield port
        finally:
            process.terminate()


def fuzz(count: int, seed: int) -> dict[str, Any]:
    """Shows ``count`` attempts and compares the verdicts."""
    tried: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    wrong: list[Shown] = []

    def judge(shown: Shown, verdict: bool) -> None:  # noqa: FBT001  a verdict is yes or no
        tried[shown.why] += 1
        kinds[shown.kind] += 1
        accepted[shown.kind] += verdict
        if verdict is not shown.expected:
            wrong.append(shown)

    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, edge_running(Path(folder)) as port:
        asyncio.run(shown_to(port, count, seed, judge))
        seconds = time.perf_counter() - began_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "attempts": sum(tried.values()),
        "forgeries": sum(tried.values()) - tried[GENUINE],
        "accepted_wrongly": sum(not shown.expected for shown in wrong),
        "refused_wrongly": sum(shown.expected for shown in wrong),
        "accepted_by_kind": dict(accepted),
        "seconds": round(seconds, 1),
        "haproxy_cpu_us_per_attempt": round((used.ru_utime + used.ru_stime) * 1e6 / max(1, sum(tried.values())), 1),
        "by_trick": dict(tried.most_common()),
        "by_kind": dict(kinds),
        "wrong": [shown._asdict() for shown in wrong[:20]],
    }


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=1_010_000)
    parser.add_argument("--seed", type=int, default=830)
    parser.add_argument("--out", type=Path, default=ROOT / "bench/results/tokens_fuzz_edge.json")
    asked = parser.parse_args()
    fuzzed = fuzz(asked.attempts, asked.seed)
    version = subprocess.run([str(haproxy_binary()), "-v"], capture_output=True, text=True, check=True).stdout  # noqa: S603  no input
    result = {
        "what": "tokens that are not genuine, against the HAProxy engine over HTTP, each compared with the library",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": {**machine(), "haproxy": version.splitlines()[0]},
        "command": f"bench/gate/tokens_fuzz_edge.py --attempts {asked.attempts} --seed {asked.seed}",
        "fuzz": fuzzed,
    }
    asked.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    return int(bool(fuzzed["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
