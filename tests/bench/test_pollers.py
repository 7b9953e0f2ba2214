"""Pollers with two addresses: what one edge breaks is asked at the other, and what is shown is counted."""

import asyncio
from collections import Counter

from bench.gate import pollers
from bench.gate.pollers import Pollers


class Answering(asyncio.Protocol):
    """Answers each request with its status; ``taken``: where it notes its connections."""

    def __init__(self, status: int, taken: list[asyncio.Transport]) -> None:
        self._status, self._taken = status, taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._taken.append(transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert data.endswith(b"\r\n\r\n")
        self._transport.write(f"HTTP/1.1 {self._status} X\r\nContent-Length: 2\r\n\r\n{{}}".encode())


async def test_a_killed_edge_is_left_for_the_other_and_every_status_is_counted() -> None:
    loop = asyncio.get_running_loop()
    taken: list[asyncio.Transport] = []
    first = await loop.create_server(lambda: Answering(200, taken), "127.0.0.1", 0)
    second = await loop.create_server(lambda: Answering(503, []), "127.0.0.1", 0)
    ports = tuple(server.sockets[0].getsockname()[1] for server in (first, second))
    polling = Pollers((ports[0], ports[1]), per_s=2000)
    running = asyncio.create_task(polling.run())
    seen = polling.polls.statuses
    async with asyncio.timeout(5):
        while not (seen["200"] > 50 and seen["503"] > 50):  # noqa: ASYNC110  the pollers only count
            await asyncio.sleep(0.01)
        first.close()
        for connection in taken:
            connection.abort()
        while polling.polls.went_over < pollers.CONNECTIONS // 2:  # noqa: ASYNC110  the same
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    second.close()
    assert polling.polls.broken == Counter()
    totals = polling.polls.totals()
    assert totals["5xx"] == seen["503"] > 0
    assert totals["connections broken"] == 0
