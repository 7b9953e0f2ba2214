"""A HAProxy whose agent and application are dead: order is kept, entry is slow, nobody reads an error of HAProxy."""

import asyncio
import http.client
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest

from gate.conformance.client import JSON, SECRET, GateOnAPort, free_port
from gate.conformance.served import SCHOOL
from gate.conformance.test_entry import CLASS, card_of
from preau.gate.body import UPLOADS_PER_VISITOR
from preau.gate.haproxy import maps
from preau.gate.haproxy.control import Control
from preau.gate.haproxy.ledger import EdgeLedger
from preau.gate.haproxy.process import haproxy_binary, write_files
from preau.gate.haproxy.refusals import DRAWN
from preau.gate.haproxy.render import render
from preau.gate.haproxy.settings import EdgeSettings, OpenPaths
from preau.gate.rules.entries import Claims
from preau.gate.rules.orders import obeyed
from preau.gate.rules.plan import Plan
from preau.published.shapes import Mode
from preau.tokens import ticket
from preau.tokens.card import Role
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket

KEYRING = Keyring(SECRET)
CLAIMS_PER_S, CALM_CLAIMS_PER_S = 9, 2
FIGURES = {"capacity": 50, "others": 25, "unproven": 12, "sample": 1}


class EdgeAlone(GateOnAPort):
    """Its maps are in the test's hand."""

    @property
    def control(self) -> Control:
        return Control(self.folder / "edge.sock")

    def plan(self, *marks: tuple[int, ...], wait_s: int = 0, over: bool = False, mode: Mode = "auto") -> None:
        """The plan of the minute under the mode, or without marks, or when it is over, what is left of it."""
        now_s = time.time()
        minute = (*marks, *((marks or ((0, 0, 0, 0),))[-1:] * (60 - len(marks))))
        plan = Plan(
            int(now_s),
            minute,
            claims_per_s=CLAIMS_PER_S,
            calm_claims_per_s=CALM_CLAIMS_PER_S,
            wait_s=(0, 0, wait_s, wait_s),
        )
        lines = maps.plan_lines(obeyed(plan, mode), **FIGURES, now_s=now_s)
        kept = tuple(line for line in lines if (marks and not over) or ":" not in line[0])
        asyncio.run(self.control.swap_map(self.folder / "plan.map", kept))

    def ticket(self, *, age_s: float, tid: str) -> dict[str, str]:
        now_s = time.time()
        held = Ticket(lane=3, order_key=int((now_s - age_s) * 1_000_000), tid=tid)
        return {"ticket": ticket.mint(KEYRING, held, now_s=now_s)}

    def lets_in(self, cookies: dict[str, str]) -> bool:
        """By the room in front of the door, which needs no application: who comes in is led on, with a pass."""
        reply = self.ask("/attente/?vers=/", cookies=cookies)
        assert (reply.status == 303) is ("passe" in reply.cookies)
        return reply.status == 303


def settings_of(folder: Path, **changes: Any) -> EdgeSettings:
    settings = EdgeSettings(
        folder=str(folder), bind=f"127.0.0.1:{free_port()}", application=f"127.0.0.1:{free_port()}",
        edge_secret="x" * 43, cookies=cookie_names(secure=False), secure=False, school=SCHOOL, connections_max=500,
        open=OpenPaths(exact=("/etat",), prefixes=("/static/",)),
    )  # fmt: skip
    return msgspec.structs.replace(settings, **changes)


@contextmanager
def edge_running(settings: EdgeSettings) -> Iterator[EdgeAlone]:
    folder, port = Path(settings.folder), int(settings.bind.rpartition(":")[2])
    write_files(folder, render(settings, maps.key_lines(KEYRING, now_s=time.time()), (), '{"v":1}', '{"v":1}'))
    command = [str(haproxy_binary()), "-db", "-q", "-f", str(folder / "haproxy.cfg")]
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("wb"))
        process = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))  # noqa: S603
        stack.callback(process.terminate)
        alone = EdgeAlone("haproxy", port, folder, 0)
        stack.callback(alone.close)
        while not (folder / "edge.sock").exists():
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield alone


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[EdgeAlone]:
    if haproxy_binary() is None:
        pytest.skip("HAPROXY IS NOT INSTALLED (apt-get install haproxy)")
    with edge_running(settings_of(tmp_path)) as alone:
        yield alone


def test_the_files_are_for_their_owner_alone(edge: EdgeAlone) -> None:
    for path in edge.folder.iterdir():
        if path.name != "log":
            assert path.stat().st_mode & 0o077 == 0, path


def test_more_browsers_than_half_of_the_descriptors_may_come(tmp_path: Path) -> None:
    if haproxy_binary() is None:
        pytest.skip("HAPROXY IS NOT INSTALLED (apt-get install haproxy)")
    with edge_running(settings_of(tmp_path, connections_max=700, descriptors=1000)) as alone:
        said = asyncio.run(alone.control.ask("show info"))
    assert "Maxconn: 700" in said
    assert "Ulimit-n: 1000" in said


def test_the_plan_decides_lane_by_lane_to_the_very_key(edge: EdgeAlone) -> None:
    place = edge.ticket(age_s=10, tid="keyKEYkeyKE")
    key = int(place["ticket"].split(".")[3])
    edge.plan((0, 0, 0, key))
    assert not edge.lets_in(place)
    edge.plan((0, 0, 0, key + 1))
    assert edge.lets_in(place)


def test_past_the_plan_lanes_0_and_1_are_called_and_the_others_after_the_last_known_wait(edge: EdgeAlone) -> None:
    edge.plan(wait_s=60)
    assert edge.lets_in({"carnet": card_of(edge, Role.TEACHER)})
    assert edge.lets_in({"carnet": card_of(edge, Role.PUPIL)})
    assert not edge.lets_in(edge.ticket(age_s=50, tid="lateLATElat"))
    assert edge.lets_in(edge.ticket(age_s=70, tid="earlyEARLYe"))


def test_a_lane_that_was_open_stays_open_past_the_plan(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 2**63 - 1), over=True)
    assert edge.lets_in({})
    edge.plan((0, 0, 0, int((time.time() - 30) * 1_000_000)), wait_s=300, over=True)
    assert edge.lets_in(edge.ticket(age_s=40, tid="beforeBEFOR"))
    assert not edge.lets_in(edge.ticket(age_s=20, tid="afterAFTERa"))


def test_a_closed_gate_stays_closed_past_the_plan_and_teachers_come_in(edge: EdgeAlone) -> None:
    edge.plan((0, 2**63 - 1, 0, 0), over=True, mode="closed")
    assert not edge.lets_in({"carnet": card_of(edge, Role.PUPIL)})
    assert not edge.lets_in(edge.ticket(age_s=500, tid="longLONGlon"))
    assert edge.lets_in({"carnet": card_of(edge, Role.TEACHER)})
    edge.plan((0, 2**63 - 1, 0, 0), over=True)
    assert edge.lets_in({"carnet": card_of(edge, Role.PUPIL)})


def test_claims_are_limited_in_every_second_and_teachers_are_not(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 2**63 - 1))
    granted = sum(edge.lets_in(edge.ticket(age_s=5, tid=f"claim{number:06}")) for number in range(30))
    assert CLAIMS_PER_S <= granted <= 2 * CLAIMS_PER_S
    teachers = [card_of(edge, Role.TEACHER, subject=f"teacher{number:04}") for number in range(10)]
    assert all(edge.lets_in({"carnet": card}) for card in teachers)
    edge.plan()
    time.sleep(2.1)  # the limiter looks back over a sliding second
    granted = sum(edge.lets_in(edge.ticket(age_s=5, tid=f"after{number:06}")) for number in range(20))
    assert CALM_CLAIMS_PER_S <= granted <= 2 * CALM_CLAIMS_PER_S < CLAIMS_PER_S


def test_without_any_plan_nobody_but_teachers_enters(edge: EdgeAlone) -> None:
    assert not edge.lets_in(edge.ticket(age_s=5, tid="nobodyNOBOD"))
    assert not edge.lets_in({"carnet": card_of(edge, Role.PUPIL)})
    assert edge.lets_in({"carnet": card_of(edge, Role.TEACHER)})


def test_without_keys_no_token_is_one_and_nobody_enters(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 2**63 - 1))
    teacher = {"carnet": card_of(edge, Role.TEACHER)}
    asyncio.run(edge.control.swap_map(edge.folder / "keys.map", (("generation", "0000"),)))
    for cookies in (
        teacher,
        edge.ticket(age_s=5, tid="nobodyNOBOD"),
        {"passe": "p1.20780-0000.9999999999.3.aaaaaaaaaaa."},
    ):
        reply = edge.ask("/", accept=JSON, cookies=cookies)
        assert reply.json()["error"]["code"] in {"gate_waiting", "app_unavailable"}
        assert not reply.cookies


def test_a_dead_application_is_our_page_or_json(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 2**63 - 1))
    page = edge.ask("/")
    assert page.status == 503
    assert "app_unavailable" in page.body
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["preau-gate"] == "waiting"
    script = edge.ask("/", accept=JSON, cookies=dict(page.cookies))
    assert script.status == 503
    assert script.json()["error"]["code"] == "app_unavailable"


def test_a_dead_application_is_told_of_in_the_voice_of_pupils(edge: EdgeAlone) -> None:
    edge.plan((0, 2**63 - 1, 0, 0))
    for accept in ("text/html", JSON):
        told = edge.ask("/", cookies={"carnet": card_of(edge, Role.PUPIL)}, accept=accept)
        assert (told.status, "réessaie " in told.body, "réessayez" in told.body) == (503, True, False), accept


def requests_by_backend(edge: EdgeAlone) -> dict[str, int]:
    rows = [line.split(",") for line in asyncio.run(edge.control.ask("show stat -1 2 -1")).splitlines()]
    return {row[0]: int(row[rows[0].index("stot")]) for row in rows[1:] if len(row) > 1}


def test_only_the_socket_of_a_live_class_passes_by_the_line_of_the_school(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 2**63 - 1))
    cookies = edge.ticket(age_s=5, tid="socketSOCKE")
    inside = {**cookies, **edge.ask("/attente/?vers=/", cookies=cookies).cookies}
    assert "passe" in inside
    opening = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    for path, live in (("/journee/", 0), ("/travail/x", 0), (f"{CLASS}/", 0), (f"{CLASS}/ws", 1)):
        told = edge.ask(path, cookies=inside, **opening)
        asked = requests_by_backend(edge)
        assert (told.status, asked["school"], asked["live"]) == (503 if live else 403, 0, live), path


def test_nothing_is_sent_to_what_is_open_to_everybody(edge: EdgeAlone) -> None:
    for accept, told in ((JSON, '"body_too_large"'), ("text/html", "trop gros")):
        reply = edge.ask("/static/site.css", method="POST", body=b"x" * 20_000, accept=accept)
        assert (reply.status, told in reply.body) == (413, True)


def says_too_slow(listening: socket.socket) -> None:
    """An application that answers ahead of the body and leaves its line open."""
    with ExitStack() as kept, suppress(OSError):  # it is over when the test is
        while True:
            line, _peer = listening.accept()
            kept.enter_context(line)
            line.recv(65_536)
            line.sendall(b'HTTP/1.1 408 Request Timeout\r\nContent-Length: 11\r\n\r\n"body_slow"')


def test_who_was_told_that_he_is_too_slow_holds_no_place_any_more(tmp_path: Path) -> None:
    if haproxy_binary() is None:
        pytest.skip("HAPROXY IS NOT INSTALLED (apt-get install haproxy)")
    with socket.create_server(("127.0.0.1", 0)) as application, ExitStack() as stack:
        answering = Thread(target=says_too_slow, args=(application,))
        answering.start()
        stack.callback(answering.join)
        stack.callback(application.shutdown, socket.SHUT_RDWR)
        port = application.getsockname()[1]
        edge = stack.enter_context(edge_running(settings_of(tmp_path, application=f"127.0.0.1:{port}")))
        edge.plan((0, 0, 0, 2**63 - 1))
        cookies = edge.ticket(age_s=5, tid="tooSLOWtooS")
        inside = {**cookies, **edge.ask("/attente/?vers=/", cookies=cookies).cookies}
        work = {"carnet": card_of(edge, Role.GUARDIAN)}
        edge.plan((0, 0, 0, 0))
        for path, shown in (("/carnet/", inside), ("/travail/x", work)):
            pairs = "; ".join(f"{name}={value}" for name, value in shown.items())
            head = (
                f"POST {path} HTTP/1.1\r\nHost: x\r\nAccept: {JSON}\r\nContent-Length: 50000\r\nCookie: {pairs}\r\n\r\n"
            )
            for _ in range(2 * UPLOADS_PER_VISITOR + 1):
                slow = stack.enter_context(socket.create_connection(("127.0.0.1", edge.port), timeout=5))
                slow.sendall(head.encode() + b"x" * 20_000)
                answer = slow.recv(65_536)
                assert answer.startswith(b"HTTP/1.1 408 "), answer
                assert b'"body_slow"' in answer


def test_the_census_counts_what_came_in_and_what_waits(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 2**63 - 1))
    for number in range(3):
        assert edge.lets_in(edge.ticket(age_s=5, tid=f"inside{number:05}"))
    assert edge.lets_in({"carnet": card_of(edge, Role.TEACHER)})
    edge.plan((0, 0, 0, 0))
    waiting = [edge.ticket(age_s=number, tid=f"waits{number:06}") for number in range(1, 5)]
    let_in = [edge.lets_in(cookies) for cookies in waiting]
    assert not any(let_in)
    ledger = EdgeLedger(edge.control)
    census = asyncio.run(ledger.census(now_s=time.time()))
    assert (census.inside, census.inside_staff, census.claims.limited) == (3, 1, 3)
    assert {waiter.tid for waiter in census.waiting} == {cookies["ticket"].split(".")[4] for cookies in waiting}
    assert census.claims == Claims((1, 0, 0, 3))
    edge.plan((0, 0, 0, 2**63 - 1))
    time.sleep(1.1)
    assert edge.lets_in(waiting[0])
    assert len(asyncio.run(ledger.census(now_s=time.time())).waiting) == 3


def test_claims_of_devices_without_a_cookie_are_counted_apart(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 2**63 - 1))
    assert edge.lets_in({})
    assert edge.lets_in(edge.ticket(age_s=5, tid="waits000001"))
    census = asyncio.run(EdgeLedger(edge.control).census(now_s=time.time()))
    assert census.claims == Claims((0, 0, 0, 1), bare=1)


def test_places_given_are_counted_by_lane_and_once_for_each_device(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 0))
    drawn = asyncio.run(edge.control.variables())
    first = edge.ask("/")
    edge.ask("/", cookies={"ticket": first.cookies["ticket"]})
    edge.ask("/")
    edge.ask("/", cookies={"carnet": card_of(edge, Role.GUARDIAN)})
    edge.ask("/", cookies={"carnet": card_of(edge, Role.TEACHER)})
    since = {name: total - drawn[name] for name, total in asyncio.run(edge.control.variables()).items()}
    assert [since[name] for name in DRAWN] == [1, 0, 1, 2]


def test_cards_at_the_door_are_remembered_with_their_first_second(edge: EdgeAlone) -> None:
    edge.plan((0, 0, 0, 0))
    now_s = int(time.time())
    for _ in range(2):
        edge.ask("/", cookies={"carnet": card_of(edge, Role.PUPIL, subject="waitsATdoor")})
    (wait,) = asyncio.run(EdgeLedger(edge.control).at_the_door(now_s=time.time())).items()
    assert wait[0] == "waitsATdoor"
    assert now_s <= wait[1].first_s <= wait[1].last_s <= now_s + 2


def test_a_head_that_does_not_end_is_cut_within_seconds(edge: EdgeAlone) -> None:
    with socket.create_connection(("127.0.0.1", edge.port), timeout=10) as slow:
        began = time.monotonic()
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        while slow.recv(4096):
            pass
        assert time.monotonic() - began < 8


def test_a_sign_in_that_comes_slowly_is_cut_after_three_seconds_in_french(edge: EdgeAlone) -> None:
    with socket.create_connection(("127.0.0.1", edge.port), timeout=6) as slow:
        slow.sendall(b"POST /connexion/ HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nContent-Length: 10\r\n\r\nhalf")
        answer = b""
        while b"</html>" not in answer:
            more = slow.recv(65_536)
            assert more, answer
            answer += more
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert "L’envoi a pris trop de temps" in answer.decode()


def test_two_edges_count_and_refuse_alike(edge: EdgeAlone, tmp_path: Path) -> None:
    del edge  # it only says whether HAProxy is installed
    peers = tuple((name, f"127.0.0.1:{free_port()}") for name in ("east", "west"))
    folders = [tmp_path / name for name, _address in peers]
    for folder in folders:
        folder.mkdir()
    both = [settings_of(folder, peers=peers, own_name=folder.name) for folder in folders]
    with edge_running(both[0]) as east, edge_running(both[1]) as west:
        for one in (east, west):
            one.plan((0, 0, 0, 2**63 - 1))
        east.until(lambda: are_joined(east) and are_joined(west))
        place = east.ticket(age_s=5, tid="bothBOTHbot")
        entered = east.ask("/attente/?vers=/", cookies=place)
        assert west.until(lambda: asyncio.run(west.control.used())["t_others"] == 1)
        held = {"passe": entered.cookies["passe"]}
        for one in (east, west):
            one.plan((0, 0, 0, 0))
            assert one.ask("/attente/?vers=/", cookies=held).status == 303
        given = west.ask("/attente/quitter", method="POST", cookies=held, Sec_Fetch_Site="same-origin")
        assert given.status == 200
        assert east.until(lambda: east.ask("/attente/?vers=/", cookies=held).status == 200)


def are_joined(edge: EdgeAlone) -> bool:
    return "ESTA" in asyncio.run(edge.control.ask("show peers"))


def test_the_configuration_with_tls_is_accepted(edge: EdgeAlone, tmp_path: Path) -> None:
    del edge
    key, certificate, both = (tmp_path / name for name in ("key.pem", "cert.pem", "both.pem"))
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key)]
    openssl = ["openssl", "req", "-x509", "-days", "1", "-subj", "/CN=localhost", *new_key, "-out", str(certificate)]
    subprocess.run(openssl, check=True, capture_output=True)  # noqa: S603  our own words
    both.write_text(certificate.read_text() + key.read_text())
    folder = tmp_path / "tls"
    folder.mkdir()
    secure = settings_of(folder, certificate=str(both), secure=True, cookies=cookie_names(secure=True))
    with edge_running(secure) as alone:
        alone.plan((0, 0, 0, 0))
        context = ssl.create_default_context(cafile=str(certificate))
        connection = http.client.HTTPSConnection("localhost", alone.port, context=context, timeout=5)
        connection.request("GET", "/")
        response = connection.getresponse()
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("__Host-ticket=t1.")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
        connection.close()
