"""Those who only poll the shared file: many answers a second on a few connections, each answer's status looked at.

wrk knows one address and stays with it. These go over to the other edge when theirs refuses the connection, as a
browser does with two addresses of one name; a request whose kept connection ends before the answer is asked once more
on a fresh one, as browsers do, and counts as broken if that ends too.
"""

import asyncio
import itertools
from collections import Counter
from typing import Any, Final

import msgspec

from bench.gate.pupils import STATE_PATH
from bench.gate.visitors import ANSWER_S

CONNECTIONS: Final = 32
_REQUEST: Final = (
    f"GET {STATE_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nSec-Fetch-Site: same-origin\r\n\r\n"
).encode()


class Polls(msgspec.Struct):
    """What was shown. ``statuses``: by the number; ``broken``: no answer, by kind; ``went_over``: to the other edge."""

    requests: int = 0
    statuses: Counter[str] = msgspec.field(default_factory=Counter)
    broken: Counter[str] = msgspec.field(default_factory=Counter)
    asked_again: int = 0
    went_over: int = 0

    def totals(self) -> dict[str, Any]:
        """The counts for the JSON."""
        shown = {status: count for status, count in self.statuses.items() if status >= "500"}
        return {**msgspec.to_builtins(self), "5xx": sum(shown.values()), "connections broken": self.broken.total()}


class Pollers:
    """All of them. ``polls``: the counts so far."""

    def __init__(self, ports: tuple[int, ...], *, per_s: float) -> None:
        self._ports, self._pause_s = ports, CONNECTIONS / per_s
        self.polls = Polls()

    async def run(self) -> None:
        """Polls until it is cancelled."""
        starts = itertools.cycle(range(len(self._ports)))
        await asyncio.gather(
            *(_Poller(self._ports, next(starts), self.polls).run(self._pause_s) for _ in range(CONNECTIONS))
        )


class _Poller(asyncio.Protocol):
    """One connection, kept; one request at a time."""

    def __init__(self, ports: tuple[int, ...], at: int, polls: Polls) -> None:
        self._ports, self._at, self._polls = ports, at, polls
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._seen = b""

    async def run(self, pause_s: float) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        try:
            while True:
                due_s = max(due_s + pause_s, loop.time() - pause_s)  # who was held up does not make up for all of it
                await asyncio.sleep(due_s - loop.time())
                await self._ask()
        finally:
            if self._transport is not None:
                self._transport.abort()

    async def _ask(self) -> None:
        self._polls.requests += 1
        for attempt in (1, 2):
            kept = self._transport is not None
            try:
                async with asyncio.timeout(ANSWER_S):
                    head = await self._exchange()
            except (TimeoutError, OSError) as error:
                self._transport = None
                if kept and attempt == 1:
                    self._polls.asked_again += 1
                    continue
                self._polls.broken[type(error).__name__] += 1
                return
            self._polls.statuses[head[9:12].decode("latin-1")] += 1
            return

    async def _exchange(self) -> bytes:
        if self._transport is None:
            await self._connect()
        self._answer, self._seen = asyncio.get_running_loop().create_future(), b""
        assert self._transport is not None
        self._transport.write(_REQUEST)
        return await self._answer

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        for left in reversed(range(len(self._ports))):
            try:
                self._transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self._ports[self._at])
            except ConnectionRefusedError:
                if not left:
                    raise
                self._at = (self._at + 1) % len(self._ports)
                self._polls.went_over += 1
            else:
                return

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, end, body = self._seen.partition(b"\r\n\r\n")
        if not end or self._answer is None or self._answer.done():
            return
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else -1
        whole = len(body) >= length if at >= 0 else body.endswith(b"0\r\n\r\n")
        if whole:
            self._answer.set_result(head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed before the answer"))
