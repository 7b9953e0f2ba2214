"""GET /travail/suivi?edition=&lesson=: one's own newest answers in a lesson, for another device, and nobody else's."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from preau.school.content.models import Lesson
from preau.school.content.services import import_markdown
from preau.school.directory.models import ClassGroup, Person
from preau.school.work.services import append_events
from school.factories import NOW, make_pupil
from school.work.test_journal import event, pseudonym

pytestmark = [pytest.mark.django_db, pytest.mark.data]


@pytest.fixture
def signed_in(client: Client, pupil: Person) -> Client:
    client.force_login(pupil)
    return client


def ask(client: Client, lesson: Lesson, fields: dict[str, str] | None = None) -> Any:
    named = {"edition": lesson.edition.manifest_sha256, "lesson": lesson.key}
    return client.get("/travail/suivi", named | (fields or {}))


def did(person: Person, lesson: Lesson, response: Any, *, minutes: int = 0, item: str = "un-et-un") -> None:
    """An answer given ``minutes`` from now by the clock of the device, and received now."""
    at = (NOW + timedelta(minutes=minutes)).isoformat()
    receipt = append_events(
        person=person, raw_events=[event(person, lesson, item, response=response, client_at=at)], now=NOW
    )
    assert receipt.accepted


def test_the_newest_answer_to_each_question_with_its_mark(signed_in: Client, pupil: Person, lesson: Lesson) -> None:
    did(pupil, lesson, [1], minutes=-2)
    did(pupil, lesson, [0], minutes=-9)  # given earlier, arrived later
    did(pupil, lesson, "3,5", item="moitie")
    answer = ask(signed_in, lesson)
    body = answer.json()
    assert body["person"] == pseudonym(pupil)
    assert [(one["item"], one["response"], one["right"]) for one in body["answers"]] == [
        ("un-et-un", [1], True),
        ("moitie", "3,5", True),
    ]
    assert body["answers"][0]["points_hundredths"] == 100
    assert body["answers"][0]["answered_at"] == (NOW - timedelta(minutes=2)).isoformat().replace("+00:00", "Z")
    assert answer["Cache-Control"] == "no-store"


def test_a_clock_that_is_ahead_does_not_win_for_ever(signed_in: Client, pupil: Person, lesson: Lesson) -> None:
    ahead = event(pupil, lesson, response=[0], client_at=(NOW + timedelta(days=300)).isoformat())
    append_events(person=pupil, raw_events=[ahead], now=NOW - timedelta(hours=1))
    did(pupil, lesson, [1])
    assert [one["response"] for one in ask(signed_in, lesson).json()["answers"]] == [[1]]


def test_nobody_reads_the_answers_of_somebody_else(
    signed_in: Client, pupil: Person, teacher: Person, class_group: ClassGroup, lesson: Lesson
) -> None:
    twin = make_pupil(class_group)
    did(twin, lesson, [1])
    attempts: list[dict[str, str]] = [{}, {"person": pseudonym(twin)}, {"person": twin.pk.hex}]
    for named in attempts:
        assert ask(signed_in, lesson, named).json()["answers"] == []
    other = Client()
    other.force_login(teacher)
    assert ask(other, lesson).json() == {"v": 1, "person": pseudonym(teacher), "answers": []}
    assert ask(Client(), lesson).status_code == 401


@pytest.mark.parametrize(
    "fields", [{"lesson": "rien"}, {"edition": "é"}, {"edition": ""}, {"lesson": ""}, {"edition": "0" * 64}]
)
def test_an_unknown_lesson_is_said_to_be_unknown(signed_in: Client, lesson: Lesson, fields: dict[str, str]) -> None:
    answer = ask(signed_in, lesson, fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "lesson_unknown")


def test_a_missing_package_is_no_empty_answer(signed_in: Client, lesson: Lesson) -> None:
    folder = Path(settings.PREAU_DATA) / "colis" / "editions" / lesson.edition.manifest_sha256
    (folder / "vingt.json").unlink()
    answer = ask(signed_in, Lesson.objects.get(key="vingt"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "package_unavailable")


def test_answers_to_an_earlier_edition_stay_as_long_as_they_mean_the_same(
    signed_in: Client, pupil: Person, lesson: Lesson, tmp_path: Path
) -> None:
    did(pupil, lesson, [1])
    did(pupil, lesson, [0, 1], item="relier")
    did(pupil, lesson, "3", item="moitie")
    file = tmp_path / "compter" / "01-dix.md"
    text = file.read_text(encoding="utf-8")
    text = text.replace("Combien font 1 + 1 ?", "Combien font un et un ?")  # says the same better
    text = text.replace('["deux", "2"]', '["trois", "3"]')  # asks for something else
    file.write_text(text, encoding="utf-8")
    assert import_markdown(tmp_path / "compter", NOW).ok
    newer = Lesson.objects.get(key="dix", edition=lesson.edition.course.editions.order_by("-number")[0])
    assert newer.edition_id != lesson.edition_id
    assert [one["item"] for one in ask(signed_in, newer).json()["answers"]] == ["un-et-un", "moitie"]
