"""Fixtures of the gate: a gate of a given capacity, and a real Redis where Debian's package is there."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.harness import Gate


@pytest.fixture
def make_gate(tmp_path: Path) -> Callable[..., Gate]:
    def make(capacity: int = 2) -> Gate:
        return Gate(capacity=capacity, published=tmp_path / "published")

    return make


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    command = [
        binary,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603  our own command line
        try:
            wait_for_port(port, server)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def wait_for_port(port: int, server: subprocess.Popen[bytes], *, at_most_s: float = 20) -> None:
    deadline = time.monotonic() + at_most_s
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended before it listened"
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"nothing listens on port {port} after {at_most_s} s")
