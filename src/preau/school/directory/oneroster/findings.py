"""What an import has to say about a line: a level, a stable code and a French sentence. Lines without one are OK."""

from enum import StrEnum
from typing import Final

import msgspec

MOST_FINDINGS: Final = 1_000
"""More are counted and not kept: nobody reads them, and a hostile file must not fill the memory."""

WHOLE_FILE: Final = 1
"""Line number of what is said of a file as a whole: its heading."""


class Level(StrEnum):
    """``error``: the line is not imported. ``warning``: it is, with a guess or without one of its cells."""

    WARNING = "warning"
    ERROR = "error"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One remark. ``line`` counts from 1, the heading."""

    file: str
    line: int
    level: Level
    code: str
    sentence: str


class Findings:
    """The remarks of one import, and how many lines of each file are in which state."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.left_out = 0
        self.is_unreadable = False
        self._worst: dict[tuple[str, int], Level] = {}

    def warn(self, file: str, line: int, code: str, sentence: str) -> None:
        self._add(Finding(file=file, line=line, level=Level.WARNING, code=code, sentence=sentence))

    def refuse(self, file: str, line: int, code: str, sentence: str) -> None:
        self._add(Finding(file=file, line=line, level=Level.ERROR, code=code, sentence=sentence))

    def reject(self, file: str, line: int, code: str, sentence: str) -> None:
        """A refusal of the whole import: a file that was not read to its end says nothing of who is missing in it."""
        self.is_unreadable = True
        self.refuse(file, line, code, sentence)

    def _add(self, finding: Finding) -> None:
        place = finding.file, finding.line
        if self._worst.get(place) is not Level.ERROR:
            self._worst[place] = finding.level
        if len(self.kept) < MOST_FINDINGS:
            self.kept.append(finding)
        else:
            self.left_out += 1

    def is_refused(self, file: str, line: int) -> bool:
        """Whether something on this line is an error."""
        return self._worst.get((file, line)) is Level.ERROR

    def has_errors(self) -> bool:
        return Level.ERROR in self._worst.values()

    def count(self, file: str, level: Level) -> int:
        """How many lines of ``file`` are at ``level``, the heading included."""
        return sum(worst is level for (of, _), worst in self._worst.items() if of == file)
