"""HAProxy as a child of this process: its files written, checked, started, and ended with its parent."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import structlog

from preau.gate.haproxy.control import Control, EdgeUnavailable
from preau.gate.haproxy.render import CONFIGURATION

STARTS_WITHIN_S: Final = 10.0
"""Far longer than it reads its files, also on a machine that is busy at half past eight."""
STOPS_WITHIN_S: Final = 5.0
"""Requests under way end within the second of the school's line; whoever is left then is cut off."""
DEBIAN_PATH: Final = "/usr/sbin"
"""Not in everybody's PATH, but where Debian puts it."""
MOST_CHARS: Final = 2000
"""Of what HAProxy says of its configuration: the first mistakes; the others follow from them."""

log = structlog.get_logger("preau.gate")


class EdgeNotStarted(Exception):  # noqa: N818  it says what is the case
    """HAProxy is not installed, refuses its configuration, ends at once or is never ready. The text says which."""


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Writes the files of an edge. They hold keys, so they are for their owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, text in files.items():
        beside = folder / f"{name}.new"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(folder / name)


def haproxy_binary() -> str | None:
    """Where HAProxy is installed, or None."""
    return shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:{DEBIAN_PATH}")


async def _until_ready(process: asyncio.subprocess.Process, socket: Path) -> None:
    while not await _answers(socket):
        if process.returncode is not None:
            raise EdgeNotStarted(
                f"il s’arrête aussitôt (code {process.returncode}). Une adresse d’écoute est déjà prise, n’est "
                "pas de cette machine, ou demande un droit que ce compte n’a pas (ports en dessous de 1024)"
            )
        await asyncio.sleep(0.02)


class EdgeProcess:
    """One HAProxy in the foreground, as a child that does not outlive its parent.

    Args:
        folder: with the files.
        write: writes them as they are now: called before each start, so that a new one begins with today's plan and
        keys.
    """

    def __init__(self, folder: Path, *, write: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self._write = write
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        """Checks the configuration and starts; returns once HAProxy listens and answers.

        Raises:
            EdgeNotStarted: it refuses its configuration, ends at once, or does not answer within 10 s. Then nothing of
                this start runs any more.
        """
        self._write()
        binary = await self.check()
        socket = self._folder / "edge.sock"
        socket.unlink(missing_ok=True)
        dies_with_us = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        self._process = process = await asyncio.create_subprocess_exec(
            *dies_with_us, binary, "-db", "-q", "-f", str(self._folder / CONFIGURATION)
        )
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                await _until_ready(process, socket)
        except TimeoutError:
            process.kill()  # or the next start would wait for its end
            await process.wait()
            raise EdgeNotStarted(
                f"il tourne, mais ne répond pas après {STARTS_WITHIN_S:g} s : il a été arrêté"
            ) from None
        return process

    async def run(self) -> None:
        """Waits for its end, and starts it again: the application behind is out of reach without it."""
        while True:
            process = self._process
            if process is None or process.returncode is not None:
                process = await self.start()
            code = await process.wait()
            log.error("haproxy_ended", code=code)
            await asyncio.sleep(1)

    async def stop(self) -> None:
        """Ends it; what is under way may finish meanwhile."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGUSR1)
            try:
                await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def check(self) -> str:
        """Has HAProxy read its configuration; returns where HAProxy is.

        Raises:
            EdgeNotStarted: it is not installed, or refuses the configuration.
        """
        binary = haproxy_binary()
        if binary is None:
            raise EdgeNotStarted("il n’est pas installé (apt-get install haproxy)")
        checked = await asyncio.create_subprocess_exec(
            binary,
            *("-c", "-f", str(self._folder / CONFIGURATION)),  # not -q, which says nothing of what is wrong either
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await checked.communicate()
        if checked.returncode:
            alerts = [line for line in said.decode("utf-8", "replace").splitlines() if line.startswith("[ALERT]")]
            raise EdgeNotStarted(" ".join(alerts)[:MOST_CHARS] or f"haproxy -c s’arrête avec {checked.returncode}")
        return binary


async def _answers(socket: Path) -> bool:
    """Its file alone says little: it is there before the addresses are taken, and stays when one of them is not."""
    try:
        await Control(socket).process_id()
    except EdgeUnavailable:
        return False
    return True
