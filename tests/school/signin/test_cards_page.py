"""The sheet of cards says first what is to be done next: give codes to who has none, or print."""

import pytest
from django.test import Client

from preau.school.directory.models import ClassGroup, Person
from school import factories

pytestmark = [pytest.mark.django_db, pytest.mark.data]


def page_of(client: Client, teacher: Person, group: ClassGroup) -> str:
    client.force_login(teacher)
    return client.get(f"/classes/{group.pk}/cartes/").content.decode()


def test_who_lacks_a_code_is_counted_on_the_button(client: Client, class_group: ClassGroup, teacher: Person) -> None:
    for digest in ("", "", "f" * 64):
        factories.make_pupil(class_group, code_digest=digest)
    page = page_of(client, teacher, class_group)
    assert "Donner un code aux 2 élèves qui n’en ont pas" in page
    assert 'class="print-hint"' not in page


def test_when_nobody_lacks_a_code_the_way_to_print_comes_first(
    client: Client, class_group: ClassGroup, teacher: Person
) -> None:
    factories.make_pupil(class_group, code_digest="f" * 64)
    page = page_of(client, teacher, class_group)
    assert 'value="sans-code"' not in page
    assert page.index('class="print-hint"') < page.index("Imprimez cette page")
