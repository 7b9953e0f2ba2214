"""Real engines for the contract suites: throw-away servers on Unix sockets in a temporary folder.

Imported by ``tests/conftest.py`` as the session fixtures ``postgres_server`` and ``redis_server``. Where Debian's
packages are missing the tests skip and say which package is.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

POSTGRES_BINARIES = Path("/usr/lib/postgresql")
STARTS_WITHIN_S = 60.0
DATABASE_OWNER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this account."""


def postgres_server() -> Iterator[str]:
    """A PostgreSQL cluster; yields the connection string of its database ``postgres``."""
    versions = sorted(POSTGRES_BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    binaries = versions[-1].parent
    as_owner = ["runuser", "-u", DATABASE_OWNER, "--"] if os.geteuid() == 0 else []
    with temporary_folder() as folder:
        if as_owner:
            shutil.chown(folder, DATABASE_OWNER)
        data = folder / "data"
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            DATABASE_OWNER,
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        command = [str(part) for part in (*as_owner, *initdb)]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  our own
        assert made.returncode == 0, made.stderr
        options = ["-c", "listen_addresses=", "-k", folder, "-c", "max_connections=40", "-c", "shared_buffers=16MB"]
        dsn = f"postgresql:///postgres?host={folder}&user={DATABASE_OWNER}"
        with running([*as_owner, binaries / "postgres", "-D", data, *options], folder, _answers_postgres(dsn)):
            yield dsn


def redis_server() -> Iterator[str]:
    """A Redis server without persistence; yields its ``unix://`` address."""
    with temporary_folder() as folder, redis_running(folder) as url:
        yield url


@contextmanager
def redis_running(folder: Path) -> Iterator[str]:
    """A Redis server in ``folder`` until the end of the block, for tests of losing it; yields its address."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("Redis is not installed (apt-get install redis-server)")
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "no"]
    with running([program, *options], folder, _answers_redis(socket)):
        yield f"unix://{socket}"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A short path: the address of a Unix socket has at most 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="preau-engine-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: list[object], folder: Path, answers: Callable[[], bool]) -> Iterator[None]:
    """Runs a server until the end of the block; it is asked to stop, and made to after ten seconds."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([str(part) for part in command], cwd=folder, stdout=log, stderr=log)  # noqa: S603
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not answers():
            assert server.poll() is None, (folder / "log").read_text(errors="replace")
            assert time.monotonic() < deadline, f"{command[0]} did not answer within {STARTS_WITHIN_S:g} s"
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers_postgres(dsn: str) -> Callable[[], bool]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (the extra postgres)")

    def answers() -> bool:
        try:
            psycopg.connect(dsn, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    return answers


def _answers_redis(socket: Path) -> Callable[[], bool]:
    redis = pytest.importorskip("redis", reason="redis is not installed (the extra redis)")

    def answers() -> bool:
        client = redis.Redis(unix_socket_path=str(socket))
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()

    return answers
