"""Processes of a bench: pinned to a core, waited for, measured, and ended by their own id."""

import http.client
import os
import resource
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from bench.gate.machine import cpu_s, tool

ROOT: Final = Path(__file__).parents[2]
TMP: Final = ROOT / "bench" / "tmp"
SERVER_CORE: Final = 0
LOAD_CORE: Final = 1
DESCRIPTORS: Final = 65_536
READY_S: Final = 60.0
"""The demo's first start fills a database."""


def pinned(core: int, command: list[str]) -> list[str]:
    """``command`` on one core; on a machine with one core, or without taskset, wherever it runs."""
    taskset = tool("taskset")
    if taskset is None or (os.cpu_count() or 1) <= core:
        return command
    return [taskset, "-c", str(core), *command]


def stay_with_the_load() -> None:
    """This process is a part of the load: it stays on that core, where servers can be put on another one."""
    if tool("taskset") is not None and (os.cpu_count() or 1) > LOAD_CORE:
        os.sched_setaffinity(0, {LOAD_CORE})


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def raised_descriptors() -> int:
    """As many descriptors as this machine gives; children inherit them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return hard
    return max(soft, DESCRIPTORS)


def python(*arguments: str) -> list[str]:
    """A program of ours in this environment."""
    return [sys.executable, *arguments]


class Running:
    """A server under way.

    Args:
        process: as started, leader of its own group.
        port: where it listens on 127.0.0.1.
        tls: whether it speaks TLS.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, *, tls: bool = False) -> None:
        self.process = process
        self.port = port
        self.tls = tls
        self.measured_pid: int | None = None
        """Whose CPU counts, if not the whole tree's."""

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def cpu_s(self) -> float:
        return cpu_s(self.measured_pid or self.process.pid)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> "Got":
        """One request on a connection of its own."""
        if self.tls:
            trusting = ssl._create_unverified_context()  # noqa: S323, SLF001  our own certificate, on loopback
            client: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=10, context=trusting
            )
        else:
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            client.request("GET", path, headers={"Accept": "text/html", **(headers or {})})
            answer = client.getresponse()
            return Got(answer.status, [(name.lower(), value) for name, value in answer.getheaders()], answer.read())
        finally:
            client.close()


class Got:
    """An answer, whole."""

    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookies(self) -> dict[str, str]:
        pairs = [value.partition(";")[0].partition("=") for key, value in self.headers if key == "set-cookie"]
        return {name: value for name, _, value in pairs}


@contextmanager
def server(
    command: list[str],
    port: int,
    *,
    tls: bool = False,
    environment: Mapping[str, str] | None = None,
    ready_path: str = "/",
    core: int = SERVER_CORE,
) -> Iterator[Running]:
    """A fresh server on its core for the length of the block."""
    TMP.mkdir(parents=True, exist_ok=True)
    with (TMP / f"server-{port}.log").open("wb") as said:
        process = subprocess.Popen(  # noqa: S603
            pinned(core, command),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", **(environment or {})},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Running(process, port, tls=tls)
    try:
        _wait_for(running, ready_path, TMP / f"server-{port}.log")
        yield running
    finally:
        end(process)
    (TMP / f"server-{port}.log").unlink(missing_ok=True)


def _wait_for(running: Running, path: str, said: Path) -> None:
    until_s = time.monotonic() + READY_S
    while time.monotonic() < until_s:
        if running.process.poll() is not None:
            break
        with suppress(OSError, http.client.HTTPException):
            if running.get(path).status < 500:  # before the application, HAProxy says by itself that nobody is there
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not answer: {said.read_text(errors='replace')[-1500:]}")


def end(process: "subprocess.Popen[bytes]") -> None:
    """Asks it to stop, and after five seconds does not ask."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
