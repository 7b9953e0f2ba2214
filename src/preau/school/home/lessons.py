"""Lessons with what a pupil has done of them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
from django.db.models import Q

from preau.school.content.models import Lesson
from preau.school.content.selectors import LessonRef, lesson_ref
from preau.school.work.models import Progress

MOST_RECENT: Final = 4
"""Under a thumb on a phone; the courses' own pages have them all."""


class LessonLine(msgspec.Struct, frozen=True, kw_only=True):
    """A lesson and its ring: ``answered`` of ``total`` questions, ``percent`` of the circle."""

    lesson: LessonRef
    answered: int
    total: int
    done: bool

    @property
    def percent(self) -> int:
        """Of the circle to draw."""
        return min(100, round(100 * self.answered / self.total)) if self.total else 100 * self.done


def with_progress(lesson: LessonRef, progress: Mapping[tuple[str, str], Progress]) -> LessonLine:
    """The lesson with its ring, empty when never opened."""
    row = progress.get((lesson.course_id, lesson.lesson_key))
    return LessonLine(
        lesson=lesson,
        answered=row.answered if row else 0,
        total=max(row.total if row else 0, lesson.item_count),
        done=bool(row and row.done),
    )


def recent_lessons(
    progress: Mapping[tuple[str, str], Progress], *, but: tuple[str, str] | None = None
) -> list[LessonLine]:
    """The lessons last worked on, newest first, without the one named ``but``. One query, none without progress."""
    rows = sorted(progress.items(), key=lambda item: item[1].last_at, reverse=True)
    keys = [key for key, _ in rows if key != but][:MOST_RECENT]
    if not keys:
        return []
    wanted = Q()
    for course_id, lesson_key in keys:
        wanted |= Q(edition__course_id=UUID(hex=course_id), key=lesson_key)
    newest: dict[tuple[str, str], Lesson] = {}
    for lesson in Lesson.objects.filter(wanted).select_related("edition__course").order_by("edition__number"):
        newest[lesson.edition.course_id.hex, lesson.key] = lesson
    return [with_progress(lesson_ref(newest[key]), progress) for key in keys if key in newest]
