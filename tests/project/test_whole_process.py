"""The real process, as an operator runs it: started, broken, killed, run twice, run on the engines."""

import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from engines import redis_running, temporary_folder
from preau.gate.haproxy.process import haproxy_binary
from preau.gate.spool import SpoolCounts, counted
from preau_process import PreauProcess, free_port, hands_in, place_of, signed_in, work_of


def get(url: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PreauProcess]:
    process = PreauProcess(tmp_path / "var")
    process.start()
    yield process
    process.kill()


def test_it_answers_says_what_it_is_and_starts_again_quickly(server: PreauProcess) -> None:
    assert json.loads(get(f"{server.url}/__heartbeat__")[1])["status"] == "ok"
    assert json.loads(get(f"{server.url}/__version__")[1])["name"] == "preau"
    assert "preau_gate_inside" in get(f"{server.url}/metrics")[1]
    assert within(5, lambda: "claire.lefevre" in server.printed), server.printed
    server.kill()
    assert server.start() < 15, "a second start applies no migration and seeds nothing"


def rename_tables(data: Path, *, gone: bool) -> None:
    """Takes every table of the school away, or gives them back."""
    with closing(sqlite3.connect(data / "school.sqlite3", isolation_level=None, timeout=10)) as database:
        database.execute("PRAGMA legacy_alter_table=ON")
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
            if not table.startswith("sqlite_") and table.startswith("gone_") is not gone:
                database.execute(f'ALTER TABLE "{table}" RENAME TO "{f"gone_{table}" if gone else table[5:]}"')


def test_a_lesson_the_status_page_and_work_handed_in_outlive_the_school(server: PreauProcess) -> None:
    lesson = server.lesson()
    with signed_in(server.url) as browser:
        work = work_of(browser, lesson)
        rename_tables(server.data, gone=True)
        status, page = get(f"{server.url}/parcours/", Accept="text/html")
        assert (status, "Traceback" in page) in {(503, False), (500, False)}
        assert get(f"{server.url}/etat")[0] == 200
        assert get(f"{server.url}/static/site.css")[0] == 200
        assert get(server.url + lesson)[0] == 200
        kept = hands_in(browser, work)
        assert (kept.status_code, kept.json()["kept"]["code"]) == (202, "work_kept")
        handed_in_s = time.time()
    summary = f"{server.url}/etat/api/v2/summary.json"
    assert within(30, lambda: "_outage" in get(summary)[1]), "the canary sings every five seconds"
    assert get(f"{server.url}/__heartbeat__")[0] == 503
    assert counted(server.data / "spool") == SpoolCounts(1, 0)
    server.kill()
    rename_tables(server.data, gone=False)
    server.start()
    assert within(10, lambda: counted(server.data / "spool") == SpoolCounts(0, 0))
    assert server.stored_work() == [("lesson_opened",)]
    assert server.handed_in_at_s()[0] <= handed_in_s, "not when it was delivered"


def within(seconds: float, true: Callable[[], bool]) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.2)
    return False


def test_a_second_process_on_the_same_data_is_refused_with_a_sentence(server: PreauProcess) -> None:
    environ = {**os.environ, "PREAU_DATA": str(server.data), "BIND": "127.0.0.1:9"}
    command = [sys.executable, "-m", "preau.cli", "serve", "--bind", f"127.0.0.1:{server.port + 1}"]
    second = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert second.returncode == 2
    assert "Un autre processus sert déjà" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_second_school_on_the_same_port_is_refused_with_a_sentence(server: PreauProcess, tmp_path: Path) -> None:
    environ = {**os.environ, "PREAU_DATA": str(tmp_path / "other"), "PREAU_DEMO": "1", "PREAU_EDGE": "embedded"}
    command = [sys.executable, "-m", "preau.cli", "demo", "--bind", f"127.0.0.1:{server.port}"]
    second = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (second.returncode, "est déjà prise" in second.stderr) == (2, True), second.stderr


@pytest.mark.engines
def test_the_same_code_runs_on_postgresql_and_on_a_redis_that_dies(
    tmp_path: Path, postgres_server: str, redis_server: str
) -> None:
    asked = parse_qs(urlsplit(postgres_server).query)
    database_url = f"postgresql://{asked['user'][0]}@{quote(asked['host'][0], safe='')}/postgres"
    process = PreauProcess(tmp_path / "var")
    try:
        process.start(DATABASE_URL=database_url, REDIS_URL=redis_server)
        assert get(f"{process.url}/connexion/")[0] == 200
        assert not (process.data / "school.sqlite3").exists()
        process.kill()
        with temporary_folder() as folder:
            nobody_loses_a_place(process, folder, DATABASE_URL=database_url, PREAU_CAPACITY="1")
    finally:
        process.kill()


def nobody_loses_a_place(process: PreauProcess, folder: Path, **options: str) -> None:
    """Redis is killed and comes back empty, while somebody is inside and somebody waits."""
    people = [httpx.Client(), httpx.Client()]
    with people[0] as inside, people[1] as waits:
        with redis_running(folder) as url:
            process.start(REDIS_URL=url, **options)
            for browser in people:
                browser.base_url = httpx.URL(process.url)
            assert [place_of(inside), place_of(inside)] == [None, None]
            place = place_of(waits)
            assert place is not None
        for _ in range(2):
            assert (place_of(inside), place_of(waits)) == (None, place)
        assert "ledger_unavailable" in process.printed
        stood_at_s = inside.get("/attente/etat.json").json()["now_s"]
        with redis_running(folder):
            assert within(10, lambda: inside.get("/attente/etat.json").json()["now_s"] > stood_at_s)
            assert (place_of(inside), place_of(waits)) == (None, place)


PROXY = """
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend preau
    bind 127.0.0.1:{port}
    option forwardfor
    default_backend preau
backend preau
    server local 127.0.0.1:{behind}
"""


SET_BACK_S = 5
"""Of a hundred tickets of one address, at 50 ms each: longer than it takes to draw them."""


def _line_from(visitor: str, port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=(visitor, 0))


def _place_from(visitor: str, port: int) -> int:
    """The order key of a device without cookies, or 0 for who comes in."""
    with closing(_line_from(visitor, port)) as through:
        through.request("GET", "/", headers={"Accept": "text/html"})
        found = re.search(r'data-key="(\d+)"', through.getresponse().read().decode())
        return int(found[1]) if found else 0


@pytest.mark.skipif(haproxy_binary() is None, reason="HAPROXY IS NOT INSTALLED (apt-get install haproxy)")
def test_behind_another_proxy_visitors_are_themselves(tmp_path: Path) -> None:
    """Each further ticket of one address is set back; the figures are for nobody who comes through a proxy."""
    process, port = PreauProcess(tmp_path / "var"), free_port()
    (tmp_path / "proxy.cfg").write_text(PROXY.format(port=port, behind=process.port))
    proxy = subprocess.Popen([haproxy_binary() or "", "-db", "-f", tmp_path / "proxy.cfg"])  # noqa: S603
    try:
        process.start(PREAU_PROXIES="127.0.0.1", PREAU_CAPACITY="1")
        keys = [_place_from(visitor, port) for visitor in (*["127.0.0.2"] * (SET_BACK_S * 20), "127.0.0.3")]
        assert keys[-1] < keys[-2], "who comes later from another address stands before"
        for visitor in ("127.0.0.2", "127.0.0.1"):
            with closing(_line_from(visitor, port)) as through:
                through.request("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
                assert through.getresponse().status == 404
        assert "preau_gate_inside" in get(f"{process.url}/metrics")[1]
    finally:
        process.kill()
        proxy.terminate()
        proxy.wait(10)
