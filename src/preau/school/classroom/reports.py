"""What was reported in a live class (*Signaler*), for those who answer for it. Teachers saw it in class already."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.conf import settings

from preau.school.classroom import published
from preau.school.classroom.models import LiveClass
from preau.school.directory.models import Person, Profile


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One report. ``about``: who had written the ``message``; both empty where no message was meant."""

    at: datetime
    by: Person | None
    about: Person | None
    message: str
    words: str


def may_read_reports(person: Person, live_class: LiveClass) -> bool:
    """The teacher of the slot, the head and school life of that school; not every teacher of the group."""
    if person.profile in {Profile.HEAD, Profile.SCHOOL_LIFE}:
        return person.school_id == live_class.slot.class_group.school_id
    return person.profile == Profile.TEACHER and person.id == live_class.slot.teacher_id


def reports_of(live_class: LiveClass) -> list[Report]:
    """The reports of a class that has ended, in order. One query, none where nothing was reported."""
    register = published.read_register(settings.PREAU_PUBLISHED, live_class.id)
    if register is None or not register.reports:
        return []
    ids = {hex_id for entry in register.reports for hex_id in (entry.by, entry.about) if hex_id}
    people = {person.id.hex: person for person in Person.objects.filter(id__in=ids)}
    return [
        Report(
            at=datetime.fromtimestamp(entry.at_s, UTC),
            by=people.get(entry.by),
            about=people.get(entry.about or ""),
            message=entry.message,
            words=entry.words,
        )
        for entry in register.reports
    ]


def counts_of(live_classes: Collection[str]) -> dict[str, int]:
    """How many reports each of these ended live classes (ids in hex) has; without those that have none. No query."""
    found = {hex_id: published.read_register(settings.PREAU_PUBLISHED, UUID(hex_id)) for hex_id in live_classes}
    return {hex_id: len(register.reports) for hex_id, register in found.items() if register and register.reports}
