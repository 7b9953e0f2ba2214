"""Coming in, staying, leaving and coming back: each engine does what docs/protocol/gate.md says."""

import base64
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gate.conformance.client import JSON, SECRET, GateOnAPort, Reply, free_port, gate_running
from gate.conformance.conftest import MakeGate
from gate.conformance.served import LATENCY_S
from preau.published.files import write_by_rename
from preau.published.shapes import GATE_ORDERS_FILE, GateOrders, encode
from preau.tokens import admission, card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card, Role, hours_mask
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket

KEYRING = Keyring(SECRET)


def card_of(gate: GateOnAPort, role: Role, *, busy: bool = True, subject: str = "subjectSUBJ") -> str:
    now_s = gate.now_s()
    hour = int(now_s // 3600)
    hours = hours_mask({hour, hour + 1} if busy else set())
    held = Card(expires_at_s=int(now_s) + 9000, role=role, subject=subject, group="groupGROUPg", hours=hours)
    return card.mint(KEYRING, held, now_s=now_s)


def comes_in(gate: GateOnAPort, source: str = "127.0.0.1") -> dict[str, str]:
    """Somebody who keeps cookies: in, and seen a second time."""
    first = gate.ask("/", source=source)
    assert first.came_in
    cookies = dict(first.cookies)
    second = gate.ask("/", source=source, cookies=cookies)
    assert second.came_in
    return {**cookies, **second.cookies}


def enters(gate: GateOnAPort, cookies: dict[str, str]) -> bool:
    reply = gate.ask("/", cookies=cookies)
    cookies.update(reply.cookies)
    return reply.came_in


def test_who_is_called_comes_in_and_the_house_is_full(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    waiting = gate.ask("/journee/", source="127.0.0.2")
    assert waiting.waits
    assert waiting.status == 200
    assert waiting.headers["cache-control"] == "no-store"
    assert waiting.datum("back") == "/journee/"
    assert gate.ask("/", cookies=inside).came_in
    assert gate.ask("/", cookies=dict(waiting.cookies)).waits


def test_the_order_of_arrival_is_kept_and_a_place_given_back_calls_the_next(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    people = [dict(gate.ask("/", source=f"127.0.0.{number}").cookies) for number in range(2, 5)]
    gate.until(lambda: gate.state()["lanes"]["3"]["people"] == 3)
    people.sort(key=lambda person: int(person["ticket"].split(".")[3]))  # within a millisecond the tie decides
    assert gate.state()["free"] == 0
    for person in people:
        assert gate.ask("/attente/quitter", method="POST", cookies=inside, Sec_Fetch_Site="same-origin").status == 200
        gate.until(lambda person=person: enters(gate, person))
        assert all(
            gate.ask("/", cookies=other).waits for other in people if other is not person and "passe" not in other
        )
        inside = person
        enters(gate, inside)


def test_a_pass_given_back_is_refused_and_leaves_no_cookies(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    left = gate.ask("/sortie", cookies=inside)
    assert left.came_in
    assert left.cookies == {"passe": "", "ticket": ""}
    assert "preau-leave" not in left.headers
    other = dict(gate.ask("/", source="127.0.0.2").cookies)
    gate.until(lambda: enters(gate, other))
    assert gate.ask("/", cookies={"passe": inside["passe"]}).waits


def test_another_site_gives_nobodys_place_back(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://ailleurs.example"}, {}):
        refused = gate.ask("/attente/quitter", method="POST", cookies=inside, **headers)
        assert refused.status == 403
        assert "cross_site" in refused.body
    given = gate.ask("/attente/quitter", method="POST", cookies=inside, Origin=f"http://127.0.0.1:{gate.port}")
    assert given.status == 200
    assert "place_given_back" in given.body
    assert given.cookies == {"passe": "", "ticket": ""}


def test_teachers_come_on_top_and_a_valid_pass_enters_a_full_house(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    comes_in(gate)
    assert gate.ask("/", cookies={"carnet": card_of(gate, Role.TEACHER, busy=False)}).came_in
    now_s = gate.now_s()
    other = admission.mint(KEYRING, Pass(expires_at_s=int(now_s) + 800, lane=3, sid="AAAAAAAAAAA"), now_s=now_s)
    entered = gate.ask("/", cookies={"passe": other})
    assert entered.came_in
    assert not entered.cookies


def test_a_worn_pass_is_renewed_and_one_of_a_teacher_needs_the_card(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    now_s = gate.now_s()
    worn = admission.mint(KEYRING, Pass(expires_at_s=int(now_s) + 300, lane=3, sid="AAAAAAAAAAA"), now_s=now_s)
    renewed = gate.ask("/", cookies={"passe": worn}).cookies["passe"].split(".")
    assert renewed[3:5] == ["3", "AAAAAAAAAAA"]
    assert int(now_s) + 900 <= int(renewed[2]) <= int(now_s) + 903
    staff = admission.mint(KEYRING, Pass(expires_at_s=int(now_s) + 9000, lane=0, sid="BBBBBBBBBBB"), now_s=now_s)
    assert gate.ask("/", cookies={"passe": staff}).cookies["passe"].split(".")[3] == "3"
    carnet = card_of(gate, Role.TEACHER)
    assert gate.ask("/", cookies={"passe": worn, "carnet": carnet}).cookies["passe"].split(".")[3] == "0"


def test_a_teacher_who_signs_in_frees_the_place(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    waiting = dict(gate.ask("/", source="127.0.0.2").cookies)
    assert not enters(gate, waiting)
    assert gate.ask("/", cookies={**inside, "carnet": card_of(gate, Role.TEACHER)}).came_in
    gate.until(lambda: enters(gate, waiting))


def test_who_is_counted_inside_resumes_with_an_expired_pass_or_the_ticket_alone(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    sid = inside["passe"].split(".")[4]
    now_s = gate.now_s()
    over = admission.mint(KEYRING, Pass(expires_at_s=int(now_s) - 5, lane=3, sid=sid), now_s=now_s)
    assert gate.ask("/", cookies={"passe": over}).cookies["passe"].split(".")[4] == sid
    assert gate.ask("/", cookies={"ticket": inside["ticket"]}).came_in
    nobody = admission.mint(KEYRING, Pass(expires_at_s=int(now_s) - 5, lane=3, sid="CCCCCCCCCCC"), now_s=now_s)
    assert gate.ask("/", cookies={"passe": nobody}).waits


def test_devices_without_cookies_take_a_quarter_of_the_places(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    replies = [gate.ask("/", source=f"127.0.1.{number}") for number in range(1, 5)]
    assert [reply.came_in for reply in replies] == [True, True, False, False]
    assert int(replies[0].cookies["passe"].split(".")[2]) <= int(gate.now_s()) + 15
    assert gate.ask("/", cookies=dict(replies[2].cookies)).came_in  # it keeps cookies: a person


def test_a_restart_keeps_every_place_and_every_pass(engine: str, tmp_path: Path) -> None:
    port = free_port()
    with gate_running(engine, tmp_path, port=port) as gate:
        inside = comes_in(gate)
        waiting = [dict(gate.ask("/", source=f"127.0.0.{number}").cookies) for number in range(2, 6)]
    with gate_running(engine, tmp_path, port=port) as gate:
        assert gate.ask("/", cookies=inside).came_in
        gate.until(lambda: gate.state()["free"] == 0)
        again = [gate.ask("/", cookies=person) for person in waiting]
        assert all(reply.waits for reply in again)
        places = [reply.cookies["ticket"].split(".")[2:5] for reply in again]
        assert places == [person["ticket"].split(".")[2:5] for person in waiting]


def test_a_script_is_told_in_json_and_a_form_where_to_begin_again(closed_gate: GateOnAPort) -> None:
    for reply in (
        closed_gate.ask("/x", accept=JSON),
        closed_gate.ask("/x", accept="*/*", Sec_Fetch_Dest="image"),
        closed_gate.ask("/travail/suivi"),
        closed_gate.ask("/x", accept="application/json, text/html"),
    ):
        assert reply.status == 503
        assert reply.waits
        assert reply.json()["error"]["code"] == "gate_waiting"
        assert int(reply.headers["retry-after"]) > 0
        assert "ticket" in reply.cookies
    assert closed_gate.ask("/x", accept="text/html, application/json;q=0.9").status == 200
    assert closed_gate.ask("/x", accept="*/*", Sec_Fetch_Dest="document").status == 200
    referrer = f"http://127.0.0.1:{closed_gate.port}/classe/1?x=2"
    form = closed_gate.ask("/x", method="POST", body=b"a=b", Referer=referrer)
    assert form.status == 503
    assert form.datum("back") == "/classe/1"
    assert closed_gate.ask("/x", method="POST", body=b"a=b", Referer="http://mal.example/p").datum("back") == "/"


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/a?x=1&y=2", "/a?x=1&amp;y=2"),
        ("/a/" + "b" * 190 + "?" + "c" * 100, "/a/" + "b" * 190),
        ("/a/" + "b" * 300, "/"),
        ("//ailleurs.example/", "/"),
        ("/attente/?vers=/journee/%3Fa=1%26b=2&pause=1", "/journee/?a=1&amp;b=2"),
        ("/attente/?vers=https://ailleurs.example/&pause=1", "/"),
        ("/attente/?vers=//ailleurs.example/&pause=1", "/"),
        ("/attente/?vers=/%5Cailleurs.example&pause=1", "/"),
        ("/attente/?vers=/attente/", "/"),
        ("/attente/?vers=/journee/%0A", "/"),
        ("/attente/", "/"),
    ],
)
def test_the_way_back_stays_on_this_site(closed_gate: GateOnAPort, asked: str, back: str) -> None:
    assert closed_gate.ask(asked).datum("back") == back


def test_the_pace_of_the_page_can_be_chosen(closed_gate: GateOnAPort) -> None:
    usual, slow, paused = (closed_gate.ask(f"/attente/?vers=/x{pace}") for pace in ("", "&rythme=300", "&pause=1"))
    assert [page.datum("slow") for page in (usual, slow, paused)] == ["0", "1", "0"]
    assert [page.datum("paused") for page in (usual, slow, paused)] == ["0", "0", "1"]
    assert 'content="30"' in usual.body
    assert 'content="300"' in slow.body
    assert "http-equiv" not in paused.body


def test_the_page_of_a_ticket_has_voice_lot_and_size(closed_gate: GateOnAPort) -> None:
    stranger = closed_gate.ask("/journee/")
    assert stranger.datum("voice") == "vous"
    assert 'href="/connexion/"' in stranger.body
    pupil = closed_gate.ask("/journee/", cookies={"carnet": card_of(closed_gate, Role.PUPIL)})
    assert (pupil.datum("voice"), pupil.datum("lane"), pupil.datum("whom")) == ("tu", "1", "ta classe")
    assert "/connexion/" not in pupil.body
    assert 'id="since"' in pupil.body
    guardian = closed_gate.ask("/journee/", cookies={"carnet": card_of(closed_gate, Role.GUARDIAN)})
    assert (guardian.datum("voice"), guardian.datum("lane")) == ("vous", "2")
    for page in (stranger, pupil, guardian):
        assert '<main id="waiting" class="one"' in page.body  # no lessons are offered
        _kind, _kid, lane, key, tid, _mac = page.cookies["ticket"].split(".")
        assert (page.datum("lane"), page.datum("key")) == (lane, key)
        assert int(page.datum("lot")) == int.from_bytes(base64.urlsafe_b64decode(f"{tid}="), "big") >> 54
        assert len(page.body.encode()) + sum(len(name) + len(text) + 4 for name, text in page.headers.items()) <= 14_000


def test_the_state_is_for_everybody_and_a_heartbeat_is_counted(make_gate: MakeGate) -> None:
    gate = make_gate(0)
    state = gate.ask("/attente/etat.json", accept=JSON)
    assert state.headers["cache-control"] == "public, max-age=1"
    assert state.headers["content-type"] == JSON
    assert not state.cookies
    tickets = [dict(gate.ask("/", source=f"127.0.0.{number}").cookies) for number in range(2, 7)]
    people = gate.until(lambda: (lane := gate.state()["lanes"]["3"])["people"] == 5 and lane)
    assert people["exact"] is True
    keys = sorted(int(ticket["ticket"].split(".")[3]) for ticket in tickets)
    counted = {key: number for number, key in enumerate(keys, 1)}  # two of one millisecond may have one key
    assert people["curve"] == [[key, number] for key, number in counted.items()]
    heard = gate.ask("/attente/etat.json?b=1", accept=JSON, cookies=tickets[0])
    assert heard.headers["cache-control"] == "no-store"
    for number, key in enumerate(keys):
        person = next(ticket for ticket in tickets if f".{key}." in ticket["ticket"])
        assert gate.ask("/", cookies=person).datum("before") == str(number)


def test_the_room_leads_back_once_called(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    reply = gate.ask("/attente/?vers=/journee/")
    assert (reply.status, reply.headers["location"]) == (303, "/journee/")
    assert set(reply.cookies) == {"ticket", "passe"}
    assert gate.ask("/attente/autre").status == 404
    assert gate.ask("/attente/etat.json", method="POST").status == 404


def test_a_failure_behind_becomes_our_page(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    inside = comes_in(gate)
    for status in (502, 503, 504):
        masked = gate.ask(f"/panne/{status}", cookies=inside)
        assert masked.status == 503
        assert "app_unavailable" in masked.body
    assert gate.ask("/panne/503?propre=1", cookies=inside).came_in
    assert gate.ask("/panne/500", cookies=inside).status == 500
    assert gate.ask("/panne/502", cookies=inside, accept=JSON).status == 502
    assert gate.ask("/panne/502", cookies=inside, method="POST", body=b"x").status == 502


def test_an_answer_with_a_pass_is_not_for_shared_caches(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    first = gate.ask("/")
    assert first.headers["cache-control"] == "private, no-cache"
    inside = comes_in(gate)
    assert gate.ask("/", cookies=inside).headers["cache-control"] == "max-age=60"


def test_work_is_handed_in_without_a_place(closed_gate: GateOnAPort) -> None:
    work = {"method": "POST", "body": b"x" * 40_000, "accept": JSON}
    with_card = closed_gate.ask("/travail/journal", cookies={"carnet": card_of(closed_gate, Role.PUPIL)}, **work)  # type: ignore[arg-type]
    assert with_card.came_in
    assert with_card.json()["sent"] == 40_000
    assert set(with_card.cookies) == {"ticket"}
    assert closed_gate.ask("/travail/journal", **work).waits  # type: ignore[arg-type]
    assert closed_gate.ask("/travail/suivi", cookies={"carnet": card_of(closed_gate, Role.PUPIL)}).waits


def test_signing_in_takes_no_place_and_no_ticket(closed_gate: GateOnAPort) -> None:
    for path in ("/connexion/", "/connexion/personnel/", "/c/q1.x"):
        reply = closed_gate.ask(path)
        assert reply.came_in
        assert not reply.cookies
    assert closed_gate.ask("/connexion").waits


def test_one_source_fills_only_its_part_of_the_sign_in_lane(make_gate: MakeGate) -> None:
    gate = make_gate(0)

    def sign_in(source: str) -> bool:
        asking = GateOnAPort(gate.engine, gate.port, gate.folder, gate.offset_s)
        try:
            return asking.ask("/connexion/lent", source=source, accept=JSON).came_in
        finally:
            asking.close()

    with ThreadPoolExecutor(20) as pool:
        flood = [pool.submit(sign_in, "127.0.3.1") for _ in range(16)]
        time.sleep(LATENCY_S / 2)
        other = pool.submit(sign_in, "127.0.3.2")
        assert sum(asked.result() for asked in flood) == 10
        assert other.result()
    assert sign_in("127.0.3.1")


def test_the_application_is_told_the_visitors_address_and_nothing_of_ours(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    seen = gate.ask("/", source="127.0.9.9", X_Preau_Source="192.0.2.1", X_Preau_Edge="guess").json()
    assert seen["client"] == "127.0.9.9"
    assert "x-preau-edge" not in seen["headers"] or gate.engine == "embedded"


CLASS = "/classe/" + 32 * "c"


def handshake(gate: GateOnAPort, cookie: str, path: str = f"{CLASS}/ws") -> str:
    """The status line of a websocket's handshake."""
    with socket.create_connection(("127.0.0.1", gate.port), timeout=5) as connection:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{gate.port}", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                 *([f"Cookie: {cookie}"] if cookie else [])]  # fmt: skip
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection.recv(4096).decode("latin-1").splitlines()[0]


def test_a_live_class_opens_for_who_is_inside(make_gate: MakeGate) -> None:
    gate = make_gate(8)
    inside = comes_in(gate)
    assert " 101 " in handshake(gate, f"passe={inside['passe']}")
    assert " 403 " in handshake(gate, "")
    assert " 403 " in handshake(gate, "passe=p1.forged")


@pytest.mark.parametrize(
    "path", ["/", "/journee/", f"{CLASS}/", f"{CLASS}/ws/", f"{CLASS}/ws%0A", "/classe/1/ws", f"/x{CLASS}/ws"]
)
def test_a_socket_opens_nowhere_else(make_gate: MakeGate, path: str) -> None:
    gate = make_gate(8)
    waits = gate.now_s() - 5
    held = ticket.mint(KEYRING, Ticket(lane=3, order_key=int(waits * 1_000_000), tid="opensOPENSo"), now_s=gate.now_s())
    assert " 403 " in handshake(gate, f"ticket={held}", path)
    gate.until(lambda: gate.state()["free"] == 8)  # and took no place
    assert " 101 " in handshake(gate, f"ticket={held}")


def test_head_is_answered_like_get_without_a_body(closed_gate: GateOnAPort) -> None:
    reply: Reply = closed_gate.ask("/", method="HEAD")
    assert (reply.status, reply.body) == (200, "")
    assert reply.waits


def test_a_stay_counts_until_it_is_idle(make_gate: MakeGate) -> None:
    gate = make_gate(1, idle_s=3)
    now_s = gate.now_s()
    arrived = Ticket(lane=3, order_key=int(now_s * 1_000_000) - 1000, tid="keepsKEEPS1")  # not unproven for 15 s
    assert gate.ask("/", cookies={"ticket": ticket.mint(KEYRING, arrived, now_s=now_s)}).came_in
    waiting = dict(gate.ask("/", source="127.0.0.2").cookies)
    assert not enters(gate, waiting)
    began = time.monotonic()
    gate.until(lambda: enters(gate, waiting))
    assert time.monotonic() - began > 1.5


def test_while_a_pupil_waits_devices_without_cookies_have_one_place(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    comes_in(gate)
    pupil = {"carnet": card_of(gate, Role.PUPIL)}
    assert not enters(gate, pupil)
    gate.until(lambda: gate.state()["lanes"]["1"]["people"] == 1)
    orders = GateOrders(capacity=9, mode="auto", pre_open_s=1800, by="", at_s=1, reason="")
    write_by_rename(gate.folder / GATE_ORDERS_FILE, encode(orders), durable=False)
    gate.until(lambda: gate.state()["free"] == 8)
    assert [gate.ask("/", source=f"127.0.6.{number}").came_in for number in range(4)] == [True, False, False, False]
    assert enters(gate, pupil)
