"""A child signs in with a class code and four pictures, or three words; nobody else does."""

import random
import re
import time
from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from preau.school.directory import sign_in_code
from preau.school.directory.models import ClassGroup, Person
from preau.school.signin import attempts, paper
from preau.school.signin.models import TryWindow
from preau.school.signin.words import WORDS
from preau.tokens import card
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data]
CODE_URL = "/connexion/eleve/code/"
RIGHT, WRONG = ("chat", "lune", "maison", "arbre"), ("chat", "lune", "maison", "velo")


def tap(client: Client, group: ClassGroup, keys: tuple[str, ...], **more: str) -> HttpResponse:
    """Taps the pictures one by one, as the form without JavaScript does; returns the last page."""
    response = client.get(CODE_URL, {"classe": group.sign_in_code})
    chosen: list[str] = []
    for key in keys:
        form = {"classe": group.sign_in_code, "choisies": "-".join(chosen), "image": key, **more}
        response = client.post(CODE_URL, form)
        chosen.append(key)
    return response


def confirm(client: Client, page: HttpResponse, **more: str) -> HttpResponse:
    text = page.content.decode()
    found = re.search(r'name="confirmation" value="([^"]+)"', text)
    assert found, text
    return client.post(CODE_URL, {"confirmation": found.group(1), **more})


@pytest.mark.parametrize("shape", [str.lower, sign_in_code.written, " {} ".format, " ".join])
def test_a_class_code_is_read_however_it_is_written(
    client: Client, class_group: ClassGroup, shape: Callable[[str], str]
) -> None:
    typed = shape(class_group.sign_in_code)
    response = client.get("/connexion/eleve/", {"classe": typed})
    assert response.status_code == 302
    assert response["Location"].startswith(f"{CODE_URL}?classe=")


@pytest.mark.parametrize("typed", ["ABCD-EFGH", "x", "é" * 20, "A" * 4000, "'; DROP"])
def test_an_unknown_class_code_is_refused_in_french(client: Client, db: None, typed: str) -> None:
    response = client.get("/connexion/eleve/", {"classe": typed})
    assert response.status_code == 404
    assert "unknown_class_code" in response.content.decode()
    assert "Ce code de classe n’existe pas" in response.content.decode()


def test_no_page_before_success_names_a_pupil(client: Client, class_group: ClassGroup, ines: Person) -> None:
    pages = [client.get("/connexion/eleve/"), tap(client, class_group, RIGHT[:3]), tap(client, class_group, WRONG)]
    assert all("Inès" not in page.content.decode() for page in pages)


def test_ines_taps_her_four_pictures_says_yes_and_is_in(client: Client, class_group: ClassGroup, ines: Person) -> None:
    page = tap(client, class_group, RIGHT)
    assert "Bonjour Inès. C’est bien toi\N{NO-BREAK SPACE}?" in page.content.decode()
    assert "_auth_user_id" not in client.session
    response = confirm(client, page)
    assert (response.status_code, response["Location"]) == (302, "/journee/")
    assert client.session["_auth_user_id"] == str(ines.pk)
    assert client.session["section"] == "ecole"
    assert client.session.get_expiry_age() > 29 * 86_400


def test_a_sign_in_gives_the_device_its_card(client: Client, class_group: ClassGroup, ines: Person) -> None:
    confirm(client, tap(client, class_group, RIGHT))
    cookie = client.cookies[django_settings.PREAU_COOKIES.card]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    keyring = django_settings.PREAU_KEYRING
    read = card.verify(keyring, cookie.value, now_s=time.time())
    assert isinstance(read, card.Card)
    assert read.role is card.Role.PUPIL
    assert read.subject == keyring.pseudonym("subject", ines.pk.hex)
    assert read.group == keyring.pseudonym("group", class_group.pk.hex)


def test_the_session_key_changes_at_sign_in(client: Client, class_group: ClassGroup, ines: Person) -> None:
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    confirm(client, tap(client, class_group, RIGHT))
    assert client.session.session_key != session.session_key


def test_a_wrong_code_tells_how_many_tries_are_left_once_they_are_few(
    client: Client, class_group: ClassGroup, ines: Person
) -> None:
    page = tap(client, class_group, WRONG)
    assert page.status_code == 403
    assert "Ce n’est pas le bon code. Regarde bien ta carte, puis recommence." in page.content.decode()
    assert "wrong_code" in page.content.decode()
    somebody_taps_wrong(class_group, 29)
    assert "Encore 9 essais" in tap(client, class_group, WRONG).content.decode()


def somebody_taps_wrong(class_group: ClassGroup, count: int) -> None:
    """Behind the same address."""
    for _ in range(count):
        attempts.take(attempts.limits_of_class(class_group.pk, "127.0.0.1"), now_s=int(time.time()))


def test_after_ten_mistakes_behind_one_address_the_class_goes_on(
    client: Client, class_group: ClassGroup, ines: Person
) -> None:
    somebody_taps_wrong(class_group, 10)
    assert confirm(client, tap(client, class_group, RIGHT)).status_code == 302


def test_after_forty_wrong_codes_the_hour_of_the_next_try_is_told(
    client: Client, class_group: ClassGroup, ines: Person
) -> None:
    somebody_taps_wrong(class_group, 39)
    assert "dernier essai" in tap(client, class_group, WRONG).content.decode()
    page = tap(client, class_group, RIGHT)
    assert page.status_code == 429
    assert re.search("réessaie à \\d{1,2}\u00a0h\u00a0\\d\\d", page.content.decode())
    assert "Ta carte avec le carré marche toujours" in page.content.decode()
    assert 0 < int(page["Retry-After"]) <= 600


def test_the_same_code_in_another_class_opens_nothing(client: Client, ines: Person) -> None:
    other = factories.make_class_group(ines.school, name="CM2 C")
    assert tap(client, other, RIGHT).status_code == 403


def test_a_pupil_who_has_left_the_class_does_not_come_in(client: Client, class_group: ClassGroup, ines: Person) -> None:
    ines.memberships.update(until=date(2026, 9, 2))
    assert tap(client, class_group, RIGHT).status_code == 403


def test_a_closed_person_does_not_come_in(client: Client, class_group: ClassGroup, ines: Person) -> None:
    ines.closed_at = timezone.now()
    ines.save()
    assert tap(client, class_group, RIGHT).status_code == 403


def test_effacer_takes_the_last_picture_back(client: Client, class_group: ClassGroup) -> None:
    page = client.post(CODE_URL, {"classe": class_group.sign_in_code, "choisies": "chat-lune", "effacer": "1"})
    assert 'name="choisies" value="chat"' in page.content.decode()
    assert TryWindow.objects.count() == 0


@pytest.mark.parametrize(
    "form",
    [
        {"choisies": "chat-dragon", "image": "lune"},
        {"choisies": "chat", "image": "<script>"},
        {"choisies": "", "image": ""},
        {"choisies": "chat-lune-maison-arbre-velo", "image": "cle"},
    ],
)
def test_pictures_that_do_not_exist_are_refused(client: Client, class_group: ClassGroup, form: dict[str, str]) -> None:
    page = client.post(CODE_URL, {"classe": class_group.sign_in_code, **form})
    assert page.status_code == 400
    assert "incomplete_code" in page.content.decode()


@pytest.mark.parametrize("typed", ["lampe violon citron", "LAMPE - Violon - citrôn", "lampe,violon,citron"])
def test_leo_writes_his_three_words_his_way(client: Client, sixieme: ClassGroup, leo: Person, typed: str) -> None:
    page = client.post(CODE_URL, {"classe": sixieme.sign_in_code, "mots": typed})
    assert "Bonjour Léo. C’est bien toi\N{NO-BREAK SPACE}?" in page.content.decode()
    confirm(client, page)
    assert client.session["section"] == "college"


def test_the_example_in_the_field_can_be_nobodys_code(client: Client, sixieme: ClassGroup) -> None:
    page = client.get(CODE_URL, {"classe": sixieme.sign_in_code}).content.decode()
    example = re.search(r'name="mots"[^>]* placeholder="([^"]+)"', page)
    assert example
    assert not set(example.group(1).split()) & set(WORDS)


def test_two_words_are_not_a_code(client: Client, sixieme: ClassGroup, leo: Person) -> None:
    page = client.post(CODE_URL, {"classe": sixieme.sign_in_code, "mots": "lampe violon"})
    assert page.status_code == 400
    assert "incomplete_code" in page.content.decode()
    assert TryWindow.objects.count() == 0


@pytest.mark.parametrize("forged", ["", "x", "InNvbWVib2R5Ig:1abc:xyz"])
def test_a_forged_confirmation_signs_nobody_in(client: Client, ines: Person, forged: str) -> None:
    response = client.post(CODE_URL, {"confirmation": forged})
    assert response.status_code == 403
    assert "confirmation_expired" in response.content.decode()
    assert "_auth_user_id" not in client.session


def refused(response: HttpResponse) -> bool:
    return response.status_code == 403 and "confirmation_expired" in response.content.decode()


def test_yes_after_ten_minutes_signs_nobody_in(
    client: Client, class_group: ClassGroup, ines: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tap(client, class_group, RIGHT)
    later_s = time.time() + 601
    monkeypatch.setattr("django.core.signing.time.time", lambda: later_s)
    assert refused(confirm(client, page))
    assert "_auth_user_id" not in client.session


def test_yes_from_another_browser_signs_nobody_in(client: Client, class_group: ClassGroup, ines: Person) -> None:
    page, other = tap(client, class_group, RIGHT), Client()
    assert refused(confirm(other, page))
    tap(other, class_group, RIGHT)
    assert refused(confirm(other, page))


def test_a_second_tap_on_yes_does_not_sign_out_again(client: Client, class_group: ClassGroup, ines: Person) -> None:
    page = tap(client, class_group, RIGHT)
    before = client.cookies["preau_session"].value
    assert confirm(client, page).status_code == 302
    client.cookies["preau_session"] = before  # sent before the first answer was there
    second = confirm(client, page)
    assert second.status_code == 302
    assert "preau_session" not in second.cookies


def test_yes_is_said_once(client: Client, class_group: ClassGroup, ines: Person) -> None:
    page = tap(client, class_group, RIGHT)
    assert confirm(client, page).status_code == 302
    client.post("/deconnexion/")
    assert refused(confirm(client, page))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("change", ["closed", "left", "class_closed", "new_code", "new_card"])
def test_yes_is_worth_nothing_once_something_has_changed(
    client: Client, class_group: ClassGroup, ines: Person, change: str
) -> None:
    page = tap(client, class_group, RIGHT)
    if change == "closed":
        Person.objects.update(closed_at=timezone.now())
    elif change == "left":
        ines.memberships.update(until=date(2026, 9, 2))
    elif change == "class_closed":
        ClassGroup.objects.update(closed_at=timezone.now())
    elif change == "new_code":
        paper.renew_codes(class_group, [ines], random.Random(1))  # noqa: S311  a fixed draw
    else:
        paper.renew_card(ines)
    assert refused(confirm(client, page))
    assert "_auth_user_id" not in client.session


def strangers_hold(class_group: ClassGroup) -> None:
    for n in range(120):
        attempts.take(attempts.limits_of_class(class_group.pk, f"192.0.2.{n}"), now_s=int(time.time()))


def test_strangers_who_guess_do_not_shut_out_a_known_device_nor_the_paper_card(
    client: Client, class_group: ClassGroup, ines: Person
) -> None:
    confirm(client, tap(client, class_group, RIGHT))
    known = Client()
    known.cookies[django_settings.PREAU_COOKIES.card] = client.cookies[django_settings.PREAU_COOKIES.card].value
    strangers_hold(class_group)
    held = tap(Client(), class_group, RIGHT)
    assert held.status_code == 429
    assert "Ta carte avec le carré marche toujours" in held.content.decode()
    assert tap(known, class_group, WRONG).status_code == 403
    assert confirm(known, tap(known, class_group, RIGHT)).status_code == 302
    address = paper.address_of(ines, now=timezone.now()).removeprefix(django_settings.PREAU_PUBLIC_URL)
    assert Client().post(address).status_code == 302


def test_a_card_of_another_class_is_no_way_around(
    client: Client, class_group: ClassGroup, ines: Person, sixieme: ClassGroup, leo: Person
) -> None:
    confirm(client, client.post(CODE_URL, {"classe": sixieme.sign_in_code, "mots": "lampe violon citron"}))
    other = Client()
    other.cookies[django_settings.PREAU_COOKIES.card] = client.cookies[django_settings.PREAU_COOKIES.card].value
    strangers_hold(class_group)
    assert tap(other, class_group, RIGHT).status_code == 429


@pytest.mark.parametrize(
    ("suite", "lands_on"),
    [
        ("/parcours/", "/parcours/"),
        ("https://exemple.invalid/", "/journee/"),
        ("//exemple.invalid/", "/journee/"),
        ("/\\exemple.invalid", "/journee/"),
        ("javascript:alert(1)", "/journee/"),
        ("/connexion/", "/journee/"),
        ("/" + "a" * 600, "/journee/"),
    ],
)
def test_one_comes_back_only_to_a_page_of_this_site(
    client: Client, class_group: ClassGroup, ines: Person, suite: str, lands_on: str
) -> None:
    page = tap(client, class_group, RIGHT, suite=suite)
    assert confirm(client, page, suite=suite)["Location"] == lands_on
