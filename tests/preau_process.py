"""A real Préau as a child process: started by the command that the README gives, killed as a power cut would."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from preau.school.demo.accounts import PASSWORD

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
    def pid(self) -> int:
        """Of the process that was started."""
        assert self._process is not None
        return self._process.pid

    def lesson(self) -> str:
        """The address of a published lesson."""
        offered = json.loads((self.data / "published/lessons_of_the_day.json").read_text())
        return str(offered["sections"]["ecole"]["url"])

    def stored_work(self) -> list[tuple[str]]:
        """The kinds of the events of pupils' work that the school has."""
        with closing(sqlite3.connect(self.data / "school.sqlite3", timeout=10)) as database:
            return database.execute("SELECT kind FROM work_workevent").fetchall()

    def handed_in_at_s(self) -> list[float]:
        """When the events were handed in, as the school has it: wall seconds."""
        with closing(sqlite3.connect(self.data / "school.sqlite3", timeout=10)) as database:
            rows = database.execute("SELECT received_at FROM work_workevent").fetchall()
        return [datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() for (text,) in rows]

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


@contextmanager
def signed_in(url: str) -> Iterator[httpx.Client]:
    """A browser of the demo's Claire Lefèvre, whose card enters always."""
    with httpx.Client(base_url=url, follow_redirects=True) as browser:
        sign_in(browser, url)
        yield browser


def sign_in(browser: httpx.Client, url: str) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/connexion/personnel/").text)
    assert token is not None
    who = {"csrfmiddlewaretoken": token[1], "identifiant": "claire.lefevre", "mot_de_passe": PASSWORD}
    assert browser.post("/connexion/personnel/", data=who, headers={"Origin": url}).url.path == "/journee/"


def work_of(browser: httpx.Client, lesson: str) -> str:
    """The journal of who is signed in: that a lesson was opened."""
    edition, _, name = lesson.removeprefix("/colis/editions/").partition("/")
    person = re.search(r'data-person="([^"]+)"', browser.get("/journee/").text)
    assert person is not None
    event = {
        "uuid": "6f1c1e4e-7d6e-4b8e-9a53-0a8f0a6c7c11",
        "person": person[1],
        "edition": edition,
        "lesson": name.removesuffix(".html"),
        "item": "",
        "kind": "lesson_opened",
        "response": None,
        "client_at": "2026-11-23T07:41:09.120Z",
    }
    return json.dumps({"v": 1, "events": [event]})


def hands_in(browser: httpx.Client, work: str) -> httpx.Response:
    """Sends it as the lesson page does."""
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    return browser.post("/travail/journal", content=work, headers=headers)


def place_of(browser: httpx.Client) -> str | None:
    """The order key of who waits; None for who is inside."""
    page = browser.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200, page.text[:300]
    key = re.search(r'data-key="(\d+)"', page.text)
    return None if key is None else key[1]
