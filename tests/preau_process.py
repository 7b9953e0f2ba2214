"""A real Préau as a child process: started by the command that the README gives, killed as a power cut would."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

READY_TIMEOUT_S = 60.0


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PreauProcess:
    """`preau demo` on a free port.

    Args:
        data: its data folder; a second process on the same folder is the same school after a restart.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, url: str = "", **options: str) -> float:
        """Starts and waits until it answers, at ``url`` if something stands in front; returns the seconds that took."""
        environ = {**os.environ, "PREAU_DATA": str(self.data), "PREAU_DEMO": "1", **options}
        command = [sys.executable, "-m", "preau.cli", "demo", "--bind", f"127.0.0.1:{self.port}"]
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)  # noqa: S603
        while time.monotonic() - began < READY_TIMEOUT_S:
            if self._process.poll() is not None:
                raise AssertionError(f"preau demo ended:\n{self.printed[-4000:]}")
            if self.answers(url):
                return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"preau demo was not ready within {READY_TIMEOUT_S} s:\n{self.printed[-4000:]}")

    def answers(self, url: str = "") -> bool:
        """Whether the heartbeat says 200."""
        try:
            with urllib.request.urlopen(f"{url or self.url}/__heartbeat__", timeout=2) as response:  # noqa: S310
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nothing is said."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as an operator stops it."""
        self._end(signal.SIGTERM)

    @property
    def printed(self) -> str:
        """Everything it printed and logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(15)
