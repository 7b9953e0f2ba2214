"""What is refused is said in French, with a stable code, to people and to programs alike."""

import pytest
from django.test import Client, RequestFactory

from preau.school.pages import refusals

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


def test_a_form_that_is_too_old_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/connexion/personnel/", {"identifiant": "x", "mot_de_passe": "y"})
    assert response.status_code == 403
    assert "form_expired" in response.content.decode()
    assert "recommence" in response.content.decode()


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
