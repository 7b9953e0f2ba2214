"""My day: what is now comes first, the button does what the moment allows, and the page is light."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from preau.school.classroom.services import open_live_class
from preau.school.content.models import Course, CourseAssignment, Edition, Lesson
from preau.school.directory.models import ClassGroup, Person, Profile, TimetableSlot
from preau.school.work.models import Progress
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data, pytest.mark.usefixtures("data_folder")]


@pytest.fixture
def course(class_group: ClassGroup) -> Course:
    course = Course.objects.create(key="fractions", title="Les fractions", grade="CM2", subject="Mathématiques")
    edition = Edition.objects.create(course=course, number=1, manifest_sha256="a" * 64, published_at=factories.NOW)
    for order in range(6):
        Lesson.objects.create(edition=edition, key=f"l{order}", title=f"Partager {order}", order=order, item_count=4)
    CourseAssignment.objects.create(course=course, class_group=class_group, starts_on=factories.YEAR_FROM)
    return course


def page_of(client: Client, person: Person, query: str = "") -> str:
    client.force_login(person)
    return client.get(f"/journee/{query}").content.decode()


def test_a_pupil_enters_the_open_class(
    client: Client, tuesday: datetime, pupil: Person, teacher: Person, slot: TimetableSlot
) -> None:
    live_class = open_live_class(slot=slot, now=tuesday, opened_by=teacher)
    page = page_of(client, pupil)
    assert f'<a class="btn main" href="/classe/{live_class.pk.hex}/">' in page  # type: ignore[union-attr]
    assert "Entrer en classe" in page


def test_a_class_that_is_not_open_yet_says_so(
    client: Client, tuesday: datetime, pupil: Person, slot: TimetableSlot
) -> None:
    page = page_of(client, pupil)
    assert "ta classe va s’ouvrir" in page
    assert "Entrer en classe" not in page


def test_a_class_that_the_teacher_has_ended_cannot_be_entered(
    client: Client, tuesday: datetime, pupil: Person, teacher: Person, slot: TimetableSlot
) -> None:
    live_class = open_live_class(slot=slot, now=tuesday, opened_by=teacher)
    factories.publish_register(live_class, ended_at=tuesday)  # type: ignore[arg-type]
    page = page_of(client, pupil)
    assert "Entrer en classe" not in page
    assert "terminé" in page


def test_the_lesson_of_the_day_is_there_with_its_ring(
    client: Client, tuesday: datetime, pupil: Person, course: Course
) -> None:
    page = page_of(client, pupil)
    assert "Commencer la séance" in page
    key = re.search(r"href=\"/colis/editions/a{64}/(l\d)\.html", page)
    assert key
    Progress.objects.create(person=pupil, course=course, lesson_key=key.group(1), answered=3, total=4, last_at=tuesday)
    page = page_of(client, pupil)
    assert "Reprendre la séance" in page
    assert 'stroke-dasharray="75 100"' in page


def test_lessons_begun_earlier_are_listed_newest_first(
    client: Client, tuesday: datetime, pupil: Person, course: Course
) -> None:
    page_of(client, pupil)
    for n in range(6):
        Progress.objects.create(
            person=pupil, course=course, lesson_key=f"l{n}", answered=n, total=4, last_at=tuesday - timedelta(hours=n)
        )
    page = page_of(client, pupil)
    section = page[page.index("Où j’en suis") :]
    shown = [int(n) for n in re.findall(r"<b>Partager (\d)</b>", section)]
    assert len(shown) == 4
    assert shown == sorted(shown)


def test_unusual_hours_are_folded_away_unless_they_are_now(
    client: Client, tuesday: datetime, pupil: Person, class_group: ClassGroup, teacher: Person
) -> None:
    for hour in (6, 10, 20):
        factories.make_slot(class_group, teacher, subject=f"Cours de {hour} h", starts_at=time(hour, 0))
    page = page_of(client, pupil, "?jour=2026-12-01")
    folded = "".join(re.findall(r"<details>.*?</details>", page, flags=re.DOTALL))
    assert "Cours de 6 h" in folded
    assert "Cours de 20 h" in folded
    assert "Cours de 10 h" not in folded


def test_what_is_over_is_folded_away_today(
    client: Client, tuesday: datetime, pupil: Person, class_group: ClassGroup, teacher: Person, slot: TimetableSlot
) -> None:
    factories.make_slot(class_group, teacher, subject="Lecture", starts_at=time(8, 0), minutes=30)
    page = page_of(client, pupil)
    assert "1 cours passé" in page
    assert page.index("Lecture") < page.index("Mathématiques")


def full_timetable(class_group: ClassGroup, teacher: Person) -> list[TimetableSlot]:
    """A lesson each hour from 0 h to 23 h; the clock stands at 8:35."""
    return [
        factories.make_slot(class_group, teacher, subject=f"Cours de {hour} h", starts_at=time(hour, 0), minutes=55)
        for hour in range(24)
    ]


def in_sight(page: str) -> list[int]:
    """The hours of the lessons that are not folded away, in order."""
    shown = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    return [int(hour) for hour in re.findall(r"Cours de (\d+) h</h3>", shown)]


def test_today_the_lesson_of_now_is_seen_first_and_then_three_more(
    client: Client, tuesday: datetime, pupil: Person, class_group: ClassGroup, teacher: Person
) -> None:
    full_timetable(class_group, teacher)
    page = page_of(client, pupil)
    assert in_sight(page) == [8, 9, 10, 11]
    assert "8 cours passés" in page
    assert "12 cours plus tard" in page
    assert page.index("Cours de 8 h") < page.index('<nav class="week"')


def test_between_two_lessons_the_next_three_are_seen(
    client: Client, tuesday: datetime, pupil: Person, class_group: ClassGroup, teacher: Person
) -> None:
    for hour in (7, 11, 13, 15, 17):
        factories.make_slot(class_group, teacher, subject=f"Cours de {hour} h", starts_at=time(hour, 0), minutes=55)
    assert in_sight(page_of(client, pupil)) == [11, 13, 15]


def test_on_another_day_all_hours_of_a_school_are_seen(
    client: Client, tuesday: datetime, pupil: Person, class_group: ClassGroup, teacher: Person
) -> None:
    full_timetable(class_group, teacher)
    page = page_of(client, pupil, "?jour=2026-12-01")
    assert in_sight(page) == list(range(8, 18))
    assert "terminé" not in page


def test_a_teacher_keeps_the_last_lesson_in_sight_if_it_has_a_register(
    client: Client, tuesday: datetime, class_group: ClassGroup, teacher: Person, pupil: Person
) -> None:
    slots = full_timetable(class_group, teacher)
    assert in_sight(page_of(client, teacher)) == [8, 9, 10, 11]
    live_class = open_live_class(slot=slots[7], now=tuesday - timedelta(hours=1), opened_by=teacher)
    factories.publish_register(live_class, ended_at=tuesday)  # type: ignore[arg-type]
    assert in_sight(page_of(client, teacher)) == [7, 8, 9, 10, 11]
    assert in_sight(page_of(client, pupil)) == [8, 9, 10, 11]


def test_when_all_lessons_are_over_the_page_says_so(
    client: Client, tuesday: datetime, pupil: Person, class_group: ClassGroup, teacher: Person
) -> None:
    factories.make_slot(class_group, teacher, subject="Lecture", starts_at=time(7, 0), minutes=30)
    page = page_of(client, pupil)
    assert "C’est fini pour aujourd’hui." in page
    assert "Pas de cours ce jour-là." not in page


def test_a_day_without_class_says_so(client: Client, tuesday: datetime, pupil: Person) -> None:
    assert "Pas de cours ce jour-là." in page_of(client, pupil, "?jour=2026-11-29")


@pytest.mark.parametrize("day", ["demain", "2026-13-01", "1200-01-01", "9999-12-31", "2026-11-24T00", "é" * 300])
def test_a_day_that_cannot_be_is_refused(client: Client, tuesday: datetime, pupil: Person, day: str) -> None:
    client.force_login(pupil)
    response = client.get("/journee/", {"jour": day})
    assert response.status_code == 400
    assert "bad_day" in response.content.decode()


def test_the_week_leads_to_its_neighbours(client: Client, tuesday: datetime, pupil: Person) -> None:
    page = page_of(client, pupil)
    assert 'href="?jour=2026-11-16"' in page
    assert 'href="?jour=2026-11-30"' in page
    assert page.count('aria-current="date"') == 1


@pytest.fixture
def full_day(tuesday: datetime, pupil: Person, slot: TimetableSlot, course: Course) -> Person:
    """A pupil with ten lessons, one of them open, and six lessons begun."""
    for hour in range(9, 18):
        factories.make_slot(slot.class_group, slot.teacher, subject=f"Matière {hour}", starts_at=time(hour, 30))
    open_live_class(slot=slot, now=tuesday, opened_by=slot.teacher)
    for n in range(6):
        Progress.objects.create(person=pupil, course=course, lesson_key=f"l{n}", answered=1, total=4, last_at=tuesday)
    return pupil


def test_a_full_day_takes_twelve_queries_and_less_than_20_kb(
    client: Client, full_day: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page_of(client, full_day)  # the card of the day is written once
    with django_assert_max_num_queries(12):
        response = client.get("/journee/")
    assert len(response.content) < 20_000


def test_the_card_is_written_anew_once_a_day(client: Client, tuesday: datetime, pupil: Person) -> None:
    name = django_settings.PREAU_COOKIES.card
    client.force_login(pupil)
    assert name in client.get("/journee/").cookies
    assert name not in client.get("/journee/").cookies
    session = client.session
    session["card_day"] = "2026-11-23"
    session.save()
    assert name in client.get("/journee/").cookies


def test_a_teacher_opens_joins_and_then_reads_the_register(
    client: Client, tuesday: datetime, teacher: Person, slot: TimetableSlot
) -> None:
    page = page_of(client, teacher)
    assert "Ouvrir la classe" in page
    assert f'name="slot" value="{slot.pk.hex}"' in page
    response = client.post("/classe/ouvrir/", {"slot": slot.pk.hex})
    assert response.status_code == 302
    page = page_of(client, teacher)
    assert "Rejoindre" in page
    live_class = slot.live_classes.get()
    factories.publish_register(live_class, ended_at=tuesday)
    page = page_of(client, teacher)
    assert f"/classe/{live_class.pk.hex}/appel/" in page
    assert f"/classes/{slot.class_group_id}/cartes/" in page


def test_very_long_names_and_forty_pupils_do_not_break_the_page(
    client: Client, tuesday: datetime, class_group: ClassGroup
) -> None:
    pupil = factories.make_pupil(class_group, given_name="Marie-Antoinette-" * 5, family_name="<b>x</b>")
    page = page_of(client, pupil)
    assert "<b>x</b>" not in page


@pytest.mark.parametrize(("profile", "lands_on"), [(Profile.GUARDIAN, "/famille/"), (Profile.HEAD, "/etablissement/")])
def test_who_has_no_lessons_is_led_to_their_own_page(
    client: Client, class_group: ClassGroup, profile: Profile, lands_on: str
) -> None:
    client.force_login(factories.make_person(class_group.school, profile))
    assert client.get("/journee/")["Location"] == lands_on


def test_a_visitor_is_sent_to_sign_in_and_back(client: Client, db: None) -> None:
    assert client.get("/journee/")["Location"] == "/connexion/?next=/journee/"
    assert "suite=/journee/" in client.get("/connexion/?next=/journee/").content.decode()


def test_of_two_lessons_at_once_the_first_gets_the_main_button(
    client: Client, tuesday: datetime, teacher: Person, slot: TimetableSlot
) -> None:
    factories.make_slot(slot.class_group, teacher, subject="Lecture", starts_at=time(8, 40))
    page = page_of(client, teacher)
    assert page.count("Ouvrir la classe") == 2
    assert page.count('class="btn main"') == 1
