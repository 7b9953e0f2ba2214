"""Whatever a school imports, day after day: the days to come are what the last file says, the past is what it was."""

import uuid
from datetime import date, time, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from preau.school.directory.oneroster.cells import Bad
from preau.school.directory.timetable_import.cells import Clock, read_clock, read_day, read_minutes, read_weekday
from preau.school.directory.timetable_import.lessons import Key, Lesson, Standing
from preau.school.directory.timetable_import.planning import Plan, plan

SCHOOL, GROUP, TEACHER = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
FIRST = date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=offset) for offset in range(25)]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def key(number: int) -> Key:
    return GROUP, f"matière {number}", TEACHER, 0, time(8 + number, 0), 55, True


def lesson(number: int, since: int, until: int) -> Lesson:
    name = f"matière {number}"
    return Lesson(line=2, school=SCHOOL, key=key(number), subject=name, since=day(since), until=day(until))


@st.composite
def files(draw: st.DrawFn) -> list[Lesson]:
    """Up to four lessons, of which those of one key share no day."""
    found: list[Lesson] = []
    for _ in range(draw(st.integers(1, 4))):
        since = draw(st.integers(0, 20))
        one = lesson(draw(st.integers(0, 2)), since, draw(st.integers(since, 22)))
        if not any(one.key == other.key and one.shares_a_day_with(other) for other in found):
            found.append(one)
    return found


def applied(rows: list[Standing], made: Plan) -> list[Standing]:
    """The directory after the plan."""
    left = [row for row in rows if row.id not in made.removed]
    for number, row in enumerate(left):
        since, until = made.moved.get(row.id, (row.since, made.ended.get(row.id, row.until)))
        left[number] = msgspec.structs.replace(row, since=since, until=until)
    new = [
        Standing(id=uuid.uuid4(), school=SCHOOL, key=one.key, since=one.since, until=one.until, last_taught_on=None)
        for one in made.added
    ]
    return left + new


def planned(lessons: list[Lesson], rows: list[Standing], today: date) -> Plan:
    return plan(
        lessons,
        [row for row in rows if row.until >= today],
        today=today,
        had_slots=frozenset({GROUP} if rows else ()),
        complete=frozenset({GROUP}),
    )


def on(rows: list[Standing] | list[Lesson], when: date) -> list[Key]:
    return sorted(row.key for row in rows if row.since <= when <= row.until)


@given(st.lists(st.tuples(st.integers(0, 4), files()), min_size=1, max_size=4))
def test_after_each_import_the_days_to_come_are_those_of_the_file_and_the_others_as_before(
    imports: list[tuple[int, list[Lesson]]],
) -> None:
    rows, today = list[Standing](), FIRST
    for wait, lessons in imports:
        today += timedelta(days=wait)
        before = rows
        rows = applied(rows, planned(lessons, rows, today))
        first, last = min(one.since for one in lessons), max(one.until for one in lessons)
        assert all(row.since <= row.until for row in rows)
        for when in DAYS:
            if max(first, today) <= when <= last:
                assert on(rows, when) == on(lessons, when), when
            elif before and when < max(first, today):
                assert on(rows, when) == on(before, when), when
        assert planned(lessons, rows, today) == Plan()
        assert planned(lessons, rows, today + timedelta(days=1)) == Plan()


def test_a_slot_that_was_a_live_class_never_ends_before_it() -> None:
    row = Standing(id=uuid.uuid4(), school=SCHOOL, key=key(0), since=day(0), until=day(20), last_taught_on=day(9))
    assert planned([lesson(1, 0, 20)], [row], day(9)).ended == {row.id: day(9)}
    assert planned([lesson(1, 0, 20)], [row], day(10)).ended == {row.id: day(9)}
    first_day = msgspec.structs.replace(row, since=day(9))
    assert planned([lesson(1, 0, 20)], [first_day], day(9)).removed == []


def test_of_an_incomplete_group_nothing_ends() -> None:
    row = Standing(id=uuid.uuid4(), school=SCHOOL, key=key(0), since=day(0), until=day(20), last_taught_on=None)
    made = plan([lesson(1, 0, 20)], [row], today=day(5), had_slots=frozenset({GROUP}), complete=frozenset())
    assert (made.ended, made.removed, len(made.added)) == ({}, [], 1)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_the_day_is_read_back_however_it_is_written(hour: int, minute: int) -> None:
    for text in (f"{hour}h{minute:02}", f"{hour:02}:{minute:02}", f"{hour} h {minute:02}", f"{hour:02}:{minute:02}:00"):
        assert read_clock(text) == Clock(hour * 60 + minute)
    if hour or minute:
        assert read_clock(f"{(hour * 60 + minute) / 1440:.15f}".replace(".", ",")) == Clock(hour * 60 + minute)


@given(st.text(max_size=30) | st.from_regex(r"[0-9hH:.,/ ]{1,20}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    clock = read_clock(text)
    assert isinstance(clock, Bad) or 0 <= clock.minute <= 24 * 60
    minutes, weekday = read_minutes(text), read_weekday(text)
    assert isinstance(minutes, Bad) or minutes >= 0
    assert isinstance(weekday, Bad) or 0 <= weekday < 7
    assert isinstance(read_day(text), Bad | date | None)
