"""Compares the lessons of a file with the slots of the directory. Pure: lessons and slots in, changes out.

The past stays as it was. A slot that goes on is kept, with other dates if need be; whatever else differs (teacher,
length, live or not) is another lesson: the old one ends and a new one begins, since live classes hang on the old one.
A class group that had no timetable gets its lessons from ``du``; one that had gets new ones from today at the earliest.

A slot that is not in the file ends on the day before the file's period, or yesterday if that has begun: what replaces
it counts from today. Only a slot that was a live class today ends today. One that would end before it begins is
removed. Slots outside the file's period (the first ``du`` of the class to its last ``au``) stay.
"""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

import msgspec

from preau.school.directory.timetable_import.lessons import Lesson, Standing


class Plan(msgspec.Struct, kw_only=True):
    """What has to be written: new lessons, other dates of slots, slots that end or go.

    ``cut``: class group -> last day of its file, where slots that went on after that day end with the others.
    """

    added: list[Lesson] = []
    moved: dict[UUID, tuple[date, date]] = {}
    ended: dict[UUID, date] = {}
    removed: list[UUID] = []
    cut: dict[UUID, date] = {}


class _Span(msgspec.Struct, frozen=True):
    """The file's days of a class group that are not past. ``first`` after ``last``: all are."""

    first: date
    last: date


def plan(
    lessons: list[Lesson],
    standing: list[Standing],
    *,
    today: date,
    had_slots: frozenset[UUID],
    complete: frozenset[UUID],
) -> Plan:
    """The changes after which the directory says what the file says.

    Args:
        lessons: of one key, none share a day.
        standing: slots whose last day is today or later.
        today: the school's day.
        had_slots: class groups that have any slot, also a past one.
        complete: class groups whose slots that are not in the file are over.
    """
    made = Plan()
    rows: defaultdict[UUID, list[Standing]] = defaultdict(list)
    for row in sorted(standing, key=lambda row: (row.since, row.until, row.id)):
        rows[row.key[0]].append(row)
    by_group: defaultdict[UUID, list[Lesson]] = defaultdict(list)
    for lesson in sorted(lessons, key=lambda lesson: (lesson.since, lesson.line)):
        by_group[lesson.group].append(lesson)
    for group, mine in by_group.items():
        span = _Span(max(today, min(one.since for one in mine)), max(one.until for one in mine))
        earliest = today if group in had_slots else date.min
        unclaimed = _match(mine, rows[group], span, earliest, made)
        if group in complete:
            _end(unclaimed, span, made)
    return made


def _match(lessons: list[Lesson], rows: list[Standing], span: _Span, earliest: date, made: Plan) -> list[Standing]:
    """Plans what is added and moved; returns the slots that no lesson of the file goes on with."""
    free: defaultdict[object, list[Standing]] = defaultdict(list)
    for row in rows:
        free[row.key].append(row)
    for lesson in lessons:
        begins = max(lesson.since, earliest)
        if lesson.until < span.first:
            continue
        found = next((row for row in free[lesson.key] if _goes_on(row, lesson, span)), None)
        if found is None:
            made.added.append(msgspec.structs.replace(lesson, since=begins))
            continue
        free[lesson.key].remove(found)
        dates = min(found.since, begins), lesson.until
        if dates != (found.since, found.until):
            made.moved[found.id] = dates
    return [row for left in free.values() for row in left]


def _goes_on(row: Standing, lesson: Lesson, span: _Span) -> bool:
    """Whether ``row`` can become ``lesson`` without taking place on a day on which the file does not have it."""
    begins_well = row.since >= lesson.since or lesson.since <= span.first
    return begins_well and row.since <= lesson.until and row.until >= max(lesson.since, span.first)


def _end(rows: list[Standing], span: _Span, made: Plan) -> None:
    for row in rows:
        if not max(row.since, span.first) <= min(row.until, span.last):
            continue
        last = max(span.first - timedelta(days=1), row.last_taught_on or date.min)
        if last < row.since:
            made.removed.append(row.id)
        elif last < row.until:
            made.ended[row.id] = last
        if row.until > span.last:
            made.cut[row.key[0]] = span.last
