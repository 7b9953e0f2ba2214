"""POST /travail/reponse: a question answered without JavaScript."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from preau.school.content.models import Lesson
from preau.school.directory.models import Person
from preau.school.work.models import WorkEvent
from preau.tokens import receipt

pytestmark = [pytest.mark.django_db, pytest.mark.data]

OWN = {"Sec-Fetch-Site": "same-origin"}


def post(client: Client, at: Lesson, name: str, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    form = {"edition": at.edition.manifest_sha256, "lesson": at.key, "item": name} | fields
    return client.post("/travail/reponse", form, headers=OWN if headers is None else headers)


@pytest.fixture
def signed_in(client: Client, pupil: Person) -> Client:
    client.force_login(pupil)
    return client


@pytest.mark.parametrize(
    ("item", "fields", "points", "words"),
    [
        ("un-et-un", {"r": "1"}, 100, "C’est juste"),
        ("un-et-un", {"r": "0"}, 0, "Pas encore"),
        ("moitie", {"r": "3,5"}, 100, "C’est juste"),
        ("ranger", {"r0": "1", "r1": "2", "r2": "3"}, 200, "C’est juste"),
        ("ranger", {"r0": "1", "r1": "3", "r2": "2"}, 66, "Presque"),
        ("relier", {"r0": "0", "r1": "1"}, 200, "C’est juste"),
        ("relier", {"r0": "0", "r1": ""}, 100, "Presque"),
        ("raconter", {"r": "Un\r\ndeux"}, 0, "C’est envoyé"),
    ],
)
def test_each_kind_of_question_is_marked_and_kept(
    signed_in: Client, lesson: Lesson, item: str, fields: dict[str, str], points: int, words: str
) -> None:
    page = post(signed_in, lesson, item, **fields)
    assert page.status_code == 200
    assert words in page.content.decode()
    stored = WorkEvent.objects.get()
    assert (stored.item_key, stored.points_hundredths) == (item, points)


def test_a_double_submit_is_one_event_and_another_answer_is_another(signed_in: Client, lesson: Lesson) -> None:
    for value in ("1", "1", "0"):
        post(signed_in, lesson, "un-et-un", r=value)
    assert WorkEvent.objects.count() == 2


def test_an_answer_that_the_gate_kept_was_given_when_the_gate_received_it(signed_in: Client, lesson: Lesson) -> None:
    then, now_s = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3), datetime.now(UTC).timestamp()
    sent = urlencode({"edition": lesson.edition.manifest_sha256, "lesson": lesson.key, "item": "un-et-un", "r": "1"})
    stamp = receipt.mint(settings.PREAU_KEYRING, sent.encode(), received_at_s=then.timestamp(), now_s=now_s)
    headers = OWN | {"Preau-Received": stamp}
    kind = "application/x-www-form-urlencoded"
    page = signed_in.post("/travail/reponse", sent, content_type=kind, headers=headers)
    assert page.headers["Preau-Work"] == "stored"
    stored = WorkEvent.objects.get()
    assert (stored.client_at, stored.received_at) == (then, then)


def test_a_receipt_made_up_changes_nothing_in_any_kind_of_form(signed_in: Client, lesson: Lesson) -> None:
    began = datetime.now(UTC)
    page = post(signed_in, lesson, "un-et-un", OWN | {"Preau-Received": "r1.20780-abcd.1.2.3"}, r="1")
    assert page.status_code == 200
    assert WorkEvent.objects.get().received_at >= began


def test_the_result_explains_and_leads_on(signed_in: Client, lesson: Lesson) -> None:
    page = post(signed_in, lesson, "un-et-un", r="0").content.decode()
    assert "Un et encore un" in page
    assert f'href="{lesson.url}#q-moitie"' in page
    assert f'href="{lesson.url}#q-un-et-un"' in page
    last = post(signed_in, lesson, "raconter", r="Un.").content.decode()
    assert f'href="{lesson.url}"' in last


def test_signed_out_the_answer_is_marked_and_not_kept(client: Client, lesson: Lesson) -> None:
    page = post(client, lesson, "un-et-un", r="1")
    assert "elle n’est pas enregistrée" in page.content.decode()
    assert not WorkEvent.objects.exists()


@pytest.mark.parametrize(
    ("item", "fields", "status", "code"),
    [
        ("un-et-un", {}, 400, "answer_empty"),
        ("un-et-un", {"r": "9"}, 400, "response_malformed"),
        ("un-et-un", {"r": "x"}, 400, "response_malformed"),
        ("un-et-un", {"r": "99999999999999999999"}, 400, "response_malformed"),
        ("moitie", {"r": "  "}, 400, "answer_empty"),
        ("moitie", {"r": "1" * 401}, 400, "response_malformed"),
        ("moitie", {"r": "\x00"}, 400, "text_unstorable"),
        ("moitie", {"r": "un mètre"}, 400, "number_expected"),
        ("ranger", {"r0": "1", "r1": "1", "r2": "2"}, 400, "order_incomplete"),
        ("ranger", {"r0": "1"}, 400, "order_incomplete"),
        ("relier", {}, 400, "answer_empty"),
        ("relier", {"r0": "-1"}, 400, "response_malformed"),
        ("rien", {"r": "1"}, 404, "item_unknown"),
        ("un-et-un", {"r": "1", "lesson": "rien"}, 404, "lesson_unknown"),
        ("un-et-un", {"r": "1", "edition": "\x00"}, 400, "text_unstorable"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    signed_in: Client, lesson: Lesson, item: str, fields: dict[str, str], status: int, code: str
) -> None:
    page = post(signed_in, lesson, item, **fields)
    assert page.status_code == status
    assert code in page.content.decode()
    assert not WorkEvent.objects.exists()


@pytest.mark.parametrize(
    ("item", "fields", "words"),
    [
        ("un-et-un", {}, "Tu n’as pas encore répondu."),
        ("moitie", {"r": "un mètre"}, "Écris un nombre, par exemple 3,5."),
        ("ranger", {"r0": "1", "r1": "1", "r2": "2"}, "Donne un rang différent"),
        ("un-et-un", {"r": "9"}, "bonne forme"),
    ],
)
def test_the_way_back_from_a_refusal_leads_to_the_question(
    signed_in: Client, lesson: Lesson, item: str, fields: dict[str, str], words: str
) -> None:
    page = post(signed_in, lesson, item, **fields).content.decode()
    assert words in page
    assert f'<a class="btn main" href="{lesson.url}#q-{item}">' in page
    assert "Revenir à la question" in page


def test_a_program_gets_the_refusal_of_a_question_as_json(signed_in: Client, lesson: Lesson) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    answer = post(signed_in, lesson, "un-et-un", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "answer_empty")


def test_another_site_cannot_answer_for_a_pupil(signed_in: Client, lesson: Lesson) -> None:
    page = post(signed_in, lesson, "un-et-un", headers={"Sec-Fetch-Site": "cross-site"}, r="1")
    assert (page.status_code, "cross_site" in page.content.decode()) == (403, True)
    assert signed_in.get("/travail/reponse").status_code == 405
    assert not WorkEvent.objects.exists()
