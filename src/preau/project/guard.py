"""The guard of ``serve --edge haproxy``: it keeps HAProxy, the standby and the application alive, each on its own.

The application is a child like HAProxy: when it is killed, by the kernel or by a fault, HAProxy keeps the order and
follows the plan, the standby serves what needs no application and takes work in, and the application is started again.
Nothing outlives the guard. It loads neither Django nor a database.
"""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
import uvloop

from preau.project.haproxy_edge import HaproxyEdge
from preau.project.options import Options
from preau.project.serve import raise_descriptor_limit
from preau.project.standby import Standby
from preau.project.supervised import supervised
from preau.tokens.keyring import Keyring

GUARDED: Final = "PREAU_GUARDED_BY"
"""Tells the application who holds the data folder for it: the process id of its guard."""
FIRST_PAUSE_S: Final = 1.0
"""What was killed once is back at once."""
LONGEST_PAUSE_S: Final = 30.0
"""What dies at each start (a full disk, a database that is away) must not take the CPU from HAProxy by starting."""
LIVED_S: Final = 60.0
"""Who lived so long before it ended is started again after the shortest pause."""
STOPS_WITHIN_S: Final = 12.0
"""A little more than the application takes at most to say goodbye."""
NOT_STARTED: Final = 127
"""Exit code of a command that could not be run, as shells have it."""
OPERATORS_MISTAKE: Final = 2
"""Exit code: starting again changes nothing."""

log = structlog.get_logger("preau.guard")


def is_guarded() -> bool:
    """Whether this process is the application of a guard, which holds the data folder."""
    return os.environ.get(GUARDED) == str(os.getppid())


def guard(options: Options, keyring: Keyring, application: Sequence[str]) -> int:
    """Runs until SIGTERM or SIGINT; returns the exit code.

    Args:
        options: of the installation, whose data folder the caller holds.
        keyring: keys of the tokens.
        application: the command that runs it.

    Raises:
        EdgeNotStarted: HAProxy did not start.
    """
    raise_descriptor_limit()  # HAProxy and the application inherit it
    return uvloop.run(_guard(options, keyring, application))


async def _guard(options: Options, keyring: Keyring, application: Sequence[str]) -> int:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    edge = HaproxyEdge(options, keyring)
    standby = Standby(options, keyring, edge)
    async with edge:
        house = _Application(application)
        jobs = [
            asyncio.create_task(supervised(name, run)) for name, run in (("edge", edge.run), ("standby", standby.run))
        ]
        living = asyncio.create_task(house.live())
        stopping = asyncio.create_task(asked.wait())
        await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await house.stop()
        for task in (living, stopping, *jobs):
            task.cancel()
        ends = await asyncio.gather(living, *jobs, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end
    return ends[0] if isinstance(ends[0], int) else 0


class _Application:
    """The child that is started again."""

    def __init__(self, command: Sequence[str]) -> None:
        dies_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        self._command = [*dies_with_us, *command]
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    async def live(self) -> int:
        """Starts it, and again whenever it ends; returns only where starting again would change nothing.

        Raises:
            OSError: already the first start failed.
        """
        pause_s = FIRST_PAUSE_S
        environ = {**os.environ, GUARDED: str(os.getpid())}
        while True:
            began_s = time.monotonic()
            code = await self._live_once(environ)
            if self._stopping or code == OPERATORS_MISTAKE:
                return code
            if time.monotonic() - began_s > LIVED_S:
                pause_s = FIRST_PAUSE_S
            log.error("application_ended", code=code, again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _live_once(self, environ: Mapping[str, str]) -> int:
        try:
            process = await asyncio.create_subprocess_exec(*self._command, env=environ)
        except OSError:  # too many processes, no memory: of a moment, if it could be started before
            if self._process is None:
                raise
            log.exception("application_not_started")
            return NOT_STARTED
        self._process = process
        return await process.wait()

    async def stop(self) -> None:
        """Asks it to stop, and after a while does not ask."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()
