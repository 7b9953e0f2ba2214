"""The lesson of the day, offered to who waits: read from ``lessons_of_the_day.json``, which the school publishes."""

from pathlib import Path
from typing import Final

from preau.published import shapes
from preau.published.files import PublishedFile

LOOK_AGAIN_S: Final = 5.0
"""The school writes every ten minutes; a stat of the file every 5 s is nothing."""

LESSON_PATHS: Final = "/colis/"
"""Where lessons are served without the gate; a link elsewhere would lead back into the queue."""

SECTIONS: Final = {"ecole": "école", "college": "collège", "lycee": "lycée"}


class LessonsOfTheDay:
    """The published lessons, read again when the file changes. A missing file, or one never understood, offers none."""

    def __init__(self, published: Path) -> None:
        self._file = PublishedFile(published / shapes.LESSONS_OF_THE_DAY_FILE, shapes.LessonsOfTheDay)
        self._looked_at_s = float("-inf")
        self._known: shapes.LessonsOfTheDay | None = None

    def offers(self, group: str | None, *, now_s: float) -> tuple[shapes.OfferedLesson, ...]:
        """The lesson of the class group, else one per section."""
        if now_s - self._looked_at_s >= LOOK_AGAIN_S:
            self._looked_at_s = now_s
            self._known = self._file.read()
        if self._known is None:
            return ()
        own = self._known.groups.get(group) if group else None
        sections = self._known.sections
        lessons = [own] if own else [sections[key] for key in SECTIONS if key in sections]
        return tuple(lesson for lesson in lessons if lesson.url.startswith(LESSON_PATHS))
