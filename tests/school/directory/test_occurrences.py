"""Pure: slots that are never saved."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from preau.school.directory.models import ClassGroup, School, TimetableSlot
from preau.school.directory.occurrences import Occurrence, at_instant, occurrence_on

ZONES = [
    "Europe/Paris",
    "America/Martinique",
    "Indian/Reunion",
    "Pacific/Noumea",
    "America/Miquelon",
    "Pacific/Marquesas",
]
days = st.dates(date(2026, 9, 1), date(2028, 7, 1))


def slot_in(zone: str, day: date, starts_at: time, minutes: int) -> TimetableSlot:
    group = ClassGroup(name="CM2 B", grade="CM2", school=School(name="x", kind="ecole", timezone=zone))
    return TimetableSlot(
        class_group=group,
        weekday=day.weekday(),
        starts_at=starts_at,
        minutes=minutes,
        valid_from=date(2026, 1, 1),
        valid_until=date(2029, 1, 1),
    )


@given(st.sampled_from(ZONES), days, st.integers(7, 17), st.integers(0, 59), st.integers(5, 240))
def test_by_day_a_lesson_starts_when_the_wall_clock_says_and_is_found_while_it_lasts(
    zone: str, day: date, hour: int, minute: int, minutes: int
) -> None:
    slot = slot_in(zone, day, time(hour, minute), minutes)
    lesson = occurrence_on(slot, day)
    assert lesson is not None
    assert lesson.starts_at.astimezone(ZoneInfo(zone)).time() == time(hour, minute)
    assert lesson.ends_at - lesson.starts_at == timedelta(minutes=minutes)
    middle = lesson.starts_at + (lesson.ends_at - lesson.starts_at) / 2
    for instant in (lesson.starts_at, middle, lesson.ends_at - timedelta(microseconds=1)):
        assert at_instant([slot], instant, before=timedelta(0)) == lesson
    assert at_instant([slot], lesson.ends_at, before=timedelta(0)) is None


@given(st.sampled_from(ZONES), days)
def test_hourly_slots_leave_no_gap_on_any_day_of_any_zone(zone: str, day: date) -> None:
    lessons = [
        lesson for hour in range(24) if (lesson := occurrence_on(slot_in(zone, day, time(hour), 60), day)) is not None
    ]
    assert all(a.ends_at == b.starts_at for a, b in itertools.pairwise(lessons))
    local = ZoneInfo(zone)
    assert lessons[0].starts_at == datetime.combine(day, time(0), local).astimezone(UTC)
    assert lessons[-1].ends_at == datetime.combine(day + timedelta(days=1), time(0), local).astimezone(UTC)


def test_the_first_of_two_coming_lessons_is_found() -> None:
    day = date(2026, 11, 24)
    slots = [slot_in("Europe/Paris", day, time(8, minute), 5) for minute in (40, 35)]
    found = at_instant(slots, datetime(2026, 11, 24, 7, 30, tzinfo=UTC), before=timedelta(minutes=10))
    assert isinstance(found, Occurrence)
    assert found.slot is slots[1]
