"""French for everybody, English for who chose it, and the header, the page and the cache all say which."""

import pytest
from django.test import Client

from preau.school.classroom.services import open_live_class
from preau.school.directory.models import Person, TimetableSlot
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data, pytest.mark.usefixtures("data_folder")]


@pytest.fixture
def english(client: Client) -> Client:
    client.post("/confort/", {"anglais": "oui"})
    return client


def test_english_is_chosen_on_the_page_of_comfort_and_kept(english: Client) -> None:
    response = english.get("/confort/?garde=1")
    page = response.content.decode()
    assert response.headers["Content-Language"] == "en"
    assert "Cookie" in response.headers["Vary"]
    assert '<html lang="en">' in page
    assert "Noted on this device." in page
    assert "Lessons, the live class, the waiting page and the service status stay in French." in page
    assert "Help" in english.get("/").content.decode()


def test_french_comes_back_as_it_was_left_without_touching_the_rest(english: Client) -> None:
    english.post("/confort/", {"anglais": "", "contraste": "oui"})
    response = english.get("/")
    assert response.headers["Content-Language"] == "fr"
    assert '<html lang="fr">' in response.content.decode()
    assert 'data-contrast="more"' in response.content.decode()


def test_what_the_browser_accepts_changes_nothing(client: Client) -> None:
    response = client.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert response.headers["Content-Language"] == "fr"
    assert "Choisir une section" in response.content.decode()


def test_one_answer_in_english_leaves_the_next_one_french(english: Client) -> None:
    assert "does not exist" in english.get("/nulle-part/").content.decode()
    assert "n’existe pas" in Client().get("/nulle-part/").content.decode()


def test_the_live_class_is_french_and_says_so(
    english: Client, slot: TimetableSlot, teacher: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: factories.NOW)
    opened = open_live_class(slot=slot, now=factories.NOW, opened_by=teacher)
    english.force_login(teacher)
    response = english.get(f"/classe/{opened.id.hex}/")  # type: ignore[union-attr]
    assert response.status_code == 200
    assert response.headers["Content-Language"] == "fr"
    assert '<html lang="fr">' in response.content.decode()
    assert '<html lang="en">' in english.get("/journee/").content.decode()


def test_a_script_can_read_the_choice_for_pages_that_are_the_same_for_everybody(client: Client) -> None:
    response = client.post("/confort/", {"espacement": "oui"})
    assert not response.cookies["confort"]["httponly"]
