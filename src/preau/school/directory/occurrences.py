"""When a slot of the timetable takes place: from the school's local time to instants.

A slot says what the clock on the school's wall says at its start and at its end. So, on the two nights of the year when
the clock changes, a lesson over the hour that is repeated lasts an hour longer, and a lesson inside the hour that is
left out does not take place. A lesson may run past midnight; it belongs to the local day of its start.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from preau.school.directory.models import TimetableSlot

LONGEST_LESSON = timedelta(days=1)
"""No slot is longer: so an instant falls into lessons of its own local day or of the day before."""


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """A slot on one day: ``starts_at`` included, ``ends_at`` excluded, both aware and in UTC."""

    slot: TimetableSlot
    starts_at: datetime
    ends_at: datetime

    def contains(self, now: datetime, *, before: timedelta = timedelta(0)) -> bool:
        """Whether ``now`` is in the lesson, or less than ``before`` ahead of it."""
        return self.starts_at - before <= now < self.ends_at


def timezone_of(slot: TimetableSlot) -> ZoneInfo:
    """The zone of the slot's school, which also exists overseas."""
    return ZoneInfo(slot.class_group.school.timezone)


def occurrence_on(slot: TimetableSlot, day: date) -> Occurrence | None:
    """The slot's lesson on the local ``day``, if it has one."""
    if slot.weekday != day.weekday() or not slot.valid_from <= day <= slot.valid_until:
        return None
    zone = timezone_of(slot)
    start = datetime.combine(day, slot.starts_at)
    end = start + min(timedelta(minutes=slot.minutes), LONGEST_LESSON)
    starts_at, ends_at = (wall.replace(tzinfo=zone).astimezone(UTC) for wall in (start, end))
    return Occurrence(slot=slot, starts_at=starts_at, ends_at=ends_at) if starts_at < ends_at else None


def local_day(slot: TimetableSlot, now: datetime) -> date:
    """Which day it is at the slot's school."""
    return now.astimezone(timezone_of(slot)).date()


def occurrences_near(slot: TimetableSlot, now: datetime, *, days_after: int) -> Iterator[Occurrence]:
    """The slot's lessons from the local day before ``now`` to ``days_after`` days after it, in order."""
    today = local_day(slot, now)
    for offset in range(-1, days_after + 1):
        occurrence = occurrence_on(slot, today + timedelta(days=offset))
        if occurrence is not None:
            yield occurrence


def at_instant(slots: Iterable[TimetableSlot], now: datetime, *, before: timedelta) -> Occurrence | None:
    """The lesson under way at ``now``; if there is none, the first that begins within ``before``."""
    found = [
        occurrence
        for slot in slots
        for occurrence in occurrences_near(slot, now, days_after=1)
        if occurrence.contains(now, before=before)
    ]
    return min(found, key=lambda o: (not o.contains(now), abs(o.starts_at - now)), default=None)
