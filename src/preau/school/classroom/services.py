"""Writes of the classroom: a lesson's live class is opened, its roster published, its people seated."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from preau.published.shapes import Roster, RosterMember
from preau.school.classroom import published
from preau.school.classroom.models import LiveClass
from preau.school.classroom.refusals import Refusal
from preau.school.classroom.selectors import live_class_of, open_live_classes, pupils_on_roster
from preau.school.directory import seats
from preau.school.directory.models import Person, Profile, TimetableSlot
from preau.school.directory.selectors import occurrence_at
from preau.tokens import seat

OVERRUN = timedelta(seconds=seat.AFTER_LESSON_S)
"""A lesson that runs over keeps its people: a seat is good for so long after the end of the slot."""


def open_live_class(*, slot: TimetableSlot, now: datetime, opened_by: Person) -> LiveClass | Refusal:
    """Opens the slot's lesson of ``now``; opened twice, it is the same live class. Publishes its roster."""
    if not _may_open(opened_by, slot):
        return Refusal.NOT_YOUR_CLASS
    occurrence = occurrence_at(slot, now)
    if occurrence is None:
        return Refusal.NOT_NOW
    live_class = live_class_of(occurrence)
    if live_class is None:
        live_class, _ = LiveClass.objects.get_or_create(
            slot=slot,
            starts_at=occurrence.starts_at,
            defaults={"ends_at": occurrence.ends_at, "opened_at": now, "opened_by": opened_by},
        )
    note_end(live_class=live_class)
    publish_roster(live_class=live_class)
    return live_class


def _may_open(person: Person, slot: TimetableSlot) -> bool:
    """The teacher of the slot, or the head of the school for a teacher who cannot."""
    if not person.is_active:
        return False
    if person.profile == Profile.HEAD:
        return person.school_id == slot.class_group.school_id
    return person.profile == Profile.TEACHER and person.id == slot.teacher_id


def _member(person: Person, role: seat.SeatRole) -> RosterMember:
    return RosterMember(
        person=person.id.hex,
        role=role.value,
        full_name=person.full_name,
        # A teacher is « Claire Lefèvre » to pupils, never « Claire L. » like a classmate.
        short_name=person.short_name if role is seat.SeatRole.PUPIL else person.full_name,
        pseudonym=settings.PREAU_KEYRING.pseudonym("subject", person.id.hex),
        seats_from_s=seats.good_from_s(person),
    )


def publish_roster(*, live_class: LiveClass, pupils: list[Person] | None = None) -> None:
    """Tells the live room who may enter. Cheap to repeat: nothing is written unless somebody came or left."""
    slot = live_class.slot
    if pupils is None:
        pupils = pupils_on_roster(live_class)
    teachers = [_member(slot.teacher, seat.SeatRole.TEACHER)] if slot.teacher.is_active else []
    members = (*teachers, *(_member(pupil, seat.SeatRole.PUPIL) for pupil in pupils))
    roster = Roster(
        live_class=live_class.id.hex,
        title=slot.subject.name,
        class_group=slot.class_group.name,
        section=slot.class_group.section.value,
        starts_at_s=int(live_class.starts_at.timestamp()),
        ends_at_s=int(live_class.ends_at.timestamp()),
        members=members,
    )
    published.write_roster(settings.PREAU_PUBLISHED, roster)


def on_seating_changed(*, people: Collection[UUID] | None, now: datetime, **_: object) -> None:
    """Publishes anew the rosters of the classes in which these persons, or anybody, may be sitting now."""
    for live_class in open_live_classes(people, since=now - OVERRUN):
        publish_roster(live_class=live_class)


def on_person_saved(*, instance: Person, **_: object) -> None:
    """Whoever closes an account, the person is out of class at once."""
    if instance.closed_at is not None:
        seats.tell([instance.pk], now=timezone.now())


def note_end(*, live_class: LiveClass) -> None:
    """Takes over the end of the class from the register, once the live room has published it."""
    if live_class.ended_at is not None:
        return
    register = published.read_register(settings.PREAU_PUBLISHED, live_class.id)
    if register is not None:
        live_class.ended_at = datetime.fromtimestamp(register.ended_at_s, UTC)
        live_class.save(update_fields=["ended_at"])


def seat_for(*, person: Person, live_class: LiveClass, browser_secret: str, now: datetime) -> str | Refusal:
    """The seat token of somebody of the roster: its pupils and the teacher of the slot, nobody else.

    It is good in the browser with this secret only. The head does not enter either: nobody is in a class unseen.
    Somebody added to the group since the opening is published before they knock.
    """
    pupils = pupils_on_roster(live_class)
    role = _role_in(person, live_class, pupils)
    if role is None:
        return Refusal.NOT_ON_ROSTER
    note_end(live_class=live_class)
    expires_at = live_class.ends_at + OVERRUN
    if live_class.ended_at is not None or now >= expires_at:
        return Refusal.CLASS_ENDED
    publish_roster(live_class=live_class, pupils=pupils)
    token = seat.Seat(
        expires_at_s=int(expires_at.timestamp()),
        live_class=live_class.id.hex,
        person=person.id.hex,
        role=role,
        minted_at_s=seats.minted_at_s(person, now=now),
        binding=seat.binding_of(settings.PREAU_KEYRING, browser_secret),
    )
    return seat.mint(settings.PREAU_KEYRING, token, now_s=now.timestamp())


def _role_in(person: Person, live_class: LiveClass, pupils: list[Person]) -> seat.SeatRole | None:
    if not person.is_active:
        return None
    if person.id == live_class.slot.teacher_id:
        return seat.SeatRole.TEACHER
    return seat.SeatRole.PUPIL if person in pupils else None
