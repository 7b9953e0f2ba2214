"""The courses: one's own first and once, then what is near to one's own grade."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from preau.school.content.models import Course, CourseAssignment, Edition
from preau.school.directory.models import Person
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data]


def publish(title: str, grade: str) -> Course:
    course = Course.objects.create(key=title.lower(), title=title, grade=grade)
    Edition.objects.create(course=course, number=1, manifest_sha256=title.ljust(64, "0"), published_at=timezone.now())
    return course


def titles(client: Client) -> list[str]:
    return re.findall(r'<h3 lang="fr"><a [^>]*>([^<]*)</a>', client.get("/parcours/").content.decode())


@pytest.fixture
def courses(db: None) -> dict[str, Course]:
    grades = {"Lire": "CP", "Compter": "CM2", "Pythagore": "4E", "Thales": "3E", "Vecteurs": "2DE", "Divers": ""}
    return {title: publish(title, grade) for title, grade in grades.items()}


def test_a_pupil_sees_the_own_course_once_and_first_and_then_the_nearest(
    client: Client, courses: dict[str, Course]
) -> None:
    group = factories.make_class_group(grade="3E", name="3e A")
    CourseAssignment.objects.create(course=courses["Thales"], class_group=group, starts_on=factories.YEAR_FROM)
    client.force_login(factories.make_pupil(group))
    assert titles(client) == ["Thales", "Pythagore", "Vecteurs", "Compter", "Lire", "Divers"]


def test_a_visitor_sees_them_from_the_youngest_on(client: Client, courses: dict[str, Course]) -> None:
    assert titles(client) == ["Lire", "Compter", "Pythagore", "Thales", "Vecteurs", "Divers"]


def test_the_place_in_the_menu_and_the_title_of_the_page_say_the_same_word(client: Client, pupil: Person) -> None:
    client.force_login(pupil)
    page = client.get("/parcours/").content.decode()
    assert "<h1>Parcours</h1>" in page
    assert "<span>Parcours</span>" in page
    assert "Mes parcours" not in page
