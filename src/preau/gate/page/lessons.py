"""The lesson of the day, offered to who waits: read from ``lessons_of_the_day.json``, which the school publishes."""

from pathlib import Path
from typing import Final

import msgspec
import structlog

LOOK_AGAIN_S: Final = 5.0
"""The school writes every ten minutes; a stat of the file every 5 s is nothing."""

LESSON_PATHS: Final = "/colis/"
"""Where lessons are served without the gate; a link elsewhere would lead back into the queue."""

FILE: Final = "lessons_of_the_day.json"
SECTIONS: Final = {"ecole": "école", "college": "collège", "lycee": "lycée"}

log = structlog.get_logger("preau.gate")


class Lesson(msgspec.Struct, frozen=True):
    """One lesson, as published. ``minutes`` of work; ``url`` of a static page."""

    title: str
    subject: str
    minutes: int
    url: str
    section: str


class _File(msgspec.Struct):
    groups: dict[str, Lesson] = {}
    sections: dict[str, Lesson] = {}


class LessonsOfTheDay:
    """The published lessons, read again when the file changes. A missing or broken file offers nothing."""

    def __init__(self, published: Path) -> None:
        self._path = published / FILE
        self._looked_at_s = float("-inf")
        self._seen: tuple[int, int] | None = None
        self._file = _File()

    def offers(self, group: str | None, *, now_s: float) -> list[Lesson]:
        """The lesson of the class group, else one per section."""
        self._look(now_s)
        own = self._file.groups.get(group) if group else None
        lessons = [own] if own else [self._file.sections[key] for key in SECTIONS if key in self._file.sections]
        return [lesson for lesson in lessons if lesson.url.startswith(LESSON_PATHS)]

    def _look(self, now_s: float) -> None:
        if now_s - self._looked_at_s < LOOK_AGAIN_S:
            return
        self._looked_at_s = now_s
        try:
            stat = self._path.stat()
            if (stamp := (stat.st_mtime_ns, stat.st_size)) != self._seen:
                self._seen = stamp
                self._file = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            self._seen, self._file = None, _File()
        except (OSError, msgspec.DecodeError):
            log.warning("lessons_of_the_day_unreadable", file=FILE)
