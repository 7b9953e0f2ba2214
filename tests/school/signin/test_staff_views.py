"""Adults sign in by password, wait their turn, and leave nothing behind when they quit."""

import time

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpResponse
from django.test import Client

from preau.school.directory.models import Person, Profile, School
from preau.school.signin import services
from preau.school.signin.models import TryWindow
from preau.school.signin.verification import VerificationLine
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data]
URL = "/connexion/personnel/"
PASSWORD = "tableau-noir-42"


@pytest.fixture
def claire(school: School) -> Person:
    return factories.make_person(
        school, Profile.TEACHER, given_name="Claire", login="claire.lefevre", password=PASSWORD
    )


def sign_in(client: Client, login: str = "claire.lefevre", password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post(URL, {"identifiant": login, "mot_de_passe": password, **more})


@pytest.mark.parametrize(
    ("profile", "lands_on"),
    [
        (Profile.TEACHER, "/journee/"),
        (Profile.GUARDIAN, "/famille/"),
        (Profile.HEAD, "/etablissement/"),
        (Profile.SCHOOL_LIFE, "/etablissement/"),
    ],
)
def test_each_profile_lands_on_its_own_page(client: Client, school: School, profile: Profile, lands_on: str) -> None:
    factories.make_person(school, profile, login="quelqu.un", password=PASSWORD)
    assert sign_in(client, "quelqu.un")["Location"] == lands_on
    assert client.session.get_expiry_age() == 12 * 3600
    assert django_settings.PREAU_COOKIES.card in client.cookies


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(client: Client, claire: Person) -> None:
    wrong, unknown = sign_in(client, password="non"), sign_in(client, "personne", "non")
    assert wrong.status_code == unknown.status_code == 403
    sentence = "Identifiant ou mot de passe incorrect. Encore 9 essais."
    assert sentence in wrong.content.decode()
    assert sentence in unknown.content.decode()


def test_an_unknown_login_costs_a_verification_too(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []
    real = Argon2PasswordHasher.encode

    def counting(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        encoded.append(salt)
        return real(self, password, salt)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counting)
    sign_in(client, "personne", "non")
    assert len(encoded) == 1


def test_after_ten_wrong_passwords_the_right_one_has_to_wait(client: Client, claire: Person) -> None:
    limits = services.attempts.limits_of_login("claire.lefevre", "127.0.0.1")
    for _ in range(10):
        services.attempts.take(limits, now_s=int(time.time()))
    held = sign_in(client)
    assert held.status_code == 429
    assert "too_many_tries" in held.content.decode()
    assert int(held["Retry-After"]) > 0


def shut_out_from_everywhere(login: str) -> None:
    for n in range(90):
        limits = services.attempts.limits_of_login(login, f"192.0.2.{n}")
        services.attempts.take(limits, now_s=int(time.time()))


def test_who_guesses_from_everywhere_is_held_and_her_own_computer_is_not(client: Client, claire: Person) -> None:
    sign_in(client)
    usual = Client()
    usual.cookies[django_settings.PREAU_COOKIES.card] = client.cookies[django_settings.PREAU_COOKIES.card].value
    shut_out_from_everywhere("claire.lefevre")
    held = sign_in(Client())
    assert held.status_code == 429
    assert "sur l’appareil où vous vous connectez d’habitude" in held.content.decode()
    assert sign_in(usual).status_code == 302


def test_the_card_of_somebody_else_or_a_forged_one_is_no_way_around(client: Client, claire: Person) -> None:
    factories.make_person(claire.school, Profile.TEACHER, login="paul.roy", password=PASSWORD)
    sign_in(client, "paul.roy")
    genuine = client.cookies[django_settings.PREAU_COOKIES.card].value
    shut_out_from_everywhere("claire.lefevre")
    for text in (genuine, genuine[:-1], "x"):
        stranger = Client()
        stranger.cookies[django_settings.PREAU_COOKIES.card] = text
        assert sign_in(stranger).status_code == 429


def test_somebody_who_has_left_does_not_come_in(client: Client, claire: Person) -> None:
    claire.closed_at = factories.NOW
    claire.save()
    assert sign_in(client).status_code == 403


@pytest.mark.parametrize(("login", "password"), [("", "x"), ("x", ""), ("x" * 151, "x"), ("x", "x" * 257), ("", "")])
def test_an_incomplete_or_oversized_form_is_refused_before_anything_is_verified(
    client: Client, db: None, login: str, password: str
) -> None:
    response = sign_in(client, login, password)
    assert response.status_code == 400
    assert "missing_password" in response.content.decode()
    assert TryWindow.objects.count() == 0


def test_a_full_line_says_so_and_costs_no_try(client: Client, claire: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    line = VerificationLine(1, most_waiting=0)
    monkeypatch.setattr(services, "line_of_this_process", lambda: line)
    with line.turn():
        response = sign_in(client)
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "sign_in_busy" in response.content.decode()
    assert {row.tries for row in TryWindow.objects.all()} == {0}
    assert sign_in(client).status_code == 302


def test_one_comes_back_to_the_page_that_asked(client: Client, claire: Person) -> None:
    assert sign_in(client, suite="/parcours/")["Location"] == "/parcours/"


def test_quitting_forgets_the_session_the_card_and_the_pages(client: Client, claire: Person) -> None:
    sign_in(client)
    response = client.post("/deconnexion/")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert response["Preau-Leave"] == "1"
    assert response["Clear-Site-Data"] == '"cache"'  # not "storage": a brother's unsent work is there
    assert client.cookies[django_settings.PREAU_COOKIES.card].value == ""
    assert "_auth_user_id" not in client.session


def test_quitting_by_a_link_is_not_possible(client: Client, claire: Person) -> None:
    sign_in(client)
    assert client.get("/deconnexion/").status_code == 405
    assert "_auth_user_id" in client.session
