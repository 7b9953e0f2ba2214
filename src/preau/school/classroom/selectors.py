"""Reads of the classroom: live classes of lessons, and registers with names."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import Q

from preau.published.shapes import RegisterEntry, Status
from preau.school.classroom import published
from preau.school.classroom.models import LiveClass
from preau.school.directory.models import Person, Profile
from preau.school.directory.occurrences import Occurrence, timezone_of
from preau.school.directory.selectors import occurrences_of_person, pupils_of, teachers_of


class RegisterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One pupil of a register. ``status`` None: the live class says nothing of them."""

    person: Person
    status: Status | None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    present_s: int = 0

    @property
    def present_min(self) -> int:
        """Minutes in class, rounded."""
        return round(self.present_s / 60)


def live_class_of(occurrence: Occurrence) -> LiveClass | None:
    """The live class of a lesson, once it has been opened. One query."""
    return LiveClass.objects.filter(slot=occurrence.slot, starts_at=occurrence.starts_at).first()


def live_classes_of(person: Person, day: date) -> list[LiveClass]:
    """The opened live classes of a pupil's or teacher's local ``day``, in order. Two queries."""
    lessons = {(o.slot.id, o.starts_at) for o in occurrences_of_person(person, day)}
    if not lessons:
        return []
    opened = LiveClass.objects.filter(
        slot__in={slot for slot, _ in lessons}, starts_at__in={start for _, start in lessons}
    ).select_related("slot__subject", "slot__teacher", "slot__class_group__school")
    return [live_class for live_class in opened if (live_class.slot_id, live_class.starts_at) in lessons]


def open_live_classes(people: Collection[UUID] | None, *, since: datetime) -> list[LiveClass]:
    """The live classes, not known to have ended, of these persons or of everybody, whose lesson ends after ``since``.

    One query.
    """
    found = LiveClass.objects.filter(ended_at=None, ends_at__gt=since)
    if people is not None:
        taught, attended = Q(slot__teacher__in=people), Q(slot__class_group__memberships__person__in=people)
        found = found.filter(taught | attended).distinct()
    return list(found.select_related("slot__subject", "slot__teacher", "slot__class_group__school"))


def live_class_by_id(live_class_id: UUID) -> LiveClass | None:
    """The live class with what its pages show. One query."""
    related = "slot__subject", "slot__teacher", "slot__class_group__school"
    return LiveClass.objects.filter(id=live_class_id).select_related(*related).first()


def day_of(live_class: LiveClass) -> date:
    """The local day of the lesson at its school."""
    return live_class.starts_at.astimezone(timezone_of(live_class.slot)).date()


def pupils_on_roster(live_class: LiveClass) -> list[Person]:
    """The pupils of the class group on the day of the lesson. One query."""
    return pupils_of(live_class.slot.class_group, day_of(live_class))


def may_read_register(person: Person, live_class: LiveClass) -> bool:
    """The slot's teacher, the teachers of the group that day, the head and school life of that school."""
    group = live_class.slot.class_group
    if person.profile in {Profile.HEAD, Profile.SCHOOL_LIFE}:
        return person.school_id == group.school_id
    if person.profile != Profile.TEACHER:
        return False
    return person.id == live_class.slot.teacher_id or person in teachers_of(group, day_of(live_class))


def _instant(wall_s: int | None) -> datetime | None:
    return None if wall_s is None else datetime.fromtimestamp(wall_s, UTC)


def register_of(live_class: LiveClass) -> list[RegisterLine] | None:
    """A line for every pupil of the roster or the register, by family name; None as long as no register is published.

    Pupils who have left the school since are still in it: a register is a record of its day.
    """
    register = published.read_register(settings.PREAU_PUBLISHED, live_class.id)
    if register is None:
        return None
    entries = {entry.person: entry for entry in register.entries}
    pupils = {pupil.id.hex: pupil for pupil in pupils_on_roster(live_class)}
    gone = Person.objects.filter(id__in=[hex_id for hex_id in entries if hex_id not in pupils])
    pupils |= {person.id.hex: person for person in gone if person.profile == Profile.PUPIL}
    lines = [_line(pupil, entries.get(hex_id)) for hex_id, pupil in pupils.items()]
    return sorted(lines, key=lambda line: (line.person.family_name, line.person.given_name))


def _line(pupil: Person, entry: RegisterEntry | None) -> RegisterLine:
    if entry is None:
        return RegisterLine(person=pupil, status=None)
    return RegisterLine(
        person=pupil,
        status=entry.status,
        first_seen_at=_instant(entry.first_seen_at_s),
        last_seen_at=_instant(entry.last_seen_at_s),
        present_s=entry.present_s,
    )
