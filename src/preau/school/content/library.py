"""Reads published lessons back from the packages on disk. They never change, so they are kept in memory once read."""

from functools import lru_cache
from pathlib import Path

import msgspec
from django.conf import settings

from preau.school.content.items import LessonFile
from preau.school.content.models import Lesson


@lru_cache(maxsize=512)  # lessons of about 10 kB: 5 MB at most, more than one school teaches in a day
def _read(path: Path) -> LessonFile:
    return msgspec.json.decode(path.read_bytes(), type=LessonFile)


def published_lesson(lesson: Lesson) -> LessonFile:
    """The lesson as published.

    Raises:
        OSError: the package is not on this machine, although the database names it.
    """
    folder: Path = settings.PREAU_DATA / "colis" / "editions" / lesson.edition.manifest_sha256
    return _read(folder / f"{lesson.key}.json")
