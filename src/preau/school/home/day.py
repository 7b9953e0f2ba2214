"""A day of lessons as a person sees it: what is now, what comes, which button."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from django.conf import settings

from preau.school.classroom import published
from preau.school.classroom.models import LiveClass
from preau.school.classroom.services import OVERRUN
from preau.school.directory.occurrences import Occurrence, timezone_of
from preau.school.directory.selectors import OPENS_BEFORE
from preau.school.pages.moments import clock, hue_of

EARLIEST_HOUR: Final = 8
LATEST_HOUR: Final = 18
"""Lessons of another day outside of these hours are folded away: few schools have any."""
NEXT_SHOWN: Final = 3
"""Lessons to come that are shown today beside the one that is now; a phone has room for no more."""


class State(StrEnum):
    """What can be done about a lesson now."""

    OPEN = "open"  # the live class is open
    DUE = "due"  # it is time, and the live class is not open
    ENDED = "ended"
    MISSED = "missed"  # its time has passed and no class was opened
    LATER = "later"
    ALONE = "alone"  # its time, to work alone
    ALONE_PAST = "alone_past"
    ALONE_LATER = "alone_later"


class DaySlot(msgspec.Struct, frozen=True, kw_only=True):
    """One lesson of the day, ready to be shown."""

    slot_id: str
    starts: str
    ends: str
    opens: str
    opens_at: datetime
    ends_at: datetime
    subject: str
    hue: int
    teacher: str
    class_group: str
    class_group_id: str
    state: State
    is_now: bool
    is_first_now: bool = False
    """The one that gets the main button: a lesson that ends in five minutes and the next one can both be now."""
    begun: bool
    """Its time has come; a lesson can be now ten minutes before."""
    over: bool
    """Its time has passed, whatever became of it."""
    unusual: int
    """-1 before the usual hours of a school, 1 after them, else 0."""
    live_class: str


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The lessons of a day, in order: ``main`` is shown, what comes before and after it is folded away."""

    past: list[DaySlot]
    early: list[DaySlot]
    main: list[DaySlot]
    late: list[DaySlot]

    @property
    def slots(self) -> list[DaySlot]:
        return [*self.past, *self.early, *self.main, *self.late]

    @property
    def has_open_class(self) -> bool:
        return any(slot.state is State.OPEN for slot in self.slots)


def slots_of(occurrences: Sequence[Occurrence], now: datetime) -> list[DaySlot]:
    """These lessons as they stand at ``now``. One query."""
    opened = live_classes_of_lessons(occurrences)
    return _with_first_now([_slot(one, opened.get((one.slot.pk.hex, one.starts_at)), now) for one in occurrences])


def today_of(slots: Sequence[DaySlot], *, with_register: bool) -> Day:
    """Today: what is now comes first.

    Args:
        slots: of today, in order.
        with_register: keep the lesson that ended last in sight if its class was held: its register is the next thing
            to look at for whoever gave it.
    """
    over = [slot for slot in slots if slot.over and not slot.is_now]
    coming = [slot for slot in slots if not slot.over and not slot.is_now]
    kept = over[-1:] if with_register and over and over[-1].live_class else []
    hidden = [*over[: len(over) - len(kept)], *coming[NEXT_SHOWN:]]
    return Day(
        past=over[: len(over) - len(kept)],
        early=[],
        main=[slot for slot in slots if slot not in hidden],
        late=coming[NEXT_SHOWN:],
    )


def other_day_of(slots: Sequence[DaySlot]) -> Day:
    """A day before or after today: the usual hours of a school are shown."""
    return Day(
        past=[],
        early=[slot for slot in slots if slot.unusual < 0 and not slot.is_now],
        main=[slot for slot in slots if not slot.unusual or slot.is_now],
        late=[slot for slot in slots if slot.unusual > 0 and not slot.is_now],
    )


def _with_first_now(slots: list[DaySlot]) -> list[DaySlot]:
    """Marks the open class, or else the first lesson that is now."""
    now = [slot for slot in slots if slot.is_now]
    first = next((slot for slot in now if slot.state is State.OPEN), now[0] if now else None)
    return [msgspec.structs.replace(slot, is_first_now=True) if slot is first else slot for slot in slots]


def live_classes_of_lessons(occurrences: Sequence[Occurrence]) -> dict[tuple[str, datetime], LiveClass]:
    """The opened live classes of these lessons by (slot in hex, start). One query, none for no lesson."""
    if not occurrences:
        return {}
    found = LiveClass.objects.filter(
        slot__in=[one.slot.pk for one in occurrences], starts_at__in={one.starts_at for one in occurrences}
    )
    return {(live_class.slot_id.hex, live_class.starts_at): live_class for live_class in found}


def has_ended(live_class: LiveClass) -> bool:
    """Whether the live room has closed the class, even if nobody has looked at its register yet."""
    return (
        live_class.ended_at is not None or published.read_register(settings.PREAU_PUBLISHED, live_class.pk) is not None
    )


def state_of(occurrence: Occurrence, live_class: LiveClass | None, now: datetime) -> State:
    """What can be done about the lesson at ``now``."""
    if not occurrence.slot.live:
        if now >= occurrence.ends_at:
            return State.ALONE_PAST
        return State.ALONE if occurrence.contains(now) else State.ALONE_LATER
    if live_class is not None:
        over = now >= occurrence.ends_at + OVERRUN or has_ended(live_class)
        return State.ENDED if over else State.OPEN
    if now >= occurrence.ends_at:
        return State.MISSED
    return State.DUE if occurrence.contains(now, before=OPENS_BEFORE) else State.LATER


def _slot(occurrence: Occurrence, live_class: LiveClass | None, now: datetime) -> DaySlot:
    slot, zone = occurrence.slot, timezone_of(occurrence.slot)
    starts, ends = occurrence.starts_at.astimezone(zone), occurrence.ends_at.astimezone(zone)
    state = state_of(occurrence, live_class, now)
    is_now = state in {State.OPEN, State.DUE} or occurrence.contains(now)
    return DaySlot(
        slot_id=slot.pk.hex,
        starts=clock(starts),
        ends=clock(ends),
        opens=clock(starts - OPENS_BEFORE),
        opens_at=starts - OPENS_BEFORE,
        ends_at=ends,
        subject=slot.subject.name,
        hue=hue_of(slot.subject.name),
        teacher=slot.teacher.full_name,
        class_group=slot.class_group.name,
        class_group_id=slot.class_group_id.hex,
        state=state,
        is_now=is_now,
        begun=starts <= now,
        over=ends <= now,
        unusual=_unusual(starts, ends),
        live_class=live_class.pk.hex if live_class else "",
    )


def _unusual(starts: datetime, ends: datetime) -> int:
    if starts.hour < EARLIEST_HOUR:
        return -1
    closing = datetime.combine(starts.date(), starts.time().min, starts.tzinfo) + timedelta(hours=LATEST_HOUR)
    return 1 if ends > closing else 0


def read_day(text: str | None, today: date) -> date | None:
    """The day asked for (``2026-11-24``), today without one; None if it is no day or more than a year away."""
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if abs((day - today).days) <= 366 else None  # noqa: PLR2004  a year: what a timetable can hold
