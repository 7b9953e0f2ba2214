"""The gate as its visitors meet it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.harness import Gate, MakeGate, Person
from preau.gate import engine as engine_module
from preau.gate.ledger.interface import LedgerUnavailable
from preau.gate.rules.admission import UNPROVEN_S
from preau.tokens import admission, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Role
from preau.tokens.ticket import Ticket

INSIDE = b"<p>dedans</p>"


async def fill(gate: Gate) -> list[Person]:
    """People take every place; they keep their cookies, as browsers do."""
    people = [gate.person(f"198.51.100.{number}") for number in range(gate.porter.capacity)]
    for person in people:
        await person.asks()
        await person.asks()
    await gate.seconds_pass()
    return people


async def leave(gate: Gate, person: Person) -> None:
    gate.application.headers = [(b"Preau-Leave", b"1")]
    await person.asks("/deconnexion/", method="POST")
    gate.application.headers = []


async def test_who_comes_while_places_are_free_gets_the_page_in_the_same_request(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    ines = gate.person()
    answer = await ines.asks("/journee/")
    assert (answer.status, answer.body) == (200, INSIDE)
    assert {"ticket", "passe"} <= set(ines.cookies)


async def test_a_response_that_carries_a_pass_is_not_for_shared_caches(make_gate: MakeGate) -> None:
    gate = make_gate()
    gate.application.headers = [(b"cache-control", b"public, max-age=600")]
    ines = gate.person()
    assert (await ines.asks()).header("cache-control") == "private, no-cache"
    assert (await ines.asks()).header("cache-control") == "public, max-age=600"


async def test_who_comes_late_waits_and_enters_when_somebody_leaves(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    first, _ = await fill(gate)
    third = gate.person("192.0.2.3")
    answer = await third.asks("/journee/")
    assert answer.waits
    assert answer.status == 200
    assert answer.header("cache-control") == "no-store"
    await gate.seconds_pass(3)
    assert (await third.asks("/journee/")).waits
    await leave(gate, first)
    await gate.seconds_pass(1)
    assert (await third.asks("/journee/")).body == INSIDE
    assert (await first.asks()).waits


async def test_a_newcomer_does_not_overtake_who_waits(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    waiting, newcomer = gate.person("192.0.2.2"), gate.person("192.0.2.3")
    await waiting.asks()
    await gate.seconds_pass()
    await leave(gate, first)
    assert (await newcomer.asks()).waits
    await gate.seconds_pass()
    assert (await newcomer.asks()).waits
    assert not (await waiting.asks()).waits


async def test_a_teacher_enters_a_full_house_and_takes_no_pupil_s_place(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    teacher = gate.with_card("claire", role=Role.TEACHER)
    assert (await teacher.asks("/journee/")).body == INSIDE
    await gate.seconds_pass()
    snapshot = gate.engine.snapshot()
    assert (snapshot.inside, snapshot.inside_limited) == (2, 1)


async def test_who_signs_in_as_a_teacher_gives_the_pupil_s_place_back(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (person,) = await fill(gate)
    person.cookies |= gate.with_card("claire", role=Role.TEACHER).cookies
    await person.asks()
    await gate.seconds_pass()
    assert gate.engine.snapshot().inside_limited == 0
    assert not (await gate.person().asks()).waits


async def test_a_tablet_that_lost_the_teacher_s_card_is_a_device_like_others(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    tablet = gate.with_card("claire", role=Role.TEACHER)
    await tablet.asks()
    del tablet.cookies["carnet"]
    await tablet.asks()
    await gate.seconds_pass()
    assert gate.engine.snapshot().inside_limited == 1
    del tablet.cookies["passe"]
    gate.clock.now_s += 901
    await fill(gate)
    assert (await tablet.asks()).waits


async def test_a_pupil_with_a_lesson_enters_before_a_device_that_came_earlier(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    unknown, ines = gate.person("192.0.2.2"), gate.with_card("ines", group="CM2 B")
    await unknown.asks()
    await ines.asks()
    await gate.seconds_pass()
    await leave(gate, first)
    await gate.seconds_pass()
    assert (await unknown.asks()).waits
    assert not (await ines.asks()).waits


async def test_the_position_is_true_and_the_same_for_a_whole_class(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    classes = [[gate.with_card(f"{name} {number}", group=name) for number in range(3)] for name in ("CM2 B", "6e A")]
    for person in [*classes[0], *classes[1]]:
        await person.asks()
    await gate.seconds_pass()
    told = [[before_of((await person.asks()).text) for person in people] for people in classes]
    assert sorted(told) == [[0, 0, 0], [3, 3, 3]]
    stranger = gate.person("192.0.2.9")
    assert before_of((await stranger.asks()).text) == 6


def before_of(page: str) -> int:
    return int(page.partition('data-before="')[2].partition('"')[0])


async def test_a_place_survives_a_closed_tab_and_another_network(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    patient, other = gate.person("192.0.2.2"), gate.person("192.0.2.3")
    await patient.asks()
    await gate.seconds_pass()
    await other.asks()
    kept = patient.cookies["ticket"]
    await gate.seconds_pass(300)
    patient.address = "203.0.113.99"
    await patient.asks()
    await other.asks()
    assert ticket.verify(gate.keyring, patient.cookies["ticket"], now_s=gate.clock.now_s) == ticket.verify(
        gate.keyring, kept, now_s=gate.clock.now_s
    )
    await gate.seconds_pass()
    await leave(gate, first)
    await gate.seconds_pass()
    assert (await other.asks()).waits
    assert not (await patient.asks()).waits


async def test_ten_tickets_of_one_source_are_each_set_back(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    keys = []
    for _ in range(10):
        person = gate.person("192.0.2.2")
        await person.asks()
        held = ticket.verify(gate.keyring, person.cookies["ticket"], now_s=gate.clock.now_s)
        assert isinstance(held, Ticket)
        keys.append(held.order_key)
    assert keys == sorted(keys)
    assert 449_000 < keys[-1] - keys[0] < 451_000


async def test_the_same_ticket_twice_is_one_person_inside(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    ines = gate.person()
    await ines.asks()
    del ines.cookies["passe"]
    await ines.asks()
    await gate.seconds_pass()
    assert gate.engine.snapshot().inside == 1


async def test_a_robot_without_cookies_holds_a_place_for_two_minutes_only(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await gate.person("192.0.2.66").asks()
    ines = gate.person()
    assert (await ines.asks()).waits
    gate.clock.now_s += UNPROVEN_S
    await gate.seconds_pass()
    assert not (await ines.asks()).waits


async def test_who_is_active_stays_and_the_pass_slides(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    minted = first.cookies["passe"]
    gate.clock.now_s += 300
    await first.asks()
    assert first.cookies["passe"] == minted
    gate.clock.now_s += 300
    await first.asks()
    assert first.cookies["passe"] != minted
    gate.clock.now_s += 800
    assert (await first.asks()).body == INSIDE


async def test_nobody_inside_is_thrown_out_by_a_restart(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    first, second = await fill(gate)
    gate.forget_everything(capacity=2)
    for newcomer in ("192.0.2.50", "192.0.2.51"):
        person = gate.person(newcomer)
        await person.asks()
        await person.asks()
    assert (await first.asks()).body == INSIDE
    assert (await second.asks()).body == INSIDE
    await gate.seconds_pass()
    assert gate.engine.snapshot().inside == 4
    assert (await gate.person("192.0.2.52").asks()).waits


async def test_a_pupil_s_pass_lasts_until_after_the_lesson(make_gate: MakeGate) -> None:
    gate = make_gate()
    ines = gate.with_card("ines")
    await ines.asks()
    held = admission.verify(gate.keyring, ines.cookies["passe"], now_s=gate.clock.now_s)
    assert isinstance(held, Pass)
    assert held.expires_at_s == gate.clock.now_s + 5400 + 600  # lessons until 10:00, now 8:30


async def test_a_pass_given_back_is_worth_nothing_even_if_it_was_copied(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    copy = gate.person("198.51.100.0")
    copy.cookies = {"passe": first.cookies["passe"]}
    await leave(gate, first)
    assert "passe" not in first.cookies
    await gate.seconds_pass()
    assert not (await gate.person("192.0.2.2").asks()).waits
    assert (await copy.asks()).waits


@pytest.mark.parametrize("accept", ["application/json", "application/json, text/plain;q=0.9"])
async def test_a_script_that_waits_is_told_so_in_json(make_gate: MakeGate, accept: str) -> None:
    gate = make_gate(capacity=0)
    answer = await gate.person().asks("/travail/suivi", accept=accept)
    assert answer.status == 503
    assert answer.error_code == "gate_waiting"
    assert answer.header("retry-after") == "10"
    assert answer.waits


async def test_a_form_sent_without_a_pass_is_not_repeated_and_says_so(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    answer = await gate.person().asks("/classe/ouvrir/", method="POST", referer="http://preau.test/journee/")
    assert answer.status == 503
    assert gate.application.seen == []
    assert "Le dernier envoi n’est pas passé" in answer.text
    assert 'data-back="/journee/"' in answer.text


async def test_homework_takes_the_write_lane_and_no_place(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    ines = gate.with_card("ines")
    assert (await ines.asks("/travail/reponse", method="POST")).body == INSIDE
    assert "passe" not in ines.cookies
    assert (await ines.asks("/travail/suivi")).waits
    assert (await gate.person().asks("/travail/reponse", method="POST")).waits


async def test_the_write_lane_is_narrow_and_its_queue_is_bounded(
    make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "WRITE_LANE_QUEUE", 12)
    gate = make_gate(capacity=0)
    under_way = [0, 0]
    opened = asyncio.Event()

    async def work() -> None:
        under_way[0] += 1
        under_way[1] = max(under_way)
        await opened.wait()
        under_way[0] -= 1

    gate.application.entered = work
    pupils = [gate.with_card(f"pupil {number}") for number in range(15)]
    sending = [asyncio.create_task(pupil.asks("/travail/journal", method="POST")) for pupil in pupils]
    await asyncio.gather(*sending[12:])
    opened.set()
    answers = await asyncio.gather(*sending)
    assert under_way[1] == engine_module.WRITE_LANE_WIDTH
    assert [answer.status for answer in answers] == [200] * 12 + [503] * 3
    assert answers[-1].error_code == "write_lane_full"


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_dead_application_becomes_our_page(make_gate: MakeGate, status: int) -> None:
    gate = make_gate()
    gate.application.status = status
    answer = await gate.person().asks("/journee/")
    assert answer.status == 503
    assert "Préau reprend son souffle" in answer.text
    assert "app_unavailable" in answer.text
    assert answer.waits


async def test_an_application_with_its_own_page_keeps_it(make_gate: MakeGate) -> None:
    gate = make_gate()
    gate.application.status = 503
    gate.application.headers = [(b"preau-own-page", b"1")]
    answer = await gate.person().asks("/journee/")
    assert (answer.status, answer.body) == (503, INSIDE)
    assert answer.header("preau-own-page") is None


async def test_an_exception_behind_is_our_page_for_people_and_json_for_scripts(make_gate: MakeGate) -> None:
    gate = make_gate()
    gate.application.raises = RuntimeError("boom")
    page = await gate.person().asks("/journee/")
    assert (page.status, "Préau reprend son souffle" in page.text) == (503, True)
    script = await gate.person().asks("/travail/journal", method="POST", accept="application/json")
    assert (script.status, script.error_code) == (503, "app_unavailable")


async def test_a_500_of_the_application_is_its_own_affair(make_gate: MakeGate) -> None:
    gate = make_gate()
    gate.application.status = 500
    assert (await gate.person().asks()).body == INSIDE


async def test_leaving_by_hand_frees_the_place(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    answer = await first.asks("/attente/quitter", method="POST", sec_fetch_site="same-origin")
    assert (answer.status, first.cookies) == (200, {})
    await gate.seconds_pass()
    assert not (await gate.person("192.0.2.2").asks()).waits


async def test_another_site_cannot_give_a_place_back(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    answer = await first.asks("/attente/quitter", method="POST", sec_fetch_site="cross-site")
    assert answer.status == 403
    assert "cross_site" in answer.text
    assert (await first.asks()).body == INSIDE


async def test_the_room_leads_back_once_called_and_nowhere_else(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    ines = gate.person()
    answer = await ines.asks("/attente/?vers=%2Fjournee%2F%3Fjour%3D2")
    assert (answer.status, answer.header("location")) == (303, "/journee/?jour=2")
    assert "passe" in ines.cookies
    assert (await ines.asks("/attente/?vers=//evil.test")).header("location") == "/"
    assert (await ines.asks("/attente/?vers=/attente/")).header("location") == "/"


async def test_without_javascript_the_reload_can_be_suspended_and_slowed_down(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    ines = gate.person()
    assert '<meta http-equiv="refresh" content="30">' in (await ines.asks("/journee/")).text
    paused = (await ines.asks("/attente/?pause=1&vers=%2Fjournee%2F")).text
    assert "http-equiv" not in paused
    assert '<a class="btn" id="pause" href="/journee/">Reprendre' in paused
    slow = (await ines.asks("/attente/?rythme=300&vers=%2Fjournee%2F")).text
    assert '<meta http-equiv="refresh" content="300">' in slow
    await gate.seconds_pass(200)
    assert gate.engine.snapshot().waiting[3] == 1


async def test_the_shared_file_is_the_same_for_everybody_and_a_voice_is_heard(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    ines, malo = gate.person(), gate.person("192.0.2.2")
    await ines.asks()
    await malo.asks()
    await gate.seconds_pass()
    answer = await ines.asks("/attente/etat.json")
    assert answer.body == (await malo.asks("/attente/etat.json")).body
    assert answer.header("cache-control") == "public, max-age=1"
    assert json.loads(answer.body)["lanes"]["3"]["people"] == 2
    await gate.seconds_pass(80)
    assert (await ines.asks("/attente/etat.json?b=1")).header("cache-control") == "no-store"
    await gate.seconds_pass(30)
    assert json.loads((await ines.asks("/attente/etat.json")).body)["lanes"]["3"]["people"] == 1


@pytest.mark.parametrize(
    ("path", "method"), [("/attente/x", "GET"), ("/attente/quitter", "GET"), ("/attente/", "POST")]
)
async def test_there_is_nothing_else_under_attente(make_gate: MakeGate, path: str, method: str) -> None:
    answer = await make_gate().person().asks(path, method=method)
    assert (answer.status, "gate_not_found" in answer.text) == (404, True)


async def test_a_forged_pass_is_no_pass_and_is_counted(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    thief = gate.person("192.0.2.66")
    thief.cookies = {"passe": first.cookies["passe"][:-4] + "AAAA", "ticket": "x" * 500}
    answer = await thief.asks()
    assert (answer.status, answer.waits) == (200, True)
    assert gate.engine.snapshot().tokens_refused == {"token_forged": 1, "token_oversized": 1}


@given(st.binary(max_size=300))
async def test_no_cookie_whatever_breaks_the_gate(cookie: bytes) -> None:
    gate = Gate(capacity=0, published=Path("/nonexistent"))
    answer = await gate.person().asks_with([(b"cookie", b"passe=" + cookie), (b"cookie", b"carnet=" + cookie)])
    assert answer.waits


async def test_a_head_request_gets_no_body(make_gate: MakeGate) -> None:
    answer = await make_gate(capacity=0).person().asks(method="HEAD")
    assert (answer.waits, answer.body) == (True, b"")
    assert int(answer.header("content-length") or 0) > 5000


async def websocket(person: Person) -> list[dict[str, Any]]:
    pairs = "; ".join(f"{name}={value}" for name, value in person.cookies.items()).encode()
    scope = {
        "type": "websocket",
        "path": "/classe/x/ws",
        "headers": [(b"cookie", pairs)],
        "client": (person.address, 1),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await person.gate.engine(scope, receive, send)
    return sent


async def test_a_websocket_without_a_pass_is_denied(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    assert (await websocket(gate.person()))[0]["type"] == "websocket.close"
    assert gate.application.seen == []


async def test_a_websocket_with_a_pass_is_opened_and_renews_a_worn_pass(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    assert (await websocket(first))[0] == {"type": "websocket.accept", "headers": []}
    gate.clock.now_s += 600
    accepted = (await websocket(first))[0]
    assert accepted["headers"][-1][0] == b"set-cookie"


async def test_an_open_websocket_keeps_its_place(make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SOCKET_TOUCH_S", 0)
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    touched = asyncio.Event()
    touch = gate.ledger.touch

    async def listen(*arguments: Any, **named: Any) -> bool:
        if gate.clock.now_s > 1_795_422_600 + 800:
            touched.set()
        return await touch(*arguments, **named)

    async def two_hours() -> None:
        gate.clock.now_s += 850
        monkeypatch.setattr(gate.ledger, "touch", listen)
        await touched.wait()
        await gate.seconds_pass()
        gate.clock.now_s += 400
        await gate.seconds_pass()
        assert gate.engine.snapshot().inside == 1

    gate.application.entered = two_hours
    await websocket(first)
    assert touched.is_set()


async def test_when_the_ledger_is_dead_who_is_inside_goes_on_and_nobody_is_let_in(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    ines = gate.person()
    await ines.asks()
    gate.break_ledger(LedgerUnavailable("no Redis"))
    assert (await ines.asks()).body == INSIDE
    newcomer = await gate.with_card("malo").asks()
    assert (newcomer.status, newcomer.waits) == (200, True)


async def test_the_snapshot_tells_who_waits_in_which_lane(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    await gate.with_card("ines").asks()
    await gate.person().asks()
    await gate.seconds_pass()
    snapshot = gate.engine.snapshot()
    assert (snapshot.inside, snapshot.capacity, snapshot.waiting, snapshot.level) == (1, 1, {1: 1, 3: 1}, 1)
    assert (snapshot.admitted_total, snapshot.refused_total) == (1, 2)


async def test_a_refused_claim_is_in_the_shared_file_at_once(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await gate.seconds_pass()
    await gate.person().asks()
    late = gate.person("192.0.2.2")
    assert json.loads((await late.asks("/attente/etat.json")).body)["free"] == 1
    assert (await late.asks()).waits
    assert json.loads((await late.asks("/attente/etat.json")).body)["free"] == 0
