"""What pupils answered reaches the teachers of their class and the head of their school, and nobody else."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from preau.school.content.models import Course, Lesson
from preau.school.directory.models import ClassGroup, Person, Profile
from preau.school.work.services import append_events
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data]


@pytest.fixture(autouse=True)
def tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first week of the course, so that its lessons are those of the week."""
    monkeypatch.setattr(timezone, "now", lambda: factories.NOW)


def answer(pupil: Person, lesson: Lesson, item: str, response: Any, *, minutes: int = 0) -> None:
    at = factories.NOW + timedelta(minutes=minutes)
    event = {
        "uuid": str(uuid.uuid4()),
        "person": settings.PREAU_KEYRING.pseudonym("subject", pupil.pk.hex),
        "edition": lesson.edition.manifest_sha256,
        "lesson": lesson.key,
        "item": item,
        "kind": "answer",
        "response": response,
        "client_at": at.isoformat(),
    }
    receipt = append_events(person=pupil, raw_events=[event], now=at)
    assert not receipt.refused, receipt


def class_page(group: ClassGroup) -> str:
    return f"/classes/{group.pk}/travail/"


def lesson_page(group: ClassGroup, lesson: Lesson) -> str:
    return f"{class_page(group)}{lesson.edition.course_id.hex}/{lesson.key}/"


def test_the_teacher_sees_how_far_each_pupil_is(
    client: Client, class_group: ClassGroup, teacher: Person, pupil: Person, lesson: Lesson
) -> None:
    answer(pupil, lesson, "un-et-un", [1])
    answer(pupil, lesson, "moitie", "4")
    client.force_login(teacher)
    page = client.get(class_page(class_group)).content.decode()
    assert f"{pupil.family_name} {pupil.given_name}" in page
    assert '<b class="num">2/5</b>' in page
    assert "1 sur 6 points" in page
    assert "rien encore" in page
    assert "Préau ne note pas les réponses rédigées" in page
    assert f'href="{lesson_page(class_group, lesson)}"' in page


def test_each_question_says_who_got_it_who_not_yet_and_who_did_not_answer(
    client: Client, class_group: ClassGroup, teacher: Person, pupil: Person, lesson: Lesson
) -> None:
    second, third = factories.make_pupil(class_group), factories.make_pupil(class_group)
    answer(pupil, lesson, "un-et-un", [0])
    answer(pupil, lesson, "un-et-un", [1], minutes=1)
    answer(pupil, lesson, "un-et-un", [2], minutes=2)  # the best answer counts, as in the progress
    answer(second, lesson, "un-et-un", [0])
    client.force_login(teacher)
    counts = client.get(lesson_page(class_group, lesson)).context["counts"]
    assert third.pk
    assert (counts[0].right, counts[0].not_yet, counts[0].unanswered) == (1, 1, 1)
    assert (counts[1].right, counts[1].not_yet, counts[1].unanswered) == (0, 0, 3)


def test_what_was_written_is_shown_once_as_last_sent_with_name_and_hour_and_as_text(
    client: Client, class_group: ClassGroup, teacher: Person, pupil: Person, lesson: Lesson
) -> None:
    answer(pupil, lesson, "raconter", "Un brouillon.")
    answer(pupil, lesson, "raconter", "<script>alert(1)</script>\nDeux lignes.", minutes=7)
    client.force_login(teacher)
    page = client.get(lesson_page(class_group, lesson)).content.decode()
    assert "brouillon" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert f"<b>{pupil.family_name} {pupil.given_name}</b>" in page
    assert "24 novembre, 8\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}42" in page
    assert "1 a écrit" in page


def test_the_writings_come_fifty_at_a_time(
    client: Client, class_group: ClassGroup, teacher: Person, lesson: Lesson
) -> None:
    for number in range(51):
        writer = factories.make_pupil(class_group, family_name=f"Nom{number:02}")
        answer(writer, lesson, "raconter", f"Texte {number:02}")
    client.force_login(teacher)
    first = client.get(lesson_page(class_group, lesson)).content.decode()
    assert "Texte 49" in first
    assert "Texte 50" not in first
    second = client.get(lesson_page(class_group, lesson), {"page": "2"}).content.decode()
    assert "Texte 50" in second
    assert "Texte 49" not in second
    for odd in ("0", "-1", "99", "é", "1" * 400):
        assert client.get(lesson_page(class_group, lesson), {"page": odd}).status_code == 200


def test_forty_pupils_cost_no_more_queries_than_one(
    client: Client,
    class_group: ClassGroup,
    teacher: Person,
    lesson: Lesson,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(40):
        answer(factories.make_pupil(class_group), lesson, "raconter", "Il était une fois.")
    client.force_login(teacher)
    with django_assert_max_num_queries(13):
        client.get(class_page(class_group))
    with django_assert_max_num_queries(10):
        client.get(lesson_page(class_group, lesson))


def strangers(group: ClassGroup, pupil: Person) -> list[Person]:
    """Everybody who must not read the work of ``group``."""
    elsewhere = factories.make_class_group(name="Ailleurs")
    return [
        pupil,
        factories.make_guardian(pupil),
        factories.make_teacher(factories.make_class_group(group.school, name="CM1 A")),
        factories.make_teacher(elsewhere),
        factories.make_person(elsewhere.school, Profile.HEAD),
        factories.make_person(group.school, Profile.SCHOOL_LIFE),
        factories.make_person(group.school, Profile.AUTHOR),
    ]


def test_everybody_else_is_told_what_they_are_told_of_a_class_that_does_not_exist(
    client: Client, class_group: ClassGroup, pupil: Person, lesson: Lesson
) -> None:
    answer(pupil, lesson, "raconter", "Un secret.")
    for person in strangers(class_group, pupil):
        client.force_login(person)
        nothing = client.get(f"/classes/{uuid.uuid4()}/travail/")
        for path in (class_page(class_group), lesson_page(class_group, lesson)):
            response = client.get(path)
            assert response.status_code == nothing.status_code == 404
            assert "Un secret" not in response.content.decode()
            assert class_group.name not in response.content.decode()


def test_the_head_of_the_school_reads_it_and_nobody_who_is_signed_out(
    client: Client, class_group: ClassGroup, lesson: Lesson
) -> None:
    assert client.get(class_page(class_group)).status_code == 302
    client.force_login(factories.make_person(class_group.school, Profile.HEAD))
    assert client.get(class_page(class_group)).status_code == 200
    assert client.get(lesson_page(class_group, lesson)).status_code == 200


def test_a_lesson_that_the_class_does_not_follow_is_not_found(
    client: Client, class_group: ClassGroup, teacher: Person, course: Course, lesson: Lesson
) -> None:
    client.force_login(teacher)
    assert client.get(f"{class_page(class_group)}{course.pk.hex}/inconnue/").status_code == 404
    assert client.get(f"{class_page(class_group)}{uuid.uuid4().hex}/{lesson.key}/").status_code == 404
    class_group.course_assignments.all().delete()
    assert client.get(lesson_page(class_group, lesson)).status_code == 404


def test_a_class_without_a_course_is_told_so(client: Client, class_group: ClassGroup, teacher: Person) -> None:
    factories.make_pupil(class_group)
    client.force_login(teacher)
    page = client.get(class_page(class_group)).content.decode()
    assert "ne suit encore aucun parcours" in page


def test_a_package_that_is_missing_is_said_so(
    client: Client, class_group: ClassGroup, teacher: Person, lesson: Lesson
) -> None:
    lesson.edition.manifest_sha256 = "0" * 64
    lesson.edition.save()
    client.force_login(teacher)
    response = client.get(lesson_page(class_group, lesson))
    assert response.status_code == 503
    assert "package_unavailable" in response.content.decode()
