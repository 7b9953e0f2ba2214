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
        self._offers: dict[str | None, tuple[shapes.OfferedLesson, ...]] = {}

    def offers(self, group: str | None, *, now_s: float) -> tuple[shapes.OfferedLesson, ...]:
        """The lesson of the class group, else one per section."""
        if now_s - self._looked_at_s >= LOOK_AGAIN_S:
            self._looked_at_s = now_s
            known = self._file.read()
            if known is not self._known:
                self._known, self._offers = known, {}
        if self._known is None:
            return ()
        asked = group if group in self._known.groups else None
        if asked not in self._offers:
            self._offers[asked] = _offered(self._known, asked)
        return self._offers[asked]


def _offered(known: shapes.LessonsOfTheDay, group: str | None) -> tuple[shapes.OfferedLesson, ...]:
    sections = known.sections
    lessons = [sections[key] for key in SECTIONS if key in sections] if group is None else [known.groups[group]]
    return tuple(lesson for lesson in lessons if lesson.url.startswith(LESSON_PATHS))
