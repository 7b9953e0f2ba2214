"""Reads of what pupils did."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from preau.school.content.items import ChoiceItem, Item, MatchItem, OrderItem
from preau.school.content.library import published_lesson
from preau.school.content.models import Lesson
from preau.school.directory.models import Person
from preau.school.work.models import EventKind, Progress, WorkEvent

MAX_ANSWERS_READ: Final = 2_000
"""Of one pupil in one lesson, newest first: a hundred attempts at each of twenty questions."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as the school keeps it. ``answered_at``: by the clock of the device, never later than its arrival."""

    uuid: UUID
    item: str
    response: Any
    right: bool | None
    points_hundredths: int
    points_possible: int
    answered_at: datetime


def progress_of(person: Person) -> dict[tuple[str, str], Progress]:
    """Progress of a person by (course id in hex, lesson key); lessons never opened are absent."""
    return {(row.course_id.hex, row.lesson_key): row for row in Progress.objects.filter(person=person)}


def answers_of(person: Person, lesson: Lesson) -> list[Answer]:
    """The newest answer of a person to each question of a lesson, whatever the device; in the order of the page.

    Answers to an earlier edition count as long as what they point at is still the same.

    Raises:
        OSError: the package of a lesson is not on this machine.
    """
    newest: dict[str, WorkEvent] = {}
    for event in _answers_in(lesson, person):
        earlier = newest.get(event.item_key)
        if earlier is None or _answered_at(event) > _answered_at(earlier):
            newest[event.item_key] = event
    return [
        _answer(newest[item.key])
        for item in published_lesson(lesson).items()
        if item.key in newest and _still_means(newest[item.key], lesson, item)
    ]


def _answers_in(lesson: Lesson, person: Person) -> list[WorkEvent]:
    events = WorkEvent.objects.filter(
        person=person, lesson_key=lesson.key, edition__course=lesson.edition.course_id, kind=EventKind.ANSWER
    )
    return list(events.order_by("-received_at")[:MAX_ANSWERS_READ])


def _answered_at(event: WorkEvent) -> datetime:
    return min(event.client_at, event.received_at)  # a clock that is ahead must not win for ever


def _answer(event: WorkEvent) -> Answer:
    return Answer(
        uuid=event.id,
        item=event.item_key,
        response=event.response,
        right=event.right,
        points_hundredths=event.points_hundredths,
        points_possible=event.points_possible,
        answered_at=_answered_at(event),
    )


def _still_means(event: WorkEvent, lesson: Lesson, item: Item) -> bool:
    """Whether the answer means in ``lesson`` what it meant in the edition in which it was given."""
    if event.edition_id == lesson.edition_id:
        return True
    then = Lesson.objects.filter(edition=event.edition_id, key=lesson.key).select_related("edition").first()
    answered = published_lesson(then).item(item.key) if then else None
    return answered is not None and _pointed_at(answered) == _pointed_at(item)


def _pointed_at(item: Item) -> tuple[str, ...]:
    """The texts whose indices make a response; none for a text, which says itself what it means."""
    if isinstance(item, ChoiceItem):
        return ("choice", *item.choices)
    if isinstance(item, OrderItem):
        return ("order", *item.lines)
    if isinstance(item, MatchItem):
        return ("match", *item.lefts, *item.rights)
    return ("text",)
