"""A gate in a process of its own, on a real port, with a lesson for each section: for browsers of every kind."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from gate.served_gate import free_port

LESSON = {
    "title": "Fractions",
    "subject": "Maths",
    "minutes": 25,
    "url": "/colis/editions/x/l1.html",
    "section": "ecole",
}


@contextmanager
def served_house(folder: Path, *, capacity: int, level: int = 0) -> Iterator[str]:
    """The address of a gate with ``capacity`` places inside and nobody in it, at a level of the ladder."""
    sections = {section: {**LESSON, "section": section} for section in ("ecole", "college", "lycee")}
    (folder / "lessons_of_the_day.json").write_text(
        json.dumps({"v": 1, "date": "2026-11-23", "groups": {}, "sections": sections})
    )
    port = free_port()
    script = str(Path(__file__).with_name("served_gate.py"))
    command = [sys.executable, script, str(port), str(capacity), str(folder), str(level)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:  # noqa: S603
        try:
            wait_until_served(f"http://127.0.0.1:{port}/attente/etat.json", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_until_served(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urlopen(url, timeout=1):  # noqa: S310  our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            assert server.poll() is None, "the server ended before it listened"
            assert time.monotonic() < deadline, "the server did not listen within 30 s"
            time.sleep(0.05)
