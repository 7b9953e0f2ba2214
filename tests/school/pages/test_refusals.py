"""What is refused is said in French, with a stable code, to people and to programs alike."""

import errno

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from preau.school.directory.models import Person
from preau.school.pages import refusals
from preau.school.pages.script_paths import SCRIPT_PATHS

pytestmark = pytest.mark.django_db


def test_an_unknown_page_is_a_sentence_and_a_code(client: Client) -> None:
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page n’existe pas." in response.content.decode()
    assert "not_found" in response.content.decode()


def test_a_program_gets_json(client: Client) -> None:
    response = client.get("/nulle-part/", headers={"accept": "application/json"})
    assert response.json() == {"error": {"code": "not_found", "message": "Cette page n’existe pas."}}
    assert response.status_code == 404


def test_a_script_of_ours_gets_json_whatever_it_accepts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    assert {reverse("work-journal"), reverse("work-progress")} == SCRIPT_PATHS
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", broken)
    client.raise_request_exception = False
    client.cookies["preau_session"] = "a" * 32
    response = client.get(reverse("work-progress"), headers={"accept": "text/html"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "storage_busy")


def test_a_form_that_is_too_old_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/connexion/personnel/", {"identifiant": "x", "mot_de_passe": "y"})
    assert response.status_code == 403
    assert "form_expired" in response.content.decode()
    page = response.content.decode()
    assert "Cette page a expiré." in page
    assert '<form method="post" action="/connexion/personnel/">' in page
    assert 'name="identifiant" value="x"' in page
    assert "mot_de_passe" not in page


def test_after_a_form_that_is_too_old_the_login_is_kept_and_the_password_is_asked_again(client: Client) -> None:
    page = client.post("/connexion/personnel/", {"reprise": "1", "identifiant": "claire.lefevre"})
    assert page.status_code == 200
    assert 'value="claire.lefevre"' in page.content.decode()
    assert 'role="alert"' not in page.content.decode()


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/classes/1/cartes/?a=b", "/classes/1/cartes/?a=b"),
        ("", "/"),
        ("http://ailleurs.test/piege", "/"),
        ("http://testserver//ailleurs.test/piege", "/"),
        ("javascript:alert(1)", "/"),
        ("http://testserver/" + "a" * 600, "/"),
    ],
)
def test_a_form_that_is_too_old_leads_back_to_the_page_it_was_on_if_that_is_ours(referer: str, leads_to: str) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/deconnexion/", headers={"referer": referer})
    assert response.status_code == 403
    assert f'<a class="btn main" href="{leads_to}">' in response.content.decode()


def test_a_wrong_method_is_a_sentence_and_a_code_and_says_which_are_right(client: Client) -> None:
    response = client.post("/aide/")
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert "method_not_allowed" in response.content.decode()
    response = client.get("/deconnexion/", headers={"accept": "application/json"})
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("profile", "landing"), [("pupil", "/journee/"), ("guardian", "/famille/"), ("head", "/etablissement/")]
)
def test_who_is_signed_in_and_refused_is_led_to_their_own_first_page(
    client: Client, pupil: Person, profile: str, landing: str
) -> None:
    pupil.profile = profile
    pupil.save()
    client.force_login(pupil)
    response = client.get("/famille/" if profile != "guardian" else "/etablissement/")
    main = response.content.decode().split("<main")[1]
    assert response.status_code == 403
    assert f'<a class="btn main" href="{landing}">' in main
    assert "Se connecter" not in main


def test_our_own_failure_is_told_even_without_a_database(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    def no_database(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(connection, "cursor", no_database)
    response = refusals.failure(rf.get("/"))
    assert response.status_code == 500
    assert "La panne est de notre côté" in response.content.decode()


def test_a_refusal_that_passes_says_when_to_come_back(rf: RequestFactory, client: Client) -> None:
    request = client.get("/").wsgi_request
    response = refusals.refuse(request, code="busy", sentence="Attends.", status=503, retry_after_s=60)
    assert response["Retry-After"] == "60"
    assert response["Cache-Control"] == "no-store"


STORAGE_FAILURES = [
    (OperationalError("database or disk is full"), "storage_full"),
    (OSError(errno.ENOSPC, "No space left on device"), "storage_full"),
    (OperationalError('could not extend file "base/1": No space left on device'), "storage_full"),
    (OperationalError("database is locked"), "storage_busy"),
]


@pytest.mark.parametrize(("raised", "code"), STORAGE_FAILURES)
def test_a_storage_that_cannot_write_says_to_wait_and_that_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, code: str
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("preau.school.signin.pupil_views.class_group_of_code", failing)
    client = Client(raise_request_exception=False)
    response = client.get("/connexion/eleve/?classe=ABCD-EFGH")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert code in response.content.decode()
    assert "Rien de ce qui était enregistré n’est perdu" in response.content.decode()
    said = client.get("/connexion/eleve/?classe=ABCD-EFGH", headers={"accept": "application/json"})
    assert (said.status_code, said.json()["error"]["code"]) == (503, code)


@pytest.mark.parametrize("told", ["text/html", "application/json"])
def test_a_missing_table_promises_nothing_of_a_minute(client: Client, told: str) -> None:
    client.raise_request_exception = False
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("ALTER TABLE directory_classgroup RENAME TO elsewhere")
        response = client.get("/connexion/eleve/?classe=ABCD-EFGH", headers={"accept": told})
        transaction.set_rollback(True)
    said = response.content.decode()
    if told == "application/json":
        said = f"{response.json()}"
    assert (response.status_code, response.headers.get("Retry-After")) == (500, None)
    assert "storage_broken" in said
    assert "recommencer n’y change rien" in said
    assert "une minute" not in said
    assert "Attendez un peu" not in said


@pytest.mark.parametrize(
    "raised",
    [
        ProgrammingError('relation "directory_person" does not exist'),
        OperationalError("no such column: directory_person.seats_from"),
        OperationalError("attempt to write a readonly database"),
    ],
)
def test_what_waiting_does_not_mend_is_said_as_that(monkeypatch: pytest.MonkeyPatch, raised: Exception) -> None:
    def failing(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("preau.school.signin.pupil_views.class_group_of_code", failing)
    response = Client(raise_request_exception=False).get("/connexion/eleve/?classe=ABCD-EFGH")
    assert (response.status_code, "storage_broken" in response.content.decode()) == (500, True)


def test_a_session_that_cannot_be_written_is_a_full_disk_and_not_a_session_that_has_ended(
    client: Client, pupil: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(pupil)

    def full(*_: object, **__: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("django.contrib.sessions.models.Session.save", full)
    monkeypatch.setattr("django.conf.settings.SESSION_SAVE_EVERY_REQUEST", True)
    client.raise_request_exception = False
    response = client.get("/aide/")
    assert response.status_code == 503
    assert "storage_full" in response.content.decode()
