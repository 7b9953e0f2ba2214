"""The operators' page: for operators alone, whole without scripts, and orders that reach the porter's file."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from preau.published.gate_orders import Change, give_order, orders_before, orders_now
from preau.published.journals import append_line
from preau.published.shapes import LADDER_FILE, MAX_CAPACITY, NO_ORDERS, LadderChange
from preau.school.directory.models import Person, Profile, School
from preau.school.directory.operators import grant, is_operator, withdraw
from school import factories
from school.operations.porter import history, publish, report

PAGE = "/exploitation/portail/"
STATE = f"{PAGE}etat.json"
ORDER = f"{PAGE}ordre"
FORM = {"mode": "auto", "capacite": "600", "minutes": "30", "raison": "deuxième machine", "vu": "0"}


@pytest.mark.parametrize("profile", list(Profile))
def test_nobody_is_an_operator_by_profile(profile: Profile, school: School, client: Client, data_folder: Path) -> None:
    client.force_login(factories.make_person(school, profile, login="somebody"))
    assert client.get(PAGE).status_code == 403
    assert client.get(STATE, headers={"accept": "application/json"}).json()["error"]["code"] == "forbidden"
    assert client.post(ORDER, FORM).status_code == 403
    assert PAGE not in client.get("/aide/").content.decode()
    assert orders_now(data_folder) == NO_ORDERS


def test_a_stranger_is_sent_to_sign_in_and_back(client: Client, db: None, data_folder: Path) -> None:
    answer = client.get(PAGE)
    assert (answer.status_code, answer["Location"]) == (302, f"/connexion/?next={PAGE}")
    assert client.post(ORDER, FORM).status_code == 302
    assert orders_now(data_folder) == NO_ORDERS


@pytest.mark.parametrize("profile", [Profile.PUPIL, Profile.GUARDIAN])
def test_the_right_is_worth_nothing_to_pupils_and_guardians(profile: Profile, school: School) -> None:
    person = factories.make_person(school, profile)
    grant(person, now=timezone.now())
    assert not is_operator(person)


def test_a_right_that_is_withdrawn_is_gone_at_the_next_request(desk: Client, operator: Person) -> None:
    assert desk.get(PAGE).status_code == 200
    withdraw(operator)
    assert desk.get(PAGE).status_code == 403
    assert desk.post(ORDER, FORM).status_code == 403


def test_who_has_left_operates_no_more(desk: Client, operator: Person) -> None:
    operator.closed_at = timezone.now()
    operator.save()
    assert not is_operator(operator)
    assert desk.get(PAGE).status_code in {302, 403}


def test_a_form_of_another_site_orders_nothing(operator: Person, data_folder: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert strict.post(ORDER, FORM).status_code == 403
    assert orders_now(data_folder) == NO_ORDERS


def test_a_porter_that_has_not_spoken_is_said_and_nothing_is_invented(desk: Client) -> None:
    text = desk.get(PAGE).content.decode()
    assert "Le portier n’a pas encore donné de nouvelles" in text
    assert "Niveau" not in re.sub(r"<h2>.*?</h2>|<thead>.*?</thead>", "", text, flags=re.DOTALL)


def test_the_page_shows_the_figures_without_scripts(desk: Client, data_folder: Path) -> None:
    told = report()
    publish(data_folder, told, history(5, now_s=told.at_s))
    append_line(data_folder / LADDER_FILE, LadderChange(at_s=told.at_s, from_level=0, to_level=1, reason="waiting"))
    text = desk.get(PAGE).content.decode()
    for words in (
        "Niveau 1, lissage",
        "des personnes attendent",
        "310\N{NO-BREAK SPACE}à\N{NO-BREAK SPACE}330",
        "6\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}52\N{NO-BREAK SPACE}s",
        "borne le débit",
        "0 libre → 1 lissage",
        "Personne n’a encore donné d’ordre",
    ):
        assert words in text, words
    assert text.count('role="img"') == 4  # nobody measured a queueing time in this history: no chart of it
    assert '<td class="num">120</td><td class="num">60</td>' in text  # arrivals and entries of a whole minute


def test_old_figures_are_said_to_be_old(desk: Client, data_folder: Path) -> None:
    publish(data_folder, report(at_s=int(timezone.now().timestamp()) - 75))
    assert "ne donne plus de nouvelles depuis 1\N{NO-BREAK SPACE}min" in desk.get(PAGE).content.decode()


@pytest.mark.parametrize("content", ["", "{", '{"v":2}', "[]", '{"v":1,"level":9}'])
def test_files_that_cannot_be_read_do_not_break_the_page(desk: Client, data_folder: Path, content: str) -> None:
    (data_folder / "published").mkdir()
    for name in ("gate_report.json", "gate_history.json", "gate_orders.json"):
        (data_folder / "published" / name).write_text(content)
    (data_folder / LADDER_FILE).write_text(content)
    (data_folder / "gate_orders.jsonl").write_text(content)
    assert desk.get(PAGE).status_code == 200
    assert desk.get(STATE).status_code == 200


def test_the_open_page_is_sent_what_a_reload_would_show(desk: Client, data_folder: Path) -> None:
    told = report()
    publish(data_folder, told, history(15, now_s=told.at_s))
    page, state = desk.get(PAGE).content.decode(), desk.get(STATE).json()
    places = set(re.findall(r'data-part="(\w+)"', page))
    assert set(state["parts"]) == places
    for name in places - {"state"}:  # there the second of the clock stands
        assert state["parts"][name].strip() in page, name
    assert state["level"] == "Niveau 1, lissage : des personnes attendent."
    assert "style=" not in json.dumps(state)


def test_an_order_is_given_with_the_name_of_who_gave_it(desk: Client, data_folder: Path) -> None:
    answer = desk.post(ORDER, FORM, follow=True)
    assert "Ordre donné" in answer.content.decode()
    holds = orders_now(data_folder)
    assert (holds.capacity, holds.mode, holds.by, holds.reason) == (
        600,
        "auto",
        "Maxime Perrin",
        "deuxième machine",
    )
    assert "<b>Capacité 600</b>" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "code", "status"),
    [
        ({"raison": " "}, "reason_missing", 400),
        ({"raison": "r" * 500}, "reason_too_long", 400),
        ({"mode": "closed"}, "order_not_confirmed", 400),
        ({"mode": "<b>"}, "order_not_read", 400),
        ({"capacite": "beaucoup"}, "order_not_read", 400),
        ({"capacite": "٦٠٠"}, "order_not_read", 400),
        ({"capacite": "1000001"}, "order_out_of_bounds", 400),
        ({"minutes": ""}, "order_not_read", 400),
        ({"minutes": "61"}, "order_out_of_bounds", 400),
        ({"capacite": ""}, "order_changes_nothing", 400),
        ({"vu": "12"}, "orders_changed", 409),
        ({"vu": "x"}, "orders_changed", 409),
    ],
)
def test_what_is_refused_is_a_sentence_in_the_form_and_changes_nothing(
    desk: Client, data_folder: Path, fields: dict[str, str], code: str, status: int
) -> None:
    answer = desk.post(ORDER, FORM | fields)
    text = answer.content.decode()
    assert (answer.status_code, f'<p class="soft code">{code}</p>' in text) == (status, True)
    assert "<b>&lt;" not in text
    assert orders_before(data_folder, limit=1) == ()


def test_a_grave_mode_is_ordered_with_a_tick_and_ended_without(desk: Client, data_folder: Path) -> None:
    desk.post(ORDER, FORM | {"mode": "closed", "confirme": "on"})
    assert orders_now(data_folder).mode == "closed"
    desk.post(ORDER, FORM | {"vu": str(orders_now(data_folder).at_s)})
    assert orders_now(data_folder).mode == "auto"


def test_an_operator_who_did_not_see_the_last_order_is_told_of_it(desk: Client, data_folder: Path) -> None:
    now_s = timezone.now().timestamp()
    give_order(data_folder, Change(mode="closed"), by="root (terminal)", reason="attaque", now_s=now_s)
    text = desk.post(ORDER, FORM).content.decode()
    assert "root (terminal) a donné un autre ordre entre-temps" in text
    assert orders_now(data_folder).mode == "closed"
    assert f'name="vu" value="{orders_now(data_folder).at_s}"' in text


def test_what_an_operator_typed_is_text_and_never_markup(desk: Client, data_folder: Path) -> None:
    desk.post(ORDER, FORM | {"raison": "<script>alert(1)</script>"})
    for answer in (desk.get(PAGE).content.decode(), desk.get(STATE).json()["parts"]["orders"]):
        assert "<script>alert" not in answer
        assert "&lt;script&gt;alert(1)" in answer


def test_a_gate_that_is_open_for_everybody_has_no_capacity_to_show(desk: Client, data_folder: Path) -> None:
    publish(data_folder, report(mode="open", capacity=MAX_CAPACITY, free=MAX_CAPACITY))
    text = desk.get(PAGE).content.decode()
    assert "sans limite" in text
    assert "<b>Mode ouvert</b>" in text
