"""« Quitter » on a database that takes no more: the tablet is signed out, whatever the server can write."""

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from preau.school.directory.models import Person


@pytest.fixture
def nothing_can_be_written(pupil: Person, client: Client) -> Iterator[None]:
    """After the pupil has signed in; SQLite itself refuses."""
    client.force_login(pupil)
    client.cookies[django_settings.PREAU_COOKIES.card] = "a card"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=ON")
        yield
        cursor.execute("PRAGMA query_only=OFF")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the pragma is SQLite's")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nothing_can_be_written")
def test_quitting_signs_the_device_out_though_nothing_can_be_written(client: Client) -> None:
    client.raise_request_exception = False
    response = client.post("/deconnexion/")
    assert (response.status_code, response["Location"], response["Preau-Leave"]) == (302, "/", "1")
    for name in ("preau_session", django_settings.PREAU_COOKIES.card, django_settings.PREAU_COOKIES.seat):
        assert (response.cookies[name].value, response.cookies[name]["max-age"]) == ("", 0)
    assert Session.objects.count() == 1, "nobody holds its key any more"
    assert client.get("/journee/").status_code == 302
