"""What a timetable's file says once it has been checked, and what it is checked against. Pure."""

from datetime import date, time
from uuid import UUID

import msgspec

Key = tuple[UUID, str, UUID, int, time, int, bool]
"""Class group, folded subject, teacher, weekday (0 = Monday), start, minutes, live: what makes two lessons the same."""


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """A lawful line: a lesson of each week from ``since`` to ``until``, both included. ``line`` 0: from elsewhere."""

    line: int
    school: UUID
    key: Key
    subject: str
    since: date
    until: date

    @property
    def group(self) -> UUID:
        return self.key[0]

    @property
    def teacher(self) -> UUID:
        return self.key[2]

    @property
    def weekday(self) -> int:
        return self.key[3]

    @property
    def starts_min(self) -> int:
        """Minutes since midnight."""
        return self.key[4].hour * 60 + self.key[4].minute

    @property
    def ends_min(self) -> int:
        """Minutes since midnight, excluded."""
        return self.starts_min + self.key[5]

    def shares_a_day_with(self, other: "Lesson") -> bool:
        """Whether the two periods have a day in common."""
        return self.since <= other.until and other.since <= self.until


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A slot of the directory that is not over. ``last_taught_on``: the last day on which it was a live class."""

    id: UUID
    school: UUID
    key: Key
    since: date
    until: date
    last_taught_on: date | None


class Timetable(msgspec.Struct, kw_only=True):
    """The lawful lines of a file.

    ``untouched``: class groups one of whose lines was refused; ``is_whole``: no refused line is of an unknown class.
    Only of the other groups is it known which lessons have gone.
    """

    lessons: list[Lesson] = []
    untouched: set[UUID] = set()
    is_whole: bool = True

    def complete_groups(self) -> frozenset[UUID]:
        """The groups of which the file says everything."""
        if not self.is_whole:
            return frozenset()
        return frozenset(lesson.group for lesson in self.lessons) - self.untouched
