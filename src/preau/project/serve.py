"""Runs Préau in one process: database made ready, rooms started, Granian serving, everything stopped in order.

Granian is embedded (one process, so SIGKILL leaves nothing behind) and never runs with its default limits: with those,
1,500 slow connections leave 0 % availability (1024 connections counted as backpressure, 30 s to send a header).
"""

import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from preau.project.options import Options
from preau.project.supervised import supervised
from preau.tokens.keyring import Keyring

BACKLOG: Final = 16_384
"""Connections at once, websockets, idle ones and slow ones included: ten thousand of these must leave room for others.
The descriptors of the process must allow as many."""
DESCRIPTORS: Final = 20_000
"""One for each connection, files, the database; an HAProxy begins with the same limit."""
HEADER_TIMEOUT_MS: Final = 5000
"""A head is one packet: who needs longer holds a connection for nothing."""
LESSONS_EVERY_S: Final = 600
"""A change of the timetable reaches the gate within ten minutes; each look takes a turn in Django's thread."""
STOP_AT_MOST_S: Final = 10.0
"""systemd waits 90 s and then kills; ten are enough to say goodbye to a thousand seats."""
SWITCH_INTERVAL_S: Final = 0.001
"""How long Django's thread may keep the interpreter before the gate's loop gets it (default 5 ms)."""
log = structlog.get_logger("preau.serve")


def serve(options: Options, keyring: Keyring, *, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT. ``ready`` is called once, when the first request can be answered.

    The caller holds the data folder: it had to, before it looked at the database.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    raise_descriptor_limit()
    uvloop.run(_serve(options, keyring, ready))


def raise_descriptor_limit() -> None:
    """Debian gives a process 1,024 descriptors and allows it many more: without this, 1,000 pupils fill the server."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(options: Options, keyring: Keyring, ready: Callable[[], None]) -> None:
    from preau.project.wiring import build  # noqa: PLC0415  needs Django set up first

    house = build(options, keyring)
    host, port = options.bind
    server = Server(
        house.edge, address=host, port=port, uds=house.haproxy.socket if house.haproxy else None,
        interface=Interfaces.ASGINL, http=HTTPModes.http1,
        backlog=BACKLOG, backpressure=BACKLOG, log_enabled=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    await house.live.start()
    await house.canary.sing()
    await _publish_lessons(house.shell.run)
    jobs: dict[str, Callable[[], Awaitable[object]]] = {
        "porter": house.run_porter,
        "canary": house.canary.run,
        "status": house.publisher.run,
        "spool": house.spool.run,
        "lessons": lambda: _publish_lessons_for_ever(house.shell.run),
    }
    if house.letterbox is not None:
        jobs["letterbox"] = house.letterbox.deliver
    if house.haproxy is not None:
        house.haproxy.socket.unlink(missing_ok=True)  # of one that was killed
    spare_what_stays()
    async with _running(jobs):
        log.info("serving", bind=f"{host}:{port}", capacity=options.capacity)
        loop.call_later(0.05, ready)
        stopping = asyncio.create_task(_stop_when_asked(asked_to_stop, house.live.stop, server.stop))
        await server.serve()
        stopping.cancel()
    log.info("stopped")


def spare_what_stays() -> None:
    """What is loaded by now stays: the collector need not look at it again.

    It does that every few seconds while Django works, and holds the interpreter meanwhile: 35 to 90 ms in which the
    gate answers nobody, against 4 to 10 ms for what came since (the demo, measured beside other loads).
    """
    gc.collect()
    gc.freeze()


async def _stop_when_asked(
    asked: asyncio.Event, classes: Callable[[], Awaitable[None]], server: Callable[[], None]
) -> None:
    """The classes first: each seat is told to come back and closed, while there still is a server to say it."""
    await asked.wait()
    asyncio.get_running_loop().call_later(STOP_AT_MOST_S, _give_up)
    try:
        await asyncio.wait_for(classes(), STOP_AT_MOST_S / 2)
    finally:
        server()


def _give_up() -> None:
    """Whatever still holds the process: who stops it must not have to kill it, and the journal is safe as it is."""
    log.error("stop_took_too_long", after_s=STOP_AT_MOST_S)
    os._exit(1)


async def _publish_lessons(run: Callable[[Callable[[], object]], Awaitable[object]]) -> None:
    """Writes what the gate reads: the lessons to offer, the arrivals to expect. A failure waits for the next round."""
    from django.utils import timezone  # noqa: PLC0415  needs Django set up first

    from preau.school.content.publication import publish_lessons_of_the_day  # noqa: PLC0415
    from preau.school.directory.expected import publish_expected_arrivals  # noqa: PLC0415

    try:
        await run(lambda: publish_lessons_of_the_day(timezone.now()))
        await run(lambda: publish_expected_arrivals(timezone.now()))
    except Exception:
        log.exception("lessons_not_published")


async def _publish_lessons_for_ever(run: Callable[[Callable[[], object]], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(LESSONS_EVERY_S)
        await _publish_lessons(run)


@asynccontextmanager
async def _running(jobs: Mapping[str, Callable[[], Awaitable[object]]]) -> AsyncIterator[None]:
    """Background tasks for as long as the block runs; one that dies is logged, and the others go on."""
    tasks = [asyncio.create_task(supervised(name, job)) for name, job in jobs.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
