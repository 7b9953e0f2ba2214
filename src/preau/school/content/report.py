"""What an import says about a folder: one line for each file, one for each problem, and whether anything changed."""

from collections import Counter
from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What became of a file."""

    LESSON = "lesson"
    COURSE = "course"  # course.toml or README: describes the course itself
    IMAGE = "image"
    ATTACHMENT = "attachment"
    REFUSED = "refused"


class FileEntry(msgspec.Struct, frozen=True):
    """One file. ``code`` and ``sentence`` are empty unless it was refused."""

    path: str
    outcome: Outcome
    code: str = ""
    sentence: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Something to correct. ``line`` counts from 1; 0 = the file as a whole. A fatal one stops the whole import."""

    path: str
    line: int
    code: str
    sentence: str
    fatal: bool = True


class Report(msgspec.Struct, kw_only=True):
    """The result of an import. ``edition_sha256`` is known whenever nothing is fatal, even in a dry run."""

    title: str = ""
    files: list[FileEntry] = []
    problems: list[Problem] = []
    lesson_count: int = 0
    item_count: int = 0
    edition_sha256: str = ""
    course_id: str = ""
    edition_number: int = 0
    new_edition: bool = False
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        return not any(problem.fatal for problem in self.problems)

    def counts(self) -> dict[str, int]:
        """Files by outcome; the numbers sum to ``len(files)``."""
        found = Counter(entry.outcome.value for entry in self.files)
        return {outcome.value: found[outcome.value] for outcome in Outcome}
