"""Who may see which page of the classroom: each profile, in the class, beside it and in another school."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client

from preau.school.classroom import services, views
from preau.school.classroom.models import LiveClass
from preau.school.directory.models import ClassGroup, Person, Profile, School, TimetableSlot
from school import factories

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]
NOW = factories.NOW


@pytest.fixture(autouse=True)
def tuesday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    def clock() -> datetime:
        return NOW

    monkeypatch.setattr(views.timezone, "now", clock)


@pytest.fixture
def live_class(slot: TimetableSlot) -> LiveClass:
    found = services.open_live_class(slot=slot, now=NOW, opened_by=slot.teacher)
    assert isinstance(found, LiveClass)
    return found


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def elsewhere() -> ClassGroup:
    return factories.make_class_group(factories.make_school(), name="CE1 A", grade="CE1")


PEOPLE: dict[str, Callable[[TimetableSlot], Person]] = {
    "teacher": lambda slot: slot.teacher,
    "pupil": lambda slot: factories.make_pupil(slot.class_group),
    "colleague": lambda slot: factories.make_teacher(slot.class_group),
    "head": lambda slot: factories.make_person(slot.class_group.school, Profile.HEAD),
    "school_life": lambda slot: factories.make_person(slot.class_group.school, Profile.SCHOOL_LIFE),
    "author": lambda slot: factories.make_person(slot.class_group.school, Profile.AUTHOR),
    "guardian": lambda slot: factories.make_guardian(factories.make_pupil(slot.class_group)),
    "pupil_of_another_class": lambda slot: factories.make_pupil(factories.make_class_group(slot.class_group.school)),
    "teacher_of_another_class": lambda slot: factories.make_teacher(
        factories.make_class_group(slot.class_group.school)
    ),
    "pupil_elsewhere": lambda _: factories.make_pupil(elsewhere()),
    "teacher_elsewhere": lambda _: factories.make_teacher(elsewhere()),
    "head_elsewhere": lambda _: factories.make_person(factories.make_school(), Profile.HEAD),
    "school_life_elsewhere": lambda _: factories.make_person(factories.make_school(), Profile.SCHOOL_LIFE),
}
MAY_ENTER = {"teacher", "pupil"}
MAY_OPEN = {"teacher", "head"}
MAY_READ = {"teacher", "colleague", "head", "school_life"}


class TestEntering:
    @pytest.mark.parametrize("who", PEOPLE)
    def test_only_the_roster_enters(self, who: str, slot: TimetableSlot, live_class: LiveClass) -> None:
        response = as_person(PEOPLE[who](slot)).get(f"/classe/{live_class.id.hex}/")
        assert response.status_code == (HTTPStatus.OK if who in MAY_ENTER else HTTPStatus.FORBIDDEN)
        if who not in MAY_ENTER:
            page = response.content.decode()
            assert "not_on_roster" in page
            assert "Mathématiques" not in page
            assert "Lefèvre" not in page
            assert "CM2 B" not in page

    def test_an_unknown_class_is_refused_like_another_s(self, live_class: LiveClass, school: School) -> None:
        client = as_person(factories.make_person(school, Profile.HEAD))
        unknown, known = client.get(f"/classe/{uuid4().hex}/"), client.get(f"/classe/{live_class.id.hex}/")
        assert unknown.status_code == known.status_code == HTTPStatus.FORBIDDEN
        assert "not_on_roster" in unknown.content.decode()
        assert "not_on_roster" in known.content.decode()

    def test_a_stranger_is_led_to_the_sign_in_and_back(self, live_class: LiveClass) -> None:
        for path in (f"/classe/{live_class.id.hex}/", f"/classe/{uuid4().hex}/", f"/classe/{live_class.id.hex}/appel/"):
            response = Client().get(path)
            assert response.status_code == HTTPStatus.FOUND
            assert response["Location"] == f"/connexion/?suite={path.replace('/', '%2F')}"

    def test_the_page_carries_the_seat_and_is_not_stored(self, slot: TimetableSlot, live_class: LiveClass) -> None:
        response = as_person(slot.teacher).get(f"/classe/{live_class.id.hex}/")
        page = response.content.decode()
        assert f'data-ws="/classe/{live_class.id.hex}/ws"' in page
        assert 'data-role="teacher"' in page
        assert 'data-seat="s1.' in page
        assert "no-store" in response["Cache-Control"]

    def test_after_the_end_the_teacher_is_led_to_the_register_and_the_pupil_told(
        self, slot: TimetableSlot, live_class: LiveClass, pupil: Person
    ) -> None:
        live_class.ended_at = NOW
        live_class.save()
        response = as_person(slot.teacher).get(f"/classe/{live_class.id.hex}/")
        assert response["Location"] == f"/classe/{live_class.id.hex}/appel/"
        assert as_person(pupil).get(f"/classe/{live_class.id.hex}/").status_code == HTTPStatus.GONE

    @pytest.mark.parametrize("odd", ["0", "A" * 32, "g" * 32, "0" * 33, "..%2f", "0" * 32 + "%0a"])
    def test_what_is_no_id_is_no_page(self, odd: str, pupil: Person) -> None:
        assert as_person(pupil).get(f"/classe/{odd}/").status_code == HTTPStatus.NOT_FOUND


class TestOpening:
    @pytest.mark.parametrize("who", PEOPLE)
    def test_only_the_teacher_and_the_head_open(self, who: str, slot: TimetableSlot) -> None:
        response = as_person(PEOPLE[who](slot)).post("/classe/ouvrir/", {"slot": str(slot.id)})
        assert response.status_code == (HTTPStatus.FOUND if who in MAY_OPEN else HTTPStatus.FORBIDDEN)
        assert LiveClass.objects.count() == (who in MAY_OPEN)
        if who in MAY_OPEN:
            hex_id = LiveClass.objects.get().id.hex
            assert response["Location"] == f"/classe/{hex_id}/" + ("appel/" if who == "head" else "")

    @pytest.mark.parametrize("odd", ["", "x", "0" * 31, "é" * 32, "1" * 5000])
    def test_a_malformed_slot_is_refused(self, odd: str, teacher: Person) -> None:
        response = as_person(teacher).post("/classe/ouvrir/", {"slot": odd})
        assert response.status_code == HTTPStatus.BAD_REQUEST
        assert "malformed" in response.content.decode()

    def test_an_unknown_slot_is_refused_like_another_s(self, teacher: Person) -> None:
        response = as_person(teacher).post("/classe/ouvrir/", {"slot": uuid4().hex})
        assert response.status_code == HTTPStatus.FORBIDDEN
        assert "not_your_class" in response.content.decode()

    def test_opening_needs_a_post_a_person_and_a_csrf_token(self, slot: TimetableSlot) -> None:
        assert as_person(slot.teacher).get("/classe/ouvrir/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
        assert Client().post("/classe/ouvrir/", {"slot": str(slot.id)})["Location"] == "/connexion/"
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(slot.teacher)
        assert strict.post("/classe/ouvrir/", {"slot": str(slot.id)}).status_code == HTTPStatus.FORBIDDEN
        assert not LiveClass.objects.exists()


class TestRegisterPages:
    @pytest.mark.parametrize("who", PEOPLE)
    @pytest.mark.parametrize("page", ["appel/", "appel.csv"])
    def test_only_the_school_s_people_of_the_class_read_it(
        self, who: str, page: str, slot: TimetableSlot, live_class: LiveClass
    ) -> None:
        factories.publish_register(live_class)
        response = as_person(PEOPLE[who](slot)).get(f"/classe/{live_class.id.hex}/{page}")
        assert response.status_code == (HTTPStatus.OK if who in MAY_READ else HTTPStatus.FORBIDDEN)
        if who not in MAY_READ:
            assert "Mathématiques" not in response.content.decode()

    def test_an_unknown_class_has_the_same_refusal(self, pupil: Person) -> None:
        response = as_person(pupil).get(f"/classe/{uuid4().hex}/appel/")
        assert response.status_code == HTTPStatus.FORBIDDEN
        assert "register_not_for_you" in response.content.decode()

    def test_before_the_end_the_page_says_when_it_comes(self, slot: TimetableSlot, live_class: LiveClass) -> None:
        client = as_person(slot.teacher)
        assert "dès la fin de la classe" in client.get(f"/classe/{live_class.id.hex}/appel/").content.decode()
        response = client.get(f"/classe/{live_class.id.hex}/appel.csv")
        assert response.status_code == HTTPStatus.CONFLICT
        assert "no_register_yet" in response.content.decode()

    def test_statuses_are_said_in_words_with_school_time(
        self, slot: TimetableSlot, live_class: LiveClass, pupil: Person
    ) -> None:
        seen_s = int(NOW.timestamp())
        factories.publish_register(live_class, factories.register_entry(pupil, "at_the_door", first_seen_at_s=seen_s))
        page = as_person(slot.teacher).get(f"/classe/{live_class.id.hex}/appel/").content.decode()
        assert "à la porte" in page
        assert "la plateforme l’a fait attendre, n’est pas absent" in page
        assert "8:35" in page

    def test_names_that_a_spreadsheet_would_run_are_defused(self, slot: TimetableSlot, live_class: LiveClass) -> None:
        factories.make_pupil(slot.class_group, family_name="=cmd|'/c calc'!A1", given_name="@SUM(1;2)")
        factories.make_pupil(slot.class_group, family_name='Mar"tin;x', given_name="<b>Zoé</b>")
        factories.publish_register(live_class)
        client = as_person(slot.teacher)
        text = client.get(f"/classe/{live_class.id.hex}/appel.csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        assert rows[1][:2] == ["'=cmd|'/c calc'!A1", "'@SUM(1;2)"]
        assert rows[2][:2] == ['Mar"tin;x', "<b>Zoé</b>"]
        assert "<b>Zoé</b>" not in client.get(f"/classe/{live_class.id.hex}/appel/").content.decode()
