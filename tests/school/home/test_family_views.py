"""A guardian sees each child, of every school, and what "à la porte" means."""

from datetime import datetime, time

import pytest
from django.test import Client

from preau.school.classroom.models import LiveClass
from preau.school.directory import sign_in_code
from preau.school.directory.models import Person, Profile, TimetableSlot
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data, pytest.mark.usefixtures("data_folder")]


def live_class_of(slot: TimetableSlot, teacher: Person, now: datetime) -> LiveClass:
    starts_at = now.replace(hour=7, minute=30)
    return LiveClass.objects.create(
        slot=slot, starts_at=starts_at, ends_at=starts_at.replace(hour=8), opened_at=now, opened_by=teacher
    )


def test_children_of_two_schools_are_on_one_page(client: Client, tuesday: datetime, pupil: Person) -> None:
    college = factories.make_class_group(factories.make_school(name="Collège Simone-Veil"), name="6e 2", grade="6E")
    lina = factories.make_pupil(college, given_name="Lina")
    client.force_login(factories.make_guardian(pupil, lina))
    page = client.get("/famille/").content.decode()
    assert "Collège Simone-Veil" in page
    assert "École Jules-Ferry" in page
    assert pupil.full_name in page


def test_a_child_who_waited_is_at_the_door_and_the_page_explains_it(
    client: Client, tuesday: datetime, pupil: Person, teacher: Person, slot: TimetableSlot
) -> None:
    live_class = live_class_of(slot, teacher, tuesday)
    entry = {
        "person": pupil.pk.hex,
        "status": "at_the_door",
        "first_seen_at_s": None,
        "last_seen_at_s": None,
        "present_s": 0,
    }
    factories.publish_register(live_class, entry)
    client.force_login(factories.make_guardian(pupil))
    page = client.get("/famille/").content.decode()
    assert "Mathématiques" in page
    assert "à la porte" in page
    assert "Ce n’est pas une absence." in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("present", "a participé"),
        ("late", "a participé, arrivé·e en retard"),
        ("left", "a participé, parti·e avant la fin"),
        ("at_the_door", "à la porte\N{NO-BREAK SPACE}: la plateforme l’a fait attendre"),
        ("offline", "hors ligne\N{NO-BREAK SPACE}: la connexion a manqué"),
        ("absent", "absent·e"),
    ],
)
def test_a_class_that_has_ended_is_told_in_the_past(
    client: Client, tuesday: datetime, pupil: Person, slot: TimetableSlot, status: str, words: str
) -> None:
    factories.publish_register(live_class_of(slot, slot.teacher, tuesday), factories.register_entry(pupil, status))
    client.force_login(factories.make_guardian(pupil))
    page = client.get("/famille/").content.decode()
    assert f" · {words}</span>" in page
    assert "en classe" not in page


def test_each_child_has_now_next_tomorrow_and_a_way_to_sign_in(
    client: Client, tuesday: datetime, pupil: Person, teacher: Person, slot: TimetableSlot
) -> None:
    group = slot.class_group
    factories.make_slot(group, teacher, subject="Lecture", starts_at=time(10))
    factories.make_slot(group, teacher, subject="Nuit", weekday=2, starts_at=time(1))
    factories.make_slot(group, teacher, subject="Chant", weekday=2, starts_at=time(9))
    client.force_login(factories.make_guardian(pupil))
    page = client.get("/famille/")
    child = page.context["children"][0]
    assert [one.slot.subject for one in child.now] == ["Mathématiques"]
    assert child.following.slot.subject == "Lecture"
    assert child.tomorrow == ("9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00", "Chant")
    way_in = f"/connexion/eleve/?classe={sign_in_code.written(group.sign_in_code)}"
    assert f'href="{way_in}"' in page.content.decode()
    assert client.get(way_in, follow=True).status_code == 200


def test_other_families_are_not_shown(client: Client, tuesday: datetime, pupil: Person) -> None:
    other = factories.make_pupil(factories.make_class_group(), given_name="Autre-Enfant")
    client.force_login(factories.make_guardian(pupil))
    assert other.given_name not in client.get("/famille/").content.decode()


def test_a_guardian_without_children_is_told_what_to_do(client: Client, tuesday: datetime, pupil: Person) -> None:
    client.force_login(factories.make_person(pupil.school, Profile.GUARDIAN))
    assert "Aucun enfant n’est encore rattaché" in client.get("/famille/").content.decode()


@pytest.mark.parametrize("profile", [Profile.PUPIL, Profile.TEACHER, Profile.HEAD])
def test_only_guardians_have_a_family_page(client: Client, pupil: Person, profile: Profile) -> None:
    client.force_login(factories.make_person(pupil.school, profile))
    response = client.get("/famille/")
    assert response.status_code == 403
    assert "forbidden" in response.content.decode()


def test_four_children_with_full_days_stay_under_20_kb(
    client: Client, tuesday: datetime, pupil: Person, teacher: Person
) -> None:
    children = [factories.make_pupil(pupil.memberships.get().class_group) for _ in range(3)]
    group = pupil.memberships.get().class_group
    for hour in range(9, 17):
        factories.make_slot(group, teacher, subject=f"Matière {hour}", starts_at=tuesday.time().replace(hour=hour))
    client.force_login(factories.make_guardian(pupil, *children))
    assert len(client.get("/famille/").content) < 20_000
