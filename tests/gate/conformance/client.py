"""What the suite asks of a gate over HTTP, whichever engine it is."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import preau
from preau.gate.haproxy.process import haproxy_binary

SERVED = Path(__file__).with_name("served.py")
SECRET = b"a secret of the tests, 32 bytes."
STARTS_WITHIN_S = 20.0
ENGINES = ("embedded", "haproxy")
JSON = "application/json"
PAGE = "text/html"


class Reply(NamedTuple):
    """An answer. ``cookies``: what it sets, by name, without attributes; deleted ones are empty."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: str

    @property
    def came_in(self) -> bool:
        """Whether the application answered."""
        return "preau-gate" not in self.headers and self.body.startswith("{") and '"client"' in self.body

    @property
    def waits(self) -> bool:
        return self.headers.get("preau-gate") == "waiting"

    def json(self) -> Any:
        return json.loads(self.body)

    def datum(self, name: str) -> str:
        """A ``data-`` attribute of the waiting page."""
        page = self.body.partition("<main")[2].partition("<script")[0]
        found = re.search(rf'\sdata-{name}="([^"]*)"', page)
        assert found, f"no data-{name} in {self.status} {page or self.body[:500]}"
        return found[1]


class GateOnAPort:
    """Asks the gate; each address 127.x.y.z is a source of its own."""

    def __init__(self, engine: str, port: int, folder: Path, offset_s: int) -> None:
        self.engine = engine
        self.port = port
        self.folder = folder
        self.offset_s = offset_s
        self._open: dict[str, http.client.HTTPConnection] = {}

    def now_s(self) -> float:
        return time.time() + self.offset_s

    def ask(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        cookies: Mapping[str, str] | str = "",
        source: str = "127.0.0.1",
        accept: str = PAGE,
        body: bytes | None = None,
        **headers: str,
    ) -> Reply:
        text = cookies if isinstance(cookies, str) else "; ".join(f"{name}={value}" for name, value in cookies.items())
        sent = {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if text:
            sent["Cookie"] = text
        for attempt in range(2):
            connection = self._open.get(source) or self._connect(source)
            try:
                connection.request(method, path, body=body, headers=sent)
                return _read(connection.getresponse())
            except (http.client.HTTPException, ConnectionError):
                self._open.pop(source).close()
                if attempt:
                    raise
        raise AssertionError

    def state(self) -> Any:
        return self.ask("/attente/etat.json", accept=JSON).json()

    def until(self, condition: Any, *, within_s: float = 8.0) -> Any:
        """Asks again until ``condition()`` is true; the porter looks once a second."""
        ends = time.monotonic() + within_s
        while not (found := condition()):
            assert time.monotonic() < ends, f"not within {within_s} s"
            time.sleep(0.1)
        return found

    def _connect(self, source: str) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(source, 0))
        self._open[source] = connection
        return connection

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()


def _read(response: http.client.HTTPResponse) -> Reply:
    cookies = {}
    for text in response.headers.get_all("set-cookie") or []:
        name, _, value = text.partition(";")[0].partition("=")
        cookies[name] = value
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status, headers, cookies, response.read().decode())


def is_missing(engine: str) -> bool:
    return engine == "haproxy" and haproxy_binary() is None


@contextmanager
def gate_running(  # noqa: PLR0913  what a gate is started with
    engine: str,
    folder: Path,
    *,
    capacity: int = 1,
    offset_s: int = 0,
    idle_s: int = 900,
    level: int = 0,
    secrets: tuple[bytes, ...] = (SECRET,),
    port: int = 0,
) -> Iterator[GateOnAPort]:
    """Runs a gate; the same folder and port again is a restart."""
    port = port or free_port()
    arguments = [engine, str(port), str(capacity), str(folder), str(offset_s), str(idle_s), str(level)]
    command = [sys.executable, str(SERVED), *arguments, *(secret.hex() for secret in secrets)]
    path = os.pathsep.join([str(Path(preau.__file__).parents[1]), *sys.path[1:2]])
    said = (folder / "served.log").open("ab")
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=said, stderr=said)  # noqa: S603
    gate = GateOnAPort(engine, port, folder, offset_s)
    try:
        _wait_for(gate, process, folder)
        yield gate
    finally:
        gate.close()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        said.close()


def _wait_for(gate: GateOnAPort, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    ends = time.monotonic() + STARTS_WITHIN_S
    while True:
        assert process.poll() is None, (folder / "served.log").read_text()[-3000:]
        assert time.monotonic() < ends, (folder / "served.log").read_text()[-3000:]
        try:
            with socket.create_connection(("127.0.0.1", gate.port), timeout=1):
                pass
            if gate.state()["v"] == 1:
                return
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
