"""A CM2 with codes, and a collège class with words."""

import pytest
from django.conf import settings as django_settings

from preau.school.directory.models import ClassGroup, Person
from preau.school.signin import codes
from school import factories

PICTURE_CODE = ("chat", "lune", "maison", "arbre")
WORD_CODE = "lampe violon citron"


@pytest.fixture
def ines(class_group: ClassGroup) -> Person:
    code = codes.read_pictures(PICTURE_CODE)
    assert code
    return factories.make_pupil(
        class_group,
        given_name="Inès",
        family_name="Martin",
        code_digest=codes.digest(django_settings.PREAU_KEYRING, class_group.pk, code),
    )


@pytest.fixture
def sixieme(db: None) -> ClassGroup:
    return factories.make_class_group(name="6e 2", grade="6E")


@pytest.fixture
def leo(sixieme: ClassGroup) -> Person:
    digest = codes.digest(django_settings.PREAU_KEYRING, sixieme.pk, "lampe-violon-citron")
    return factories.make_pupil(sixieme, given_name="Léo", family_name="Nguyen", code_digest=digest)
