"""What a seat is bound to, and what takes it back: sign-out, new card, new code, departure."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.test import Client
from django.utils import timezone

from preau.school.classroom import services
from preau.school.classroom.models import LiveClass
from preau.school.directory import seats
from preau.school.directory.models import Person, School, TimetableSlot
from preau.school.directory.oneroster import import_folder
from preau.school.directory.oneroster.comparing import SOURCE
from preau.tokens import seat
from school import factories
from school.directory.oneroster.folders import write_folder

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]
NOW = factories.NOW
NOW_S = int(NOW.timestamp())
COOKIE = settings.PREAU_COOKIES.seat


@pytest.fixture(autouse=True)
def tuesday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def live_class(slot: TimetableSlot, pupil: Person) -> LiveClass:
    del pupil  # on the roster
    found = services.open_live_class(slot=slot, now=NOW, opened_by=slot.teacher)
    assert isinstance(found, LiveClass)
    return found


def as_person(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def seat_in_page(client: Client, live_class: LiveClass) -> seat.Seat:
    page = client.get(f"/classe/{live_class.id.hex}/").content.decode()
    found = re.search(r'data-seat="([^"]+)"', page)
    assert found is not None
    read = seat.verify(settings.PREAU_KEYRING, found[1], now_s=NOW.timestamp())
    assert isinstance(read, seat.Seat)
    return read


def cookie_of(client: Client) -> "Morsel[str]":
    return client.cookies[COOKIE]


def published(live_class: LiveClass) -> dict[str, int]:
    """By person on the published roster, from when on their seats are good."""
    roster = json.loads((settings.PREAU_PUBLISHED / "rosters" / f"{live_class.id.hex}.json").read_text("utf-8"))
    return {member["person"]: member["seats_from_s"] for member in roster["members"]}


class TestBinding:
    def test_the_seat_is_bound_to_the_secret_in_a_cookie_that_no_script_reads(
        self, live_class: LiveClass, pupil: Person
    ) -> None:
        client = as_person(pupil)
        given = seat_in_page(client, live_class)
        cookie = cookie_of(client)
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/classe/")
        assert not cookie["secure"]
        assert given.binding == seat.binding_of(settings.PREAU_KEYRING, cookie.value)
        assert given.minted_at_s == NOW_S

    def test_over_tls_the_cookie_travels_over_tls_only(
        self, live_class: LiveClass, pupil: Person, settings: LazySettings
    ) -> None:
        settings.SESSION_COOKIE_SECURE = True
        client = as_person(pupil)
        client.get(f"/classe/{live_class.id.hex}/", secure=True)
        assert cookie_of(client)["secure"]

    def test_a_second_tab_keeps_the_secret_and_another_browser_has_another(
        self, live_class: LiveClass, pupil: Person
    ) -> None:
        client = as_person(pupil)
        first, again = seat_in_page(client, live_class), seat_in_page(client, live_class)
        elsewhere = seat_in_page(as_person(pupil), live_class)
        assert first.binding == again.binding != elsewhere.binding

    @pytest.mark.parametrize("odd", ["", "x", "a" * 21, "a" * 23, "é" * 22, "a" * 21 + "."])
    def test_a_secret_that_is_none_is_replaced(self, live_class: LiveClass, pupil: Person, odd: str) -> None:
        client = as_person(pupil)
        client.cookies[COOKIE] = odd
        given = seat_in_page(client, live_class)
        assert seat.is_browser_secret(cookie_of(client).value)
        assert given.binding == seat.binding_of(settings.PREAU_KEYRING, cookie_of(client).value)

    def test_a_refused_person_gets_no_cookie(self, live_class: LiveClass) -> None:
        client = as_person(factories.make_pupil(factories.make_class_group()))
        client.get(f"/classe/{live_class.id.hex}/")
        assert COOKIE not in client.cookies


def signs_out(pupil: Person, _: Person) -> None:
    as_person(pupil).post("/deconnexion/")


def renews(what: str) -> Callable[[Person, Person], None]:
    def post(pupil: Person, teacher: Person) -> None:
        group = pupil.memberships.get().class_group
        response = as_person(teacher).post(f"/classes/{group.pk}/cartes/", {"eleve": pupil.pk.hex, "refaire": what})
        assert response.status_code == 200

    return post


class TestTakingBack:
    @pytest.mark.parametrize("happens", [signs_out, renews("carte"), renews("code")])
    def test_the_seats_of_before_are_published_as_no_longer_good(
        self, live_class: LiveClass, pupil: Person, teacher: Person, happens: Callable[[Person, Person], None]
    ) -> None:
        before = seat_in_page(as_person(pupil), live_class)
        assert published(live_class) == {teacher.id.hex: 0, pupil.id.hex: 0}
        happens(pupil, teacher)
        assert published(live_class) == {teacher.id.hex: 0, pupil.id.hex: before.minted_at_s + 1}

    def test_a_seat_given_in_the_very_second_of_the_sign_out_is_good(
        self, live_class: LiveClass, pupil: Person
    ) -> None:
        for _ in range(3):
            as_person(pupil).post("/deconnexion/")
            again = seat_in_page(as_person(Person.objects.get(pk=pupil.pk)), live_class)
            assert again.minted_at_s == published(live_class)[pupil.id.hex]

    def test_seats_are_good_from_later_on_with_every_withdrawal_even_if_the_clock_goes_back(
        self, pupil: Person
    ) -> None:
        was_s = 0
        for seconds in (0, 0, 5, -60, -60):
            now = NOW + timedelta(seconds=seconds)
            last_minted_s = seats.minted_at_s(pupil, now=now)
            seats.withdraw([pupil.pk], now=now)
            pupil.refresh_from_db()
            assert seats.good_from_s(pupil) > max(was_s, last_minted_s)
            was_s = seats.good_from_s(pupil)

    def test_the_browser_forgets_its_secret_at_the_sign_out_and_at_a_sign_in(
        self, live_class: LiveClass, teacher: Person
    ) -> None:
        teacher.login = "claire"
        teacher.set_password("un mot de passe assez long")
        teacher.save()
        client = as_person(teacher)
        for path, form in (
            ("/connexion/personnel/", {"identifiant": "claire", "mot_de_passe": "un mot de passe assez long"}),
            ("/deconnexion/", {}),
        ):
            seat_in_page(client, live_class)
            assert client.post(path, form).status_code == 302
            assert (cookie_of(client).value, cookie_of(client)["path"]) == ("", "/classe/")

    def test_classes_of_other_people_and_past_classes_are_not_published_again(
        self, live_class: LiveClass, pupil: Person, slot: TimetableSlot
    ) -> None:
        past = LiveClass.objects.create(
            slot=slot,
            starts_at=NOW - timedelta(days=7),
            ends_at=NOW - timedelta(days=7) + timedelta(hours=1),
            opened_at=NOW - timedelta(days=7),
            opened_by=slot.teacher,
        )
        stranger = factories.make_pupil(factories.make_class_group())
        file = settings.PREAU_PUBLISHED / "rosters" / f"{live_class.id.hex}.json"
        file.unlink()
        seats.withdraw([stranger.pk], now=NOW)
        assert not file.exists()
        seats.withdraw([pupil.pk], now=NOW)
        assert [found.name for found in file.parent.iterdir()] == [file.name]
        assert past.id.hex not in file.name

    def test_a_full_disk_does_not_keep_anybody_signed_in(
        self, live_class: LiveClass, pupil: Person, data_folder: Path
    ) -> None:
        rosters = data_folder / "published" / "rosters"
        (rosters / f"{live_class.id.hex}.json").unlink()
        rosters.rmdir()
        rosters.write_text("in the way")
        assert as_person(pupil).post("/deconnexion/").status_code == 302
        pupil.refresh_from_db()
        assert pupil.seats_from == datetime.fromtimestamp(NOW_S + 1, UTC)


class TestDeparture:
    def test_who_has_left_is_off_the_roster_at_once(
        self, live_class: LiveClass, pupil: Person, teacher: Person
    ) -> None:
        pupil.closed_at = NOW
        pupil.save()
        assert list(published(live_class)) == [teacher.id.hex]
        assert as_person(pupil).get(f"/classe/{live_class.id.hex}/").status_code == 302

    def test_a_teacher_who_has_left_is_off_it_as_well(
        self, live_class: LiveClass, pupil: Person, teacher: Person
    ) -> None:
        teacher.closed_at = NOW
        teacher.save(update_fields=["closed_at"])
        assert list(published(live_class)) == [pupil.id.hex]

    def test_an_import_publishes_who_is_no_longer_in_it(
        self, live_class: LiveClass, pupil: Person, teacher: Person, tmp_path: Path
    ) -> None:
        School.objects.update(source=SOURCE, source_id="o1", uai="0751234J")
        Person.objects.filter(pk=pupil.pk).update(source=SOURCE, source_id="u9")
        assert import_folder(write_folder(tmp_path / "trial"), now=NOW).changes["Person"]["closed"] == 1
        assert pupil.id.hex in published(live_class)
        import_folder(write_folder(tmp_path / "roster"), now=NOW, apply=True)
        assert list(published(live_class)) == [teacher.id.hex]
