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

from preau.gate.haproxy.render import CONFIGURATION

STARTS_WITHIN_S: Final = 10.0
STOPS_WITHIN_S: Final = 5.0
DEBIAN_PATH: Final = "/usr/sbin"
"""Not in everybody's PATH, but where Debian puts it."""

log = structlog.get_logger("preau.gate")


class EdgeNotStarted(Exception):  # noqa: N818  it says what is the case
    """HAProxy is not installed, refuses its configuration, or ends at once. The text is what it said."""


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
        """Checks the configuration and starts; returns once the control socket is there."""
        self._write()
        binary = await self.check()
        socket = self._folder / "edge.sock"
        socket.unlink(missing_ok=True)
        dies_with_us = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        self._process = process = await asyncio.create_subprocess_exec(
            *dies_with_us, binary, "-db", "-q", "-f", str(self._folder / CONFIGURATION)
        )
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not socket.exists():
                if process.returncode is not None:
                    raise EdgeNotStarted(f"haproxy ended with {process.returncode}")
                await asyncio.sleep(0.02)
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
            raise EdgeNotStarted("haproxy is not installed (apt-get install haproxy)")
        checked = await asyncio.create_subprocess_exec(
            binary,
            *("-c", "-q", "-f", str(self._folder / CONFIGURATION)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await checked.communicate()
        if checked.returncode:
            raise EdgeNotStarted(
                said.decode("utf-8", "replace")[-2000:] or f"haproxy -c ends with {checked.returncode}"
            )
        return binary
