"""What was reported in a class reaches the head, and nobody whom it does not concern."""

from typing import Any

import pytest
from django.test import Client

from preau.school.classroom import services
from preau.school.classroom.models import LiveClass
from preau.school.directory.models import Person, Profile, TimetableSlot
from school import factories

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.usefixtures("data_folder", "tuesday")]
NOW = factories.NOW


@pytest.fixture
def live_class(slot: TimetableSlot) -> LiveClass:
    """A class that has ended, with one report about a message and one about nothing in particular."""
    found = services.open_live_class(slot=slot, now=NOW, opened_by=slot.teacher)
    assert isinstance(found, LiveClass)
    ines, karim = (factories.make_pupil(slot.class_group, given_name=name) for name in ("Inès", "Karim"))
    entry: dict[str, Any] = {"at_s": int(NOW.timestamp()), "by": ines.id.hex}
    reports = (
        entry | {"about": karim.id.hex, "message": "<b>nul</b>", "words": "il m’insulte"},
        entry | {"by": "0" * 32, "about": None, "message": "", "words": "aide"},
    )
    factories.publish_register(found, factories.register_entry(ines, "present"), reports=reports)
    return found


def page(person: Person, path: str) -> str:
    client = Client()
    client.force_login(person)
    return client.get(path).content.decode()


@pytest.mark.parametrize("profile", [Profile.HEAD, Profile.SCHOOL_LIFE, Profile.TEACHER])
def test_who_answers_for_the_class_reads_them(live_class: LiveClass, slot: TimetableSlot, profile: Profile) -> None:
    teaches = profile == Profile.TEACHER
    reader = slot.teacher if teaches else factories.make_person(slot.class_group.school, profile)
    shown = page(reader, f"/classe/{live_class.id.hex}/appel/")
    for words in ("à propos de Karim", "&lt;b&gt;nul&lt;/b&gt;", "il m’insulte", "plus dans l’annuaire", "aide"):
        assert words in shown
    assert "insulte" not in page(reader, f"/classe/{live_class.id.hex}/appel.csv")


def test_a_colleague_reads_the_register_without_them(live_class: LiveClass, slot: TimetableSlot) -> None:
    shown = page(factories.make_teacher(slot.class_group), f"/classe/{live_class.id.hex}/appel/")
    assert "Registre d’appel" in shown
    assert "insulte" not in shown
    assert "Signalements" not in shown


def test_the_head_is_led_to_them(live_class: LiveClass, slot: TimetableSlot) -> None:
    services.note_end(live_class=live_class)
    head = factories.make_person(slot.class_group.school, Profile.HEAD)
    shown = page(head, "/etablissement/")
    assert "Signalements du jour" in shown
    assert "2 signalements" in shown
    assert f"/classe/{live_class.id.hex}/appel/" in shown


def test_a_day_without_reports_says_nothing_of_them(slot: TimetableSlot) -> None:
    head = factories.make_person(slot.class_group.school, Profile.HEAD)
    assert "Signalements" not in page(head, "/etablissement/")
