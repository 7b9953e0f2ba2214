"""The link that a teacher sends round: the very place that the pupils' cards give."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings
from django.test import Client

from preau.gate.rules.places import known_place, link_place
from preau.school.classroom import class_link, services
from preau.school.classroom.models import LiveClass
from preau.school.directory.models import Person, TimetableSlot
from preau.school.directory.selectors import card_hours
from preau.tokens import class_link as token
from preau.tokens.card import Card, Role
from preau.tokens.class_link import ClassLink
from school import factories

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]
NOW = factories.NOW
MONDAY = NOW - timedelta(days=1)


@pytest.fixture
def live_class(slot: TimetableSlot) -> LiveClass:
    found = services.open_live_class(slot=slot, now=NOW, opened_by=slot.teacher)
    assert isinstance(found, LiveClass)
    return found


def link_in(address: str, *, now: datetime = NOW) -> ClassLink:
    prefix = f"{settings.PREAU_PUBLIC_URL}/l/"
    assert address.startswith(prefix)
    found = token.verify(settings.PREAU_KEYRING, address.removeprefix(prefix), now_s=now.timestamp())
    assert isinstance(found, ClassLink)
    return found


def card_of(pupil: Person, slot: TimetableSlot, *, given: datetime) -> Card:
    """The card that ``pupil`` was given at a sign-in."""
    group = settings.PREAU_KEYRING.pseudonym("group", slot.class_group_id.hex)
    hours = card_hours(pupil, given)
    return Card(expires_at_s=2**40, role=Role.PUPIL, subject="ines_______", group=group, hours=hours)


def rank_key(_day: int) -> bytes:
    return bytes(32)


@pytest.mark.parametrize("lessons_before", [0, 1])
def test_link_and_card_give_one_place(slot: TimetableSlot, live_class: LiveClass, lessons_before: int) -> None:
    pupil = factories.make_pupil(slot.class_group)
    if lessons_before:
        factories.make_slot(slot.class_group, slot.teacher, "Français", starts_at=time(7, 30))
    link = link_in(class_link.address(live_class, now=NOW))
    held = card_of(pupil, slot, given=MONDAY)
    assert link_place(link, rank_key) == known_place(held, rank_key, now_s=NOW.timestamp())


def test_a_gap_of_an_hour_ends_the_run_and_so_does_midnight(slot: TimetableSlot, live_class: LiveClass) -> None:
    alone_s = class_link.run_starts_at_s(live_class)
    factories.make_slot(slot.class_group, slot.teacher, "Français", starts_at=time(4, 0))
    assert class_link.run_starts_at_s(live_class) == alone_s
    for hour in range(8):
        factories.make_slot(slot.class_group, slot.teacher, f"Matière {hour}", starts_at=time(hour, 30))
    assert datetime.fromtimestamp(class_link.run_starts_at_s(live_class), UTC).hour == 0


@pytest.mark.parametrize("hour", range(24))
def test_link_and_card_give_one_place_at_every_hour_of_a_day_full_of_lessons(slot: TimetableSlot, hour: int) -> None:
    """Paris is ahead of UTC: before one in the morning the run began on the local day before."""
    slots = [
        factories.make_slot(
            slot.class_group, slot.teacher, f"Matière {day} {start}", weekday=day, starts_at=time(start)
        )
        for day in (0, 1, 2)
        for start in range(24)
    ]
    starts_at = MONDAY.replace(hour=0) + timedelta(days=1, hours=hour, minutes=1)
    [now_slot] = [one for one in slots if services.occurrence_at(one, starts_at, before=timedelta(0))]
    opened = services.open_live_class(slot=now_slot, now=starts_at, opened_by=slot.teacher)
    assert isinstance(opened, LiveClass)
    held = card_of(factories.make_pupil(slot.class_group), slot, given=MONDAY - timedelta(days=1))
    link = link_in(class_link.address(opened, now=starts_at), now=starts_at)
    assert link_place(link, rank_key) == known_place(held, rank_key, now_s=starts_at.timestamp())


def test_it_counts_the_class_with_its_teacher_and_ends_with_the_lesson(
    slot: TimetableSlot, live_class: LiveClass
) -> None:
    for _ in range(4):
        factories.make_pupil(slot.class_group)
    link = link_in(class_link.address(live_class, now=NOW))
    assert (link.cap, link.most) == (5, 6)
    assert link.expires_at_s == live_class.ends_at.timestamp()
    assert class_link.address(live_class, now=live_class.ends_at) == ""


def test_the_teacher_s_page_shows_it_and_a_pupil_s_does_not(
    slot: TimetableSlot, live_class: LiveClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("preau.school.classroom.views.timezone.now", lambda: NOW)
    pages = {}
    for person in (slot.teacher, factories.make_pupil(slot.class_group)):
        client = Client()
        client.force_login(person)
        pages[person.profile] = client.get(f"/classe/{live_class.id.hex}/").content.decode()
    assert 'data-class-link="http' in pages["teacher"]
    assert 'data-class-link=""' in pages["pupil"]
    assert "/l/l1." not in pages["pupil"]
