"""Which lessons are at the same time, for one class or one teacher. Pure.

Warnings only: half groups and joint lessons exist.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.timetable_import.cells import WEEKDAYS, clock_text
from preau.school.directory.timetable_import.lessons import Lesson

_LOOKED_BACK: Final = 100
"""Lessons before this one of the same day that are compared with it: no class has so many; a hostile file may."""


def warn_of_overlaps(lessons: list[Lesson], others: Iterable[Lesson], *, name: str, findings: Findings) -> None:
    """Says each line that overlaps an earlier lesson, once per class and once per teacher.

    ``others``: what the directory has beside the file. Cost: that of sorting, and at most ``_LOOKED_BACK`` per line.
    """
    everything = [*others, *lessons]
    for code, words, of in (
        ("class_overlap", "La classe a", _group_of),
        ("teacher_overlap", "L’enseignant a", _teacher_of),
    ):
        for late, early in _overlapping(everything, of):
            where = f"ligne {early.line}" if early.line else "déjà dans l’emploi du temps"
            when = f"{WEEKDAYS[early.weekday]} à {clock_text(early.starts_min)}"
            findings.warn(name, late.line, code, f"{words} un autre cours en même temps, {when} ({where}).")


def _group_of(lesson: Lesson) -> UUID:
    return lesson.group


def _teacher_of(lesson: Lesson) -> UUID:
    return lesson.teacher


def _overlapping(lessons: list[Lesson], of: Callable[[Lesson], UUID]) -> Iterable[tuple[Lesson, Lesson]]:
    """Each line of the file with one lesson that it overlaps."""
    days: defaultdict[tuple[UUID, int], list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        days[of(lesson), lesson.weekday].append(lesson)
    for day in days.values():
        day.sort(key=lambda lesson: (lesson.starts_min, lesson.line))
        for place, lesson in enumerate(day):
            for other in day[max(0, place - _LOOKED_BACK) : place]:
                if lesson.starts_min < other.ends_min and lesson.shares_a_day_with(other):
                    late, early = (lesson, other) if lesson.line else (other, lesson)
                    if late.line:
                        yield late, early
                    break
