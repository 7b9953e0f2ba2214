"""Text that no database can keep is refused at the door, whatever the form."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.data]


@pytest.mark.parametrize(
    "path", ["/connexion/personnel/", "/connexion/eleve/code/", "/deconnexion/", "/travail/reponse"]
)
@pytest.mark.parametrize("body", ["identifiant=a%00b&mot_de_passe=x", "a%00b=x", "classe=%00&lesson=x%00"])
def test_a_field_with_a_nul_byte_is_refused_in_french(client: Client, path: str, body: str) -> None:
    response = client.post(path, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert "text_unstorable" in response.content.decode()
    assert "Effacez-le et recommencez" in response.content.decode()


def test_so_is_an_address_with_one(client: Client) -> None:
    assert client.get("/connexion/eleve/?classe=a%00b").status_code == 400


@pytest.mark.parametrize("encoding", ["base64", "nonsense", "idna", "utf-16"])
def test_a_form_whose_part_names_an_encoding_that_is_not_ours_is_refused(client: Client, encoding: str) -> None:
    part = f"--x\r\nContent-Disposition: form-data; name*={encoding}''%e9\r\n\r\nx\r\n--x--\r\n"
    response = client.post("/connexion/personnel/", part.encode(), content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
    assert "soft code" in response.content.decode()


def test_a_cookie_with_a_nul_byte_is_as_if_it_had_not_come(client: Client) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "abcdefgh\x00ijkl"
    assert client.get("/journee/").status_code == 302


def test_a_letter_of_any_language_passes(client: Client) -> None:
    response = client.post("/connexion/personnel/", {"identifiant": "Zoë 🌳 ﷽", "mot_de_passe": ""})
    assert "missing_password" in response.content.decode()
