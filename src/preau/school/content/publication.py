"""Publishes the lesson of the day of every class group for the gate, which offers it on the waiting page."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone

from preau.school.content.selectors import LessonRef, lesson_of_the_day, lesson_of_the_section
from preau.school.directory.grades import Section
from preau.school.directory.models import ClassGroup


def _entry(lesson: LessonRef, section: str) -> dict[str, Any]:
    return {
        "title": lesson.title,
        "subject": lesson.subject,
        "minutes": lesson.minutes,
        "url": lesson.url,
        "section": section,
    }


def lessons_of_the_day(now: datetime) -> dict[str, Any]:
    """The published document (docs/reference/interfaces.md). Group names never leave the school: pseudonyms do."""
    day = timezone.localdate(now)
    groups: dict[str, Any] = {}
    for class_group in ClassGroup.objects.filter(closed_at=None, course_assignments__isnull=False).distinct():
        lesson = lesson_of_the_day(class_group, day)
        if lesson is not None:
            pseudonym = settings.PREAU_KEYRING.pseudonym("group", class_group.id.hex)
            groups[pseudonym] = _entry(lesson, class_group.section.value)
    offered = {section.value: lesson_of_the_section(section.value, day) for section in Section}
    sections = {section: _entry(lesson, section) for section, lesson in offered.items() if lesson is not None}
    return {"v": 1, "date": day.isoformat(), "groups": groups, "sections": sections}


def publish_lessons_of_the_day(now: datetime) -> Path:
    """Writes ``published/lessons_of_the_day.json`` by rename: a reader sees the old file or the new one, never half."""
    target: Path = settings.PREAU_PUBLISHED / "lessons_of_the_day.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(lessons_of_the_day(now)))
    draft.replace(target)
    return target
