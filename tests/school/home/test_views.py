"""The pages that everybody may read."""

import pytest
from django.test import Client

from preau.school.content.models import Course, Edition, Lesson
from preau.school.directory.models import Person
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data, pytest.mark.usefixtures("data_folder")]
PUBLIC = ["/", "/ecole/", "/college/", "/lycee/", "/aide/", "/accessibilite/", "/confort/", "/connexion/"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_open_without_an_account_or_a_session(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "preau_session" not in client.cookies
    assert len(response.content) < 20_000


def test_the_front_page_leads_to_the_sections_and_to_each_way_in(client: Client) -> None:
    page = client.get("/").content.decode()
    for path in ("/ecole/", "/college/", "/lycee/", "/connexion/eleve/", "/connexion/personnel/", "/etat"):
        assert f'href="{path}"' in page
    for who in ("Élève", "Responsable", "Enseignant·e", "Direction"):
        assert who in page


def test_who_is_signed_in_is_led_to_their_day(client: Client, pupil: Person) -> None:
    client.force_login(pupil)
    page = client.get("/").content.decode()
    assert "Bonjour Inès, on y va" in page
    assert 'href="/journee/"' in page
    assert 'data-given-name="Inès"' in page
    assert 'action="/deconnexion/"' in page


def test_a_section_shows_its_courses_and_a_lesson_at_once(client: Client) -> None:
    course = Course.objects.create(key="f", title="Les fractions", grade="CM1", subject="Mathématiques")
    edition = Edition.objects.create(course=course, number=1, manifest_sha256="a" * 64, published_at=factories.NOW)
    Lesson.objects.create(edition=edition, key="l1", title="Partager", order=0)
    page = client.get("/ecole/").content.decode()
    assert f"/parcours/{course.pk.hex}/" in page
    assert f"/colis/editions/{'a' * 64}/l1.html" in page
    assert "Les fractions" not in client.get("/lycee/").content.decode()


def test_a_section_without_courses_says_so(client: Client) -> None:
    assert "Aucun parcours n’est encore publié" in client.get("/lycee/").content.decode()


def test_comfort_is_kept_on_the_device_and_marks_the_body(client: Client) -> None:
    response = client.post("/confort/", {"contraste": "oui", "espacement": "oui"})
    assert (response.status_code, response["Location"]) == (303, "/confort/?garde=1")
    page = client.get("/").content.decode()
    assert 'data-contrast="more"' in page
    assert 'data-spacing="wide"' in page
    client.post("/confort/", {})
    assert "data-contrast" not in client.get("/").content.decode()


@pytest.mark.parametrize("value", ["<script>", "CONTRASTE", "x" * 4000, "é"])
def test_a_strange_comfort_cookie_changes_nothing(client: Client, value: str) -> None:
    client.cookies["confort"] = value
    page = client.get("/").content.decode()
    assert "data-contrast" not in page
    assert "data-spacing" not in page


def test_an_operator_adds_one_style_sheet_of_their_own(client: Client, settings: object) -> None:
    settings.PREAU_STYLESHEET = "/static/operator.css"  # type: ignore[attr-defined]
    page = client.get("/").content.decode()
    assert page.index("/static/site.css") < page.index("/static/operator.css")
