"""An operator and their browser."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from preau.school.directory.models import Person, Profile, School
from preau.school.directory.operators import grant
from school import factories


@pytest.fixture
def operator(school: School) -> Person:
    person = factories.make_person(school, Profile.AUTHOR, given_name="Maxime", family_name="Perrin", login="maxime")
    grant(person, now=timezone.now())
    return person


@pytest.fixture
def desk(client: Client, operator: Person, data_folder: Path) -> Client:
    """The operator's browser, in an installation whose porter has not spoken yet."""
    client.force_login(operator)
    return client
