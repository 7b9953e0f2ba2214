import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from preau.school.content.models import CourseAssignment
from preau.school.demo import accounts, people, schools
from preau.school.demo.draft import group_id, row_id
from preau.school.demo.seed import SeedReport, seed
from preau.school.directory import sign_in_code
from preau.school.directory.models import ClassGroup, Membership, Person, Profile, School, TimetableSlot
from preau.school.directory.selectors import (
    class_groups_of,
    current_occurrence,
    occurrences,
    pupils_of,
    pupils_of_guardian,
)
from preau.school.directory.uai import is_valid
from preau.school.signin.codes import PICTURES, digest, distance
from preau.school.signin.words import WORDS

pytestmark = [pytest.mark.data, pytest.mark.django_db]
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SeedReport]:
    """Seeded once for this file, in a transaction round all its tests that is undone at the end."""
    folder = tmp_path_factory.mktemp("var")
    with (
        django_db_blocker.unblock(),
        override_settings(PREAU_DATA=folder, PREAU_PUBLISHED=folder / "published"),
        transaction.atomic(),
    ):
        yield seed(NOW)
        transaction.set_rollback(True)


def rows_of_everything() -> dict[str, list[object]]:
    models = (School, Person, ClassGroup, Membership, TimetableSlot, CourseAssignment)
    return {model.__name__: sorted(map(str, model._default_manager.values_list())) for model in models}


@pytest.mark.usefixtures("seeded")
class TestSeed:
    def test_three_schools_with_valid_codes_and_ten_groups(self) -> None:
        assert [school.kind for school in School.objects.order_by("uai")] == ["ecole", "college", "lycee"]
        assert all(is_valid(school.uai or "") for school in School.objects.all())
        assert ClassGroup.objects.count() == 10
        assert Person.objects.filter(profile=Profile.HEAD).count() == 3

    def test_a_second_time_changes_nothing(self) -> None:
        before = rows_of_everything()
        report = seed(NOW + timedelta(days=3))
        assert report.added == {}
        assert rows_of_everything() == before

    def test_what_somebody_changed_meanwhile_stays(self) -> None:
        ines = Person.objects.get(given_name="Inès", family_name="Martin")
        ines.code_digest, ines.card_generation = "another", 2
        ines.save()
        TimetableSlot.objects.filter(class_group=group_id("CM1 A"), weekday=2, starts_at__hour=9).delete()
        assert seed(NOW).added["TimetableSlot"] == 1
        ines.refresh_from_db()
        assert (ines.code_digest, ines.card_generation) == ("another", 2)

    def test_in_a_later_school_year_the_timetable_goes_on(self) -> None:
        seed(NOW.replace(year=2027))
        group = ClassGroup.objects.get(name="CM1 A")
        assert group.school_year == 2027
        assert current_occurrence(group, NOW.replace(year=2029, month=6)) is not None
        assert TimetableSlot.objects.count() == 1680

    def test_groups_have_18_to_25_pupils_and_a_teacher(self) -> None:
        for group in ClassGroup.objects.all():
            assert 18 <= len(pupils_of(group, TODAY)) <= 25
            assert group.memberships.filter(role="teacher").exists()

    @pytest.mark.parametrize("name", ["CP A", "3e 4", "Tle G1"])
    def test_there_is_a_lesson_at_every_hour_of_the_week_for_two_years(self, name: str) -> None:
        group = ClassGroup.objects.get(name=name)
        for day in (TODAY, date(2027, 3, 27), date(2027, 10, 30), date(2028, 7, 1)):
            lessons = [lesson for n in range(7) for lesson in occurrences([group], day + timedelta(days=n))]
            assert all(a.ends_at == b.starts_at for a, b in itertools.pairwise(lessons))
            assert lessons[-1].ends_at - lessons[0].starts_at >= timedelta(hours=167)

    def test_no_teacher_is_in_two_classes_at_once(self) -> None:
        places = Counter(TimetableSlot.objects.values_list("teacher", "weekday", "starts_at"))
        assert places.most_common(1)[0][1] == 1

    def test_school_days_are_varied(self) -> None:
        for group in ClassGroup.objects.all():
            monday = group.slots.filter(weekday=0, starts_at__hour__gte=8, starts_at__hour__lt=17)
            assert len({slot.subject_id for slot in monday}) >= 5

    def test_codes_of_a_class_are_two_places_apart_and_are_what_is_stored(self, settings: LazySettings) -> None:
        for planned in people.all_groups():
            pupils = people.pupils_of_group(planned)
            assert all(distance(a.code, b.code) >= 2 for a, b in itertools.combinations(pupils, 2))
            stored = set(
                Person.objects.filter(memberships__class_group=group_id(planned.name)).values_list(
                    "code_digest", flat=True
                )
            )
            assert {digest(settings.PREAU_KEYRING, group_id(planned.name), pupil.code) for pupil in pupils} <= stored

    def test_pupils_of_the_ecole_tap_pictures_and_the_others_write_words(self) -> None:
        for planned in people.all_groups():
            known = set(PICTURES) if planned.grade.section == "ecole" else set(WORDS)
            count = 4 if planned.grade.section == "ecole" else 3
            for pupil in people.pupils_of_group(planned):
                parts = pupil.code.split("-")
                assert len(parts) == count
                assert set(parts) <= known

    def test_no_two_pupils_of_a_class_look_alike_to_their_classmates(self) -> None:
        for group in ClassGroup.objects.all():
            names = [pupil.short_name for pupil in pupils_of(group, TODAY)]
            assert len(names) == len(set(names))

    def test_class_codes_can_be_typed(self) -> None:
        for group in ClassGroup.objects.all():
            assert sign_in_code.read(sign_in_code.written(group.sign_in_code).lower()) == group.sign_in_code

    def test_the_guardian_has_three_children_in_two_schools(self) -> None:
        children = pupils_of_guardian(Person.objects.get(login="sophie.martin"))
        assert sorted(child.given_name for child in children) == ["Inès", "Lina", "Noé"]
        assert len({child.school_id for child in children}) == 2

    def test_every_pupil_has_a_guardian(self) -> None:
        assert not Person.objects.filter(profile=Profile.PUPIL, guardians=None).exists()

    def test_every_group_has_a_course(self, seeded: SeedReport) -> None:
        assert seeded.refused_courses == []
        assert CourseAssignment.objects.values("class_group").distinct().count() == 10


class TestAccounts:
    @pytest.mark.usefixtures("seeded")
    def test_the_table_names_people_who_are_there_with_what_signs_them_in(self, settings: LazySettings) -> None:
        rows = accounts.demo_accounts()
        assert len(rows) == 11
        for row in rows:
            if row.login:
                person = authenticate(username=row.login, password=row.password)
                assert isinstance(person, Person)
                assert person.full_name == row.who
            else:
                group = ClassGroup.objects.get(sign_in_code=sign_in_code.read(row.class_code))
                wanted = digest(settings.PREAU_KEYRING, group.id, row.code_key)
                assert [p.full_name for p in pupils_of(group, TODAY) if p.code_digest == wanted] == [row.who]

    @pytest.mark.usefixtures("seeded")
    def test_the_cm1_has_three_pupils_to_try_a_class_with(self) -> None:
        trio = accounts.pupil_accounts("CM1 A")
        assert [row.who for row in trio] == ["Inès Martin", "Malo Kerbrat", "Aïcha Traoré"]
        claire = Person.objects.get(login="claire.lefevre")
        assert [group.name for group in class_groups_of(claire, TODAY)] == ["CM1 A"]

    @pytest.mark.usefixtures("seeded")
    def test_the_class_teacher_of_the_ecole_teaches_at_every_hour(self) -> None:
        assert TimetableSlot.objects.filter(teacher__login="claire.lefevre").count() == 168

    def test_logins_are_plain_and_all_different(self) -> None:
        assert accounts.login_of("Yann Le Goff") == "yann.le.goff"
        assert accounts.login_of("Grace O’Neill") == "grace.oneill"
        adults = [
            name for school in schools.SCHOOLS for name in (school.head, school.school_life, *school.teachers.values())
        ]
        assert len({accounts.login_of(name) for name in adults}) == len(adults)

    def test_ids_are_the_same_on_every_installation(self) -> None:
        assert str(row_id("group", "CM1 A")) == str(group_id("CM1 A")) == "520a958e-f603-516b-b442-b272a3c44e88"
