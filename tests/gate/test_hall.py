"""What is answered to who waits, and the pages under ``/attente/``."""

import json

import pytest

from gate.harness import INSIDE, MakeGate, fill


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


async def test_a_form_from_an_address_that_is_none_leads_to_the_beginning(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    answer = await gate.person().asks("/lecon/3", method="POST", host="testserver", referer="http://[")
    assert (answer.status, 'data-back="/"' in answer.text) == (503, True)


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
    assert '<a id="pause" href="/journee/">Reprendre' in paused
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


async def test_a_head_request_gets_no_body(make_gate: MakeGate) -> None:
    answer = await make_gate(capacity=0).person().asks(method="HEAD")
    assert (answer.waits, answer.body) == (True, b"")
    assert int(answer.header("content-length") or 0) > 5000


async def test_a_refused_claim_is_in_the_shared_file_at_once(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await gate.seconds_pass()
    await gate.person().asks()
    late, ines = gate.person("192.0.2.2"), gate.with_card("ines")

    async def told() -> tuple[int, int | None]:
        state = json.loads((await late.asks("/attente/etat.json")).body)
        return state["free"], state["lanes"]["3"]["w"]

    assert (await late.asks()).waits  # without a cookie: turned away from the places for such devices only
    assert await told() == (1, None)
    assert (await late.asks()).waits  # from the half of lane 3: nobody of it is told to come in
    assert await told() == (1, 0)
    assert (await ines.asks()).waits
    assert await told() == (0, None)
