"""Which lesson is today's."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone

from preau.published.shapes import LessonsOfTheDay, decode
from preau.school.content.models import Course, Lesson
from preau.school.content.publication import publish_lessons_of_the_day
from preau.school.content.selectors import (
    courses_by_section,
    lesson_of_the_day,
    lesson_on,
    lessons_for,
    lessons_of_the_week,
    school_day_number,
)
from preau.school.content.services import assign_course, import_markdown
from preau.school.directory.models import ClassGroup, Person
from published.vectors import good
from school.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.data]

MONDAY = date(2026, 11, 23)


@pytest.fixture
def course(tmp_path: Path, data_folder: Path) -> Course:
    """Seven lessons without dates, CM2."""
    folder = tmp_path / "sept"
    folder.mkdir()
    (folder / "course.toml").write_text('title = "Sept"\ngrade = "CM2"\nsubject = "Lecture"\n', encoding="utf-8")
    for number in range(1, 8):
        (folder / f"{number}-l{number}.md").write_text(f"# Séance {number}\n", encoding="utf-8")
    assert import_markdown(folder, NOW).ok
    return Course.objects.get()


@pytest.mark.parametrize(("days", "number"), [(0, 0), (4, 4), (5, 4), (6, 4), (7, 5), (13, 9), (-7, -5)])
def test_school_days_are_counted_without_weekends(days: int, number: int) -> None:
    assert school_day_number(MONDAY, MONDAY + timedelta(days=days)) == number


def test_the_week_begins_on_monday_whatever_the_first_day(course: Course, class_group: ClassGroup) -> None:
    assign_course(course=course, class_group=class_group, starts_on=MONDAY + timedelta(days=2))
    today = lesson_of_the_day(class_group, MONDAY + timedelta(days=2))
    assert today is not None
    assert (today.title, today.subject, today.course_title) == ("Séance 3", "Lecture", "Sept")
    assert today.url == Lesson.objects.get(key="l3").url


def test_after_the_last_lesson_the_course_starts_over(course: Course, class_group: ClassGroup) -> None:
    assign_course(course=course, class_group=class_group, starts_on=MONDAY)
    today = lesson_of_the_day(class_group, MONDAY + timedelta(days=9))
    assert today is not None
    assert today.title == "Séance 1"


def test_a_dated_lesson_comes_on_its_date() -> None:
    plain = [Lesson(key="a"), Lesson(key="b", week=2, day=1), Lesson(key="c")]
    found = [lesson_on(plain, number) for number in (0, 5, 2)]
    assert [lesson.key for lesson in found if lesson] == ["a", "b", "c"]
    assert lesson_on([], 0) is None


def test_a_class_without_course_has_no_lesson(class_group: ClassGroup, data_folder: Path) -> None:
    assert lesson_of_the_day(class_group, MONDAY) is None
    assert lessons_for(class_group) == []
    assert lessons_of_the_week(class_group, MONDAY) == []


def test_the_week_of_a_device_is_monday_to_friday(course: Course, class_group: ClassGroup) -> None:
    assign_course(course=course, class_group=class_group, starts_on=MONDAY)
    assert [one.title for one in lessons_of_the_week(class_group, MONDAY + timedelta(days=3))] == [
        f"Séance {number}" for number in range(1, 6)
    ]
    assert len(lessons_for(class_group)) == 7


def test_courses_are_found_by_section(course: Course) -> None:
    assert courses_by_section("ecole") == [course]
    assert courses_by_section("lycee") == []


def test_the_lessons_of_the_day_are_published_for_the_gate(course: Course, class_group: ClassGroup) -> None:
    assign_course(course=course, class_group=class_group, starts_on=MONDAY)
    published = json.loads(publish_lessons_of_the_day(NOW).read_bytes())
    group = settings.PREAU_KEYRING.pseudonym("group", class_group.id.hex)
    assert (published["v"], published["date"]) == (1, "2026-11-24")
    assert set(published["groups"]) == {group}
    assert published["groups"][group] == {
        "title": "Séance 2",
        "subject": "Lecture",
        "minutes": 30,
        "url": Lesson.objects.get(key="l2").url,
        "section": "ecole",
    }
    assert set(published["sections"]) == {"ecole"}
    assert class_group.name not in json.dumps(published)


def test_the_published_lessons_have_the_fields_of_the_shared_vector_and_are_read_by_their_shape(
    course: Course, class_group: ClassGroup
) -> None:
    assign_course(course=course, class_group=class_group, starts_on=MONDAY)
    content = publish_lessons_of_the_day(NOW).read_bytes()
    written, wanted = json.loads(content), json.loads(good("lessons_of_the_day"))
    assert set(written) == set(wanted)
    for part in ("groups", "sections"):
        assert {frozenset(lesson) for lesson in written[part].values()} == {
            frozenset(lesson) for lesson in wanted[part].values()
        }
    assert isinstance(decode(LessonsOfTheDay, content), LessonsOfTheDay)


def test_a_day_without_any_course_publishes_an_empty_file(db: None, data_folder: Path) -> None:
    published = json.loads(publish_lessons_of_the_day(NOW).read_bytes())
    assert (published["groups"], published["sections"]) == ({}, {})


def test_the_pages_of_courses_show_what_is_there(client: Client, course: Course, pupil: Person) -> None:
    assert "Sept" in client.get("/parcours/").content.decode()
    assign_course(course=course, class_group=pupil.class_groups.get(), starts_on=MONDAY)
    client.force_login(pupil)
    assert "Les parcours de ta classe" in client.get("/parcours/").content.decode()
    page = client.get(f"/parcours/{course.pk}/").content.decode()
    assert page.count("Séance 1") >= 2  # the list, and the button to begin with
    assert Lesson.objects.get(key="l7").url in page


def test_no_course_at_all_is_said(client: Client, db: None) -> None:
    assert "Aucun parcours pour l’instant" in client.get("/parcours/").content.decode()


def test_a_course_that_does_not_exist_is_refused(client: Client, db: None) -> None:
    page = client.get("/parcours/00000000-0000-4000-8000-000000000000/")
    assert (page.status_code, "course_unknown" in page.content.decode()) == (404, True)


def test_the_device_of_a_pupil_is_told_what_to_bring_home(course: Course, pupil: Person) -> None:
    assign_course(course=course, class_group=pupil.class_groups.get(), starts_on=timezone.localdate())
    request = RequestFactory().get("/journee/")
    request.user = pupil
    shown = Template("{% load content_tags %}{% package_list %}").render(Context({"request": request}))
    assert shown.startswith('<script type="application/json" id="preau-packages">')
    listed = json.loads(shown.removesuffix("</script>").split(">", 1)[1])
    assert len(listed["lessons"]) == 5
    assert set(listed["lessons"][0]) == {"url", "title", "course", "minutes", "bundle"}
    # A run of five, or of the end of one and the beginning of the next.
    assert 1 <= len({one["bundle"] for one in listed["lessons"]}) <= 2


def test_a_device_without_lessons_to_bring_home_is_told_nothing(pupil: Person) -> None:
    request = RequestFactory().get("/journee/")
    request.user = pupil
    assert Template("{% load content_tags %}{% package_list %}").render(Context({"request": request})) == ""


def test_the_page_of_the_day_carries_the_list_for_the_device(client: Client, course: Course, pupil: Person) -> None:
    assign_course(course=course, class_group=pupil.class_groups.get(), starts_on=timezone.localdate())
    client.force_login(pupil)
    page = client.get("/journee/").content.decode()
    assert 'id="preau-packages"' in page
    assert "data-offline-state" in page
