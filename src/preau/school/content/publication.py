"""Publishes the lesson of the day of every class group for the gate, which offers it on the waiting page."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from preau.published.files import write_by_rename
from preau.published.shapes import LESSONS_OF_THE_DAY_FILE, MAX_GROUPS, LessonsOfTheDay, OfferedLesson, encode
from preau.school.content.selectors import LessonRef, lesson_of_the_day, lesson_of_the_section
from preau.school.directory.grades import Section
from preau.school.directory.models import ClassGroup


def _offered(lesson: LessonRef, section: str) -> OfferedLesson:
    return OfferedLesson(
        title=lesson.title, subject=lesson.subject, minutes=lesson.minutes, url=lesson.url, section=section
    )


def lessons_of_the_day(now: datetime) -> LessonsOfTheDay:
    """The lessons of the local day. Group names never leave the school: pseudonyms do."""
    day = timezone.localdate(now)
    groups: dict[str, OfferedLesson] = {}
    followers = ClassGroup.objects.filter(closed_at=None, course_assignments__isnull=False).distinct()
    for class_group in followers[:MAX_GROUPS]:
        lesson = lesson_of_the_day(class_group, day)
        if lesson is not None:
            pseudonym = settings.PREAU_KEYRING.pseudonym("group", class_group.id.hex)
            groups[pseudonym] = _offered(lesson, class_group.section.value)
    offered = {section.value: lesson_of_the_section(section.value, day) for section in Section}
    sections = {section: _offered(lesson, section) for section, lesson in offered.items() if lesson is not None}
    return LessonsOfTheDay(date=day, groups=groups, sections=sections)


def publish_lessons_of_the_day(now: datetime) -> Path:
    """Writes ``published/lessons_of_the_day.json``, which is written again every ten minutes."""
    target: Path = settings.PREAU_PUBLISHED / LESSONS_OF_THE_DAY_FILE
    write_by_rename(target, encode(lessons_of_the_day(now)), durable=False)
    return target
