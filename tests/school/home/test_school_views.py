"""The head sees the classes, the lessons of the moment and where a code is missing; of their own school only."""

from datetime import datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from preau.school.directory.models import ClassGroup, Person, Profile, TimetableSlot
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data, pytest.mark.usefixtures("data_folder")]


def test_the_head_sees_the_lesson_of_the_moment_and_the_missing_codes(
    client: Client, tuesday: datetime, class_group: ClassGroup, pupil: Person, slot: TimetableSlot
) -> None:
    client.force_login(factories.make_person(class_group.school, Profile.HEAD))
    page = client.get("/etablissement/").content.decode()
    assert "à ouvrir" in page
    assert "Mathématiques" in page
    assert f"/classes/{class_group.pk}/cartes/" in page
    assert f"/classes/{class_group.pk}/travail/" in page


def test_classes_stand_in_the_order_of_their_grades(client: Client, tuesday: datetime, class_group: ClassGroup) -> None:
    for name, grade in (("Les grands", "CM1"), ("Zoé", "CP"), ("Alpha", "CE1"), ("Beta", "CE1")):
        factories.make_class_group(class_group.school, name=name, grade=grade)
    client.force_login(factories.make_person(class_group.school, Profile.HEAD))
    groups = client.get("/etablissement/").context["groups"]
    assert [group.name for group in groups] == ["Zoé", "Alpha", "Beta", "Les grands", class_group.name]


def test_another_school_is_not_shown(client: Client, tuesday: datetime, class_group: ClassGroup) -> None:
    other = factories.make_class_group(factories.make_school(name="Ailleurs"), name="Classe d’ailleurs")
    client.force_login(factories.make_person(class_group.school, Profile.HEAD))
    page = client.get("/etablissement/").content.decode()
    assert other.name not in page
    assert class_group.name in page


def test_school_life_sees_the_day_but_prints_no_cards(
    client: Client, tuesday: datetime, class_group: ClassGroup
) -> None:
    client.force_login(factories.make_person(class_group.school, Profile.SCHOOL_LIFE))
    page = client.get("/etablissement/").content.decode()
    assert class_group.name in page
    assert "/cartes/" not in page
    assert "/travail/" not in page


@pytest.mark.parametrize("profile", [Profile.PUPIL, Profile.TEACHER, Profile.GUARDIAN])
def test_nobody_else_opens_it(client: Client, class_group: ClassGroup, profile: Profile) -> None:
    client.force_login(factories.make_person(class_group.school, profile))
    assert client.get("/etablissement/").status_code == 403


def test_thirty_classes_cost_no_more_queries_than_one(
    client: Client,
    tuesday: datetime,
    class_group: ClassGroup,
    teacher: Person,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(30):
        group = factories.make_class_group(class_group.school, name=f"CE1 {n}")
        factories.make_pupil(group)
        factories.make_slot(group, teacher)
    client.force_login(factories.make_person(class_group.school, Profile.HEAD))
    client.get("/etablissement/")  # the card of the day is written once
    with django_assert_max_num_queries(8):
        client.get("/etablissement/")
