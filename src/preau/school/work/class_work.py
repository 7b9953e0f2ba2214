"""Reads of what a class group did: for its teachers and the head of its school.

Every number here comes from the progress and the journal as the server received them; nothing is marked again.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Value, When

from preau.school.content.items import ExtendedTextItem, Item
from preau.school.content.models import Lesson
from preau.school.content.selectors import LessonRef, lessons_for, lessons_of_courses, lessons_of_the_week
from preau.school.directory.models import ClassGroup, Person
from preau.school.work.marking import MAX_WRITING_CHARS
from preau.school.work.models import EventKind, Progress, WorkEvent

WRITINGS_PER_PAGE: Final = 50
"""A whole class on one page; the longest writings allowed make it 400 kB."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What one pupil did of one lesson; ``points`` of ``points_possible``, which is 0 where nothing is marked."""

    answered: int
    total: int
    points: float = 0.0
    points_possible: int = 0
    done: bool = False


class PupilRow(msgspec.Struct, frozen=True, kw_only=True):
    pupil: Person
    cells: list[Cell]


class WorkTable(msgspec.Struct, frozen=True, kw_only=True):
    """Pupils by lessons; ``rows[i].cells[j]`` is of ``lessons[j]``."""

    lessons: list[LessonRef]
    rows: list[PupilRow]


class LessonCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many pupils of the group have ``begun`` a lesson."""

    lesson: LessonRef
    begun: int


class ClassWork(msgspec.Struct, frozen=True, kw_only=True):
    """This school week, the one before without the lessons of this one, and every other lesson."""

    this_week: WorkTable
    last_week: WorkTable
    others: list[LessonCount]


def class_work(class_group: ClassGroup, pupils: Sequence[Person], today: date) -> ClassWork:
    """What ``pupils`` did of the lessons of the group's courses. Seven queries, whatever their number."""
    this_week = lessons_of_the_week(class_group, today)
    last_week = [one for one in lessons_of_the_week(class_group, today - timedelta(days=7)) if one not in this_week]
    shown = {_place(lesson) for lesson in (*this_week, *last_week)}
    lessons = lessons_for(class_group)
    courses = {UUID(hex=lesson.course_id) for lesson in lessons}
    rows = Progress.objects.filter(person__in=pupils, course__in=courses)
    progress = {(row.person_id, row.course_id.hex, row.lesson_key): row for row in rows}
    begun = Counter((course, key) for (_person, course, key), row in progress.items() if row.answered or row.done)
    return ClassWork(
        this_week=_table(this_week, pupils, progress),
        last_week=_table(last_week, pupils, progress),
        others=[
            LessonCount(lesson=lesson, begun=begun[_place(lesson)]) for lesson in lessons if _place(lesson) not in shown
        ],
    )


def _place(lesson: LessonRef) -> tuple[str, str]:
    return lesson.course_id, lesson.lesson_key


def _table(
    lessons: list[LessonRef], pupils: Sequence[Person], progress: dict[tuple[UUID, str, str], Progress]
) -> WorkTable:
    rows = [
        PupilRow(pupil=pupil, cells=[_cell(lesson, progress.get((pupil.pk, *_place(lesson)))) for lesson in lessons])
        for pupil in pupils
    ]
    return WorkTable(lessons=lessons, rows=rows)


def _cell(lesson: LessonRef, row: Progress | None) -> Cell:
    if row is None:
        return Cell(answered=0, total=lesson.item_count)
    return Cell(
        answered=row.answered,
        total=max(row.total, lesson.item_count),
        points=row.points,
        points_possible=row.points_possible,
        done=row.done,
    )


def lesson_of_class_group(class_group: ClassGroup, course_id: UUID, lesson_key: str) -> Lesson | None:
    """A lesson of the newest edition of a course that the group follows, or None. Two queries at most."""
    if not class_group.course_assignments.filter(course=course_id).exists():
        return None
    return next((lesson for lesson in lessons_of_courses([course_id]) if lesson.key == lesson_key), None)


class ItemCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many pupils of a group got a question right, not yet, or have not answered it.

    ``written``: a question that a person reads; then ``right`` is 0 and ``not_yet`` counts those who have written.
    """

    number: int
    item: Item
    written: bool
    right: int
    not_yet: int
    unanswered: int


def item_counts(lesson: Lesson, items: Sequence[Item], pupils: Sequence[Person]) -> list[ItemCount]:
    """Each question of the lesson, in order; the best answer of a pupil counts, as in the progress. One query."""
    is_right = Case(When(right=True, then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = _answers(lesson, pupils).values("person", "item_key").order_by().annotate(got_it=Max(is_right))
    right, answered = Counter[str](), Counter[str]()
    for row in rows:
        answered[row["item_key"]] += 1
        right[row["item_key"]] += row["got_it"]
    return [
        ItemCount(
            number=number,
            item=item,
            written=isinstance(item, ExtendedTextItem),
            right=right[item.key],
            not_yet=answered[item.key] - right[item.key],
            unanswered=len(pupils) - answered[item.key],
        )
        for number, item in enumerate(items, start=1)
    ]


def _answers(lesson: Lesson, pupils: Sequence[Person]) -> QuerySet[WorkEvent]:
    """The answers of these pupils to the lesson, in whichever edition of its course they were given."""
    return WorkEvent.objects.filter(
        person__in=pupils,
        lesson_key=lesson.key,
        edition__course=lesson.edition.course_id,
        kind=EventKind.ANSWER,
    )


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """The last text that a pupil sent for a question. ``text`` is as typed: to be escaped."""

    pupil: Person
    number: int
    item: Item
    text: str
    received_at: datetime


def writings(
    lesson: Lesson, items: Sequence[Item], pupils: Sequence[Person], page: str | None
) -> tuple[Page[WorkEvent], list[Writing]]:
    """One page of the free texts, by question then by name; a page that does not exist is the nearest. Two queries."""
    numbers = {item.key: number for number, item in enumerate(items, start=1) if isinstance(item, ExtendedTextItem)}
    answers = _answers(lesson, pupils).filter(item_key__in=numbers)
    same = _answers(lesson, pupils).filter(person=OuterRef("person"), item_key=OuterRef("item_key"))
    newer = same.filter(
        Q(received_at__gt=OuterRef("received_at")) | Q(received_at=OuterRef("received_at"), pk__gt=OuterRef("pk"))
    )
    place = Case(
        *(When(item_key=key, then=Value(number)) for key, number in numbers.items()),
        default=Value(0),
        output_field=IntegerField(),
    )
    last = answers.filter(~Exists(newer)).select_related("person")
    found = Paginator(
        last.order_by(place, "person__family_name", "person__given_name", "pk"), WRITINGS_PER_PAGE
    ).get_page(page)
    by_key = {item.key: item for item in items}
    return found, [
        Writing(
            pupil=event.person,
            number=numbers[event.item_key],
            item=by_key[event.item_key],
            text=str(event.response)[:MAX_WRITING_CHARS],
            received_at=event.received_at,
        )
        for event in found
    ]
