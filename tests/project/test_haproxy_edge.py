"""The real process behind HAProxy: the one that it starts itself, and the one that the operator runs."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from preau.gate.haproxy.process import EdgeNotStarted, haproxy_binary
from preau.gate.spool import SpoolCounts, counted
from preau.project.haproxy_edge import HaproxyEdge, connections, own_folder
from preau.project.options import Options, parse
from preau.published.files import write_by_rename
from preau.published.shapes import GATE_ORDERS_FILE, GateOrders, Mode, encode
from preau.tokens.keyring import Keyring
from preau_process import PreauProcess, free_port, hands_in, place_of, signed_in, work_of

pytestmark = pytest.mark.skipif(haproxy_binary() is None, reason="HAPROXY IS NOT INSTALLED (apt-get install haproxy)")


def get(url: str, **headers: str) -> tuple[int, str, str]:
    """Status, cookies and body."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return response.status, "; ".join(response.headers.get_all("set-cookie") or []), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, "", error.read().decode()


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.1)
    return True


def haproxies_of(folder: Path) -> list[int]:
    """The processes of HAProxy that read the configuration in this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if str(folder / "haproxy.cfg").encode() in words and words[0].endswith(b"haproxy"):
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PreauProcess]:
    process = PreauProcess(tmp_path / "var")
    yield process
    process.kill()


def the_application_is_killed(server: PreauProcess) -> None:
    """Order, lessons, status and work handed in outlive it; then it is there again."""
    with signed_in(server.url) as browser:
        work = work_of(browser, server.lesson())
        (application,) = [
            child for child in children_of(server.pid) if child not in haproxies_of(own_folder(server.data))
        ]
        os.kill(application, 9)
        for path in ("/etat", server.lesson(), "/static/site.css", "/attente/etat.json"):
            assert get(server.url + path)[0] == 200, path
        assert get(f"{server.url}/etat", Host="evil.example")[0] == 421, "as the application would"
        status, _cookies, page = get(f"{server.url}/journee/", Accept="text/html", Cookie=cookies_of(browser))
        assert (status, "app_unavailable" in page) == (503, True)
        assert get(f"{server.url}/__heartbeat__")[0] == 503
        kept = hands_in(browser, work)
        assert (kept.status_code, kept.json()["kept"]["code"]) == (202, "work_kept")
        handed_in_s = time.time()
        assert counted(server.data / "spool") == SpoolCounts(1, 0)
        assert within(30, server.answers), "the application is started again"
        assert within(20, lambda: counted(server.data / "spool") == SpoolCounts(0, 0))
        assert server.stored_work() == [("lesson_opened",)]
        assert server.handed_in_at_s()[0] <= handed_in_s, "not when it was delivered"
        assert hands_in(browser, work).json()["accepted"], "and takes work itself, which counts once"
        assert server.stored_work() == [("lesson_opened",)]


@contextmanager
def no_folder_at(path: Path) -> Iterator[None]:
    away = path.rename(path.with_name("away"))
    path.touch()
    yield
    path.unlink()
    away.rename(path)


def cookies_of(browser: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def children_of(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_it_serves_through_haproxy_and_takes_it_along_when_it_ends(server: PreauProcess) -> None:
    server.start(PREAU_EDGE="haproxy", PREAU_CAPACITY="1")
    edge = own_folder(server.data)
    assert edge.stat().st_mode & 0o077 == 0
    with httpx.Client(base_url=server.url) as inside, httpx.Client(base_url=server.url) as waits:
        assert [place_of(inside), place_of(inside)] == [None, None]
        assert set(inside.cookies) >= {"ticket", "passe"}
        place = place_of(waits)
        assert place is not None
        assert json.loads(get(f"{server.url}/attente/etat.json")[2])["v"] == 1
        assert get(f"{server.url}/static/site.css")[0] == 200
        assert "preau_gate_inside" in get(f"{server.url}/metrics")[2]
        assert get(f"{server.url}/metrics", **{"X-Forwarded-For": "127.0.0.1"})[0] == 404
        assert not get(f"{server.url}/static/site.css")[1]
        the_application_is_killed(server)
        assert place_of(waits) == place
        (process,) = haproxies_of(edge)
        in_the_way = edge / "haproxy.cfg.new"
        in_the_way.mkdir()
        os.kill(process, 9)
        assert within(8, lambda: "job_died" in server.printed), "a start that fails is said"
        in_the_way.rmdir()
        assert within(8, server.answers), "HAProxy is started again"
        assert (place_of(inside), place_of(waits)) == (None, place)
    server.stop()
    assert within(8, lambda: not haproxies_of(edge))
    server.start(PREAU_EDGE="haproxy")
    assert haproxies_of(edge)
    server.kill()
    assert within(8, lambda: not haproxies_of(edge)), "it does not outlive a process that was killed"


def rendered(server: PreauProcess, edge: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """Writes the files of an operator's HAProxy; returns the command « preau edge » and its environment."""
    environ = {**os.environ, "PREAU_DATA": str(server.data), "BIND": f"127.0.0.1:{server.port}", "PREAU_DEMO": "1"}
    preau = [sys.executable, "-m", "preau.cli", "edge"]
    render = [*preau, "render", "--out", str(edge), "--bind", f"127.0.0.1:{port}"]
    written = subprocess.run(render, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    assert written.returncode == 0, written.stderr
    return preau, environ


def test_a_haproxy_of_the_operator_is_the_only_way_to_the_application_and_outlives_it_and_its_agent(
    server: PreauProcess, tmp_path: Path
) -> None:
    edge, port = tmp_path / "edge", free_port()
    preau, environ = rendered(server, edge, port)
    binary = str(haproxy_binary())
    with (tmp_path / "edge.log").open("wb") as log:
        haproxy = subprocess.Popen([binary, "-db", "-q", "-f", str(edge / "haproxy.cfg")], stdout=log, stderr=log)  # noqa: S603
        agent = subprocess.Popen([*preau, "agent", "--folder", str(edge)], env=environ, stdout=log, stderr=log)  # noqa: S603
    try:
        server.start(url=f"http://127.0.0.1:{port}", PREAU_EDGE="external")
        assert json.loads(get(f"{server.url}/__heartbeat__")[2])["error"]["code"] == "edge_only"
        status, cookies, _body = get(f"http://127.0.0.1:{port}/", Accept="text/html")
        assert (status, "passe=p1." in cookies) == (200, True)
        at_s = json.loads(get(f"http://127.0.0.1:{port}/attente/etat.json")[2])["now_s"]
        assert within(8, lambda: json.loads(get(f"http://127.0.0.1:{port}/attente/etat.json")[2])["now_s"] > at_s)
        with signed_in(f"http://127.0.0.1:{port}") as browser:
            work = work_of(browser, server.lesson())
            server.kill()
            assert hands_in(browser, work).status_code == 202, "by the standby in the agent"
            assert browser.get(server.lesson()).status_code == 200
            with no_folder_at(server.data / "spool"):
                told = hands_in(browser, work)
            assert (told.status_code, told.headers["preau-gate"]) == (503, "waiting")
            assert told.json()["error"]["code"] == "spool_disk_fails", "the standby's sentence passes HAProxy"
            assert "cet envoi n’est pas reçu" in told.json()["error"]["message"]
            server.start(url=f"http://127.0.0.1:{port}", PREAU_EDGE="external")
            assert within(20, lambda: server.stored_work() == [("lesson_opened",)])
            agent.kill()
            agent.wait(10)
            assert hands_in(browser, work).json()["accepted"], "without the agent, by the application"
            assert browser.get("/journee/").status_code == 200
            assert browser.get("/attente/etat.json").json()["v"] == 1
    finally:
        for process in (agent, haproxy):
            process.terminate()
            process.wait(10)


def test_a_haproxy_that_cannot_listen_is_said_at_once_and_so_are_files_that_it_does_not_take(tmp_path: Path) -> None:
    environ = {**os.environ, "PREAU_DATA": str(tmp_path / "var")}
    preau = [sys.executable, "-m", "preau.cli"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        serve = [*preau, "serve", "--edge", "haproxy", "--bind", f"127.0.0.1:{taken.getsockname()[1]}"]
        said = subprocess.run(serve, env=environ, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (said.returncode, "Traceback" in said.stderr) == (2, False)
    assert "HAProxy n’a pas démarré : il s’arrête aussitôt" in said.stderr
    assert "Préau répond" not in said.stdout
    render = [*preau, "edge", "render", "--out", str(tmp_path / "edge"), "--bind", "127.0.0.1:99999"]
    said = subprocess.run(render, env=environ, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert said.returncode == 2
    assert "HAProxy ne prend pas ces fichiers" in said.stderr
    assert "invalid port '99999'" in said.stderr, "with its own words"


def test_a_standby_that_cannot_start_does_not_stop_the_agent_and_starts_once_it_can(
    server: PreauProcess, tmp_path: Path
) -> None:
    edge, port = tmp_path / "edge", free_port()
    preau, environ = rendered(server, edge, port)
    in_the_way = edge / "standby.sock"
    in_the_way.mkdir()
    url, said = f"http://127.0.0.1:{port}", tmp_path / "edge.log"
    with said.open("wb") as log:
        binary = str(haproxy_binary())
        haproxy = subprocess.Popen([binary, "-db", "-q", "-f", str(edge / "haproxy.cfg")], stdout=log, stderr=log)  # noqa: S603
        agent = subprocess.Popen([*preau, "agent", "--folder", str(edge)], env=environ, stdout=log, stderr=log)  # noqa: S603
    try:
        assert within(20, lambda: '"job": "standby", "event": "job_died"' in said.read_text()), said.read_text()
        at_s = json.loads(get(f"{url}/attente/etat.json")[2])["now_s"]
        assert within(8, lambda: json.loads(get(f"{url}/attente/etat.json")[2])["now_s"] > at_s), "the agent feeds it"
        assert get(f"{url}/__lbheartbeat__")[0] == 503, "nobody stands behind"
        in_the_way.rmdir()
        assert within(8, lambda: get(f"{url}/__lbheartbeat__")[0] == 200), "the standby"
        assert agent.poll() is None
    finally:
        for process in (agent, haproxy):
            process.terminate()
            process.wait(10)


def test_where_the_data_folder_is_too_deep_for_a_socket_a_short_folder_of_this_account_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("d" * 80)
    short = own_folder(deep)
    assert short == own_folder(deep) != own_folder(tmp_path / ("e" * 80))
    assert short.parent == tmp_path
    assert short.stat().st_mode & 0o777 == 0o700
    short.chmod(0o755)
    with pytest.raises(EdgeNotStarted):
        own_folder(deep)
    assert own_folder(Path("/srv/preau")) == Path("/srv/preau/edge")


def test_two_thirds_of_the_descriptors_are_for_browsers_where_haproxy_is_ours_and_else_half() -> None:
    assert connections(20_000, ours=True) == (13_200, 20_000)
    assert connections(20_000, ours=False) == (9_900, 0)
    assert connections(resource.RLIM_INFINITY, ours=True) == (20_000, 0)


def written_anew(tmp_path: Path, orders: GateOrders) -> dict[str, str]:
    """The plan that a HAProxy starts with, once orders were given after its guard started."""
    options = parse({"PREAU_DATA": str(tmp_path / "var"), "PREAU_CAPACITY": "300"})
    assert isinstance(options, Options)
    edge = HaproxyEdge(options, Keyring(b"k" * 32))
    published = options.data / "published"
    published.mkdir(parents=True)
    write_by_rename(published / GATE_ORDERS_FILE, encode(orders), durable=False)
    return dict(line.split(" ", 1) for line in edge.files()["plan.map"].splitlines())


@pytest.mark.parametrize("mode", ["closed", "drain"])
def test_a_haproxy_started_again_calls_nobody_but_staff_where_orders_suspend_the_gate(
    tmp_path: Path, mode: Mode
) -> None:
    plan = written_anew(tmp_path, GateOrders(capacity=None, mode=mode, pre_open_s=0, by="", at_s=1, reason=""))
    marks = {lane: {mark for name, mark in plan.items() if name.startswith(f"{lane}:")} for lane in range(4)}
    assert marks == {0: {str(2**63 - 1)}, 1: {"0"}, 2: {"0"}, 3: {"0"}}
    assert plan["calm"] == "0"


def test_a_haproxy_started_again_keeps_the_ordered_capacity_and_fills_no_faster_than_an_empty_house(
    tmp_path: Path,
) -> None:
    plan = written_anew(tmp_path, GateOrders(capacity=90, mode="auto", pre_open_s=0, by="", at_s=1, reason=""))
    assert (plan["capacity"], plan["claims"], plan["calm"]) == ("90", "3", "1")
    assert f"3:{int(time.time())}" in plan
