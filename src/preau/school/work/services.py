"""Writes of the journal de travail: events come in any order, any number of times, and count once.

The id of an event is drawn by the device, and is the primary key: what was already there is left as it is and accepted
again, so a lost acknowledgement costs nothing. Marks are made here, never taken from the device.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction

from preau.school.content.library import published_lesson
from preau.school.content.models import Lesson
from preau.school.directory.models import Person
from preau.school.work.marking import Malformed, Mark, mark
from preau.school.work.models import WorkEvent
from preau.school.work.projection import refresh_progress
from preau.school.work.refusals import Refusal

MAX_EVENTS_PER_REQUEST: Final = 200
"""A week of work of one pupil; more is sent in several requests."""
CLIENT_YEARS: Final = range(2, 9999)
"""A device's clock may be decades wrong; in the first and the last year of the calendar a change of zone overflows."""


class SentEvent(msgspec.Struct, frozen=True):
    """One event of a device (docs/protocol/work-journal.md). ``person``: the subject pseudonym it belongs to."""

    uuid: UUID
    person: str
    edition: str
    lesson: str
    kind: Literal["answer", "lesson_opened", "lesson_done"]
    client_at: datetime
    item: str = ""
    response: Any = None


class RefusedEvent(msgspec.Struct, frozen=True):
    uuid: str
    code: str
    message: str


class Receipt(msgspec.Struct):
    """What became of each event of a request."""

    accepted: list[str] = []
    refused: list[RefusedEvent] = []

    def refuse(self, raw: Any, refusal: Refusal) -> None:
        name = raw.get("uuid") if isinstance(raw, dict) else None
        uuid = name[:36] if isinstance(name, str) and name.isascii() else ""
        self.refused.append(RefusedEvent(uuid, refusal.value, refusal.sentence))


def append_events(*, person: Person, raw_events: Sequence[Any], now: datetime) -> Receipt:
    """Appends decoded JSON events of a signed-in person; each is accepted or refused by itself.

    Args:
        person: who is signed in.
        raw_events: as they were sent.
        now: when they were handed in; earlier than this minute where the letterbox kept them.

    Raises:
        OSError: the package of a lesson is not on this machine: nothing is stored, the device keeps everything.
    """
    receipt = Receipt()
    pseudonym = settings.PREAU_KEYRING.pseudonym("subject", person.pk.hex)
    readable: list[tuple[Any, SentEvent]] = []
    for raw in raw_events:
        sent = _read(raw)
        if sent is None:
            receipt.refuse(raw, Refusal.EVENT_MALFORMED)
        elif sent.client_at.year not in CLIENT_YEARS:
            receipt.refuse(raw, Refusal.CLIENT_AT_INVALID)
        elif sent.person != pseudonym:
            receipt.refuse(raw, Refusal.OTHER_PERSON)
        else:
            readable.append((raw, sent))
    lessons = _lessons_named([sent for _raw, sent in readable])
    rows: list[tuple[Any, WorkEvent, Lesson]] = []
    for raw, sent in readable:
        lesson = lessons.get((sent.edition, sent.lesson))
        row = _row(person, sent, lesson, now) if lesson else Refusal.LESSON_UNKNOWN
        if isinstance(row, Refusal) or lesson is None:
            receipt.refuse(raw, row if isinstance(row, Refusal) else Refusal.LESSON_UNKNOWN)
        else:
            rows.append((raw, row, lesson))
    _store(person, rows, receipt)
    return receipt


def _read(raw: Any) -> SentEvent | None:
    try:
        sent = msgspec.convert(raw, SentEvent)
    except msgspec.ValidationError:
        return None
    return sent if sent.client_at.tzinfo is not None else None


def _lessons_named(events: list[SentEvent]) -> dict[tuple[str, str], Lesson]:
    editions = {sent.edition for sent in events if len(sent.edition) == 64 and "\x00" not in sent.edition}  # noqa: PLR2004  SHA-256 in hex
    found = Lesson.objects.filter(edition__manifest_sha256__in=editions).select_related("edition")
    return {(lesson.edition.manifest_sha256, lesson.key): lesson for lesson in found}


def _row(person: Person, sent: SentEvent, lesson: Lesson, now: datetime) -> WorkEvent | Refusal:
    row = WorkEvent(
        id=sent.uuid,
        person=person,
        edition=lesson.edition,
        lesson_key=lesson.key,
        kind=sent.kind,
        client_at=sent.client_at,
        received_at=now,
    )
    if sent.kind != "answer":
        return row
    item = published_lesson(lesson).item(sent.item)
    if item is None:
        return Refusal.ITEM_UNKNOWN
    marked = mark(item, sent.response)
    if isinstance(marked, Malformed):
        return Refusal(marked.value)
    row.item_key, row.response = item.key, sent.response
    _put_mark(row, marked)
    return row


def _put_mark(row: WorkEvent, marked: Mark) -> None:
    row.right = marked.right
    row.points_hundredths = marked.points_hundredths
    row.points_possible = marked.points_possible


def _store(person: Person, rows: list[tuple[Any, WorkEvent, Lesson]], receipt: Receipt) -> None:
    with transaction.atomic():
        # One writer at a time per person, or two requests could each miss the other's events in the progress.
        Person.objects.select_for_update().get(pk=person.pk)
        WorkEvent.objects.bulk_create([row for _raw, row, _lesson in rows], ignore_conflicts=True)
        ids = [row.id for _raw, row, _lesson in rows]
        own = dict(WorkEvent.objects.filter(pk__in=ids, person=person).values_list("pk", "received_at"))
        _date_back([row for _raw, row, _lesson in rows if row.received_at < own.get(row.id, row.received_at)])
        refresh_progress(
            person, {(lesson.edition.course_id, lesson.key) for _raw, row, lesson in rows if row.id in own}
        )
    for raw, row, _lesson in rows:
        if row.id in own:
            receipt.accepted.append(str(row.id))
        else:  # the id is somebody else's: say nothing about whose, or that it exists
            receipt.refuse(raw, Refusal.EVENT_REFUSED)


def _date_back(rows: list[WorkEvent]) -> None:
    """Where the device was faster than the letterbox, which had the same event before: the earlier receipt counts."""
    stored = WorkEvent.objects.in_bulk([row.id for row in rows])
    for row in rows:
        if _says_the_same(row, stored[row.id]):
            WorkEvent.objects.filter(pk=row.id).update(received_at=row.received_at)


def _says_the_same(one: WorkEvent, other: WorkEvent) -> bool:
    return (one.kind, one.edition_id, one.lesson_key, one.item_key, one.response) == (
        other.kind, other.edition_id, other.lesson_key, other.item_key, other.response,
    )  # fmt: skip
