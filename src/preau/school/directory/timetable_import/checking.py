"""Checks the lines of a timetable against the directory. Pure: lines in, lawful lessons and findings out.

All that is wrong with a line is said at once. A guess is made where the school would otherwise have to retype, and is
always a warning.
"""

from datetime import date, time, timedelta
from typing import Final
from uuid import UUID

import msgspec

from preau.school.directory.oneroster.cells import Bad, read_name
from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.oneroster.tables import Line, shown
from preau.school.directory.timetable_import import cells, columns
from preau.school.directory.timetable_import.known import Group, Known, Teacher
from preau.school.directory.timetable_import.lessons import Key, Lesson, Timetable

_MAX_SUBJECT: Final = 60
_FORMULA_STARTS: Final = ("=", "+", "-", "@")
_DAYS_OF_A_WEEK: Final = 7


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What every line is checked with. ``school_year``: of the day of the import; ``name``: of the file."""

    name: str
    known: Known
    findings: Findings
    school_year: int
    today: date

    def said(self, line: Line, *read: object) -> bool:
        """Refuses the line for each Bad among ``read``; whether there was one."""
        bad = [one for one in read if isinstance(one, Bad)]
        for one in bad:
            self.findings.refuse(self.name, line.number, one.code, one.sentence)
        return bool(bad)

    def warn(self, line: Line, code: str, sentence: str) -> None:
        """A remark on a line that is taken all the same."""
        self.findings.warn(self.name, line.number, code, sentence)


class _Times(msgspec.Struct, frozen=True):
    weekday: int
    starts_at: time
    minutes: int


def check(lines: list[Line], page: Page) -> Timetable:
    """The timetable that the lawful lines make."""
    found = Timetable()
    seen: dict[Key, list[Lesson]] = {}
    for line in lines:
        group = None if _is_unfit(line, page) else _group(line, page)
        if group is None:
            found.is_whole = False
            continue
        lesson = _lesson(line, group, page)
        if lesson is None or _is_said_before(lesson, line, seen.setdefault(lesson.key, []), page):
            if page.findings.is_refused(page.name, line.number):
                found.untouched.add(group.id)
            continue
        seen[lesson.key].append(lesson)
        found.lessons.append(lesson)
    return found


def _is_unfit(line: Line, page: Page) -> bool:
    """Whether the line cannot be trusted at all: too many cells, or a formula in one of them."""
    formulas = [cell for column in columns.READ if (cell := line[column]).startswith(_FORMULA_STARTS)]
    bad = [
        Bad("formula", f"Cette cellule commence comme une formule de tableur : « {shown(cell)} ».") for cell in formulas
    ]
    return page.said(line, *bad) or page.findings.is_refused(page.name, line.number)


def _period(line: Line, page: Page) -> tuple[date, date] | Bad:
    """``du`` and ``au``, or the school year where they are empty."""
    year = page.school_year
    since, until = cells.read_day(line[columns.SINCE]), cells.read_day(line[columns.UNTIL])
    if isinstance(since, Bad):
        return since
    if isinstance(until, Bad):
        return until
    since, until = since or date(year, 9, 1), until or date(year + 1, 8, 31)
    if until < since:
        return Bad("dates_reversed", "« au » précède « du ».")
    if since < date(year - 1, 8, 1) or until > date(year + 2, 8, 31):
        return Bad("date_far", f"Ces dates sont trop loin de l’année scolaire {year}-{year + 1}.")
    return since, until


def _group(line: Line, page: Page) -> Group | None:
    school = page.known.school(line[columns.SCHOOL])
    if isinstance(school, Bad):
        page.said(line, school)
        return None
    period = _period(line, page)
    year = page.school_year if isinstance(period, Bad) else year_of(period[0])
    group = page.known.group(line[columns.CLASS], school=school, school_year=year)
    if isinstance(group, Bad):
        page.said(line, group)
        return None
    if group.school_year != year:
        sentence = f"Cette classe est de l’année {group.school_year}-{group.school_year + 1}, pas de celle des dates."
        page.warn(line, "class_of_another_year", sentence)
    return group


def year_of(day: date) -> int:
    """The school year of ``day``, by its September; it changes in August, as in directory.selectors."""
    return day.year if day.month >= 8 else day.year - 1  # noqa: PLR2004  August


def _lesson(line: Line, group: Group, page: Page) -> Lesson | None:
    """The lesson of a line whose class is known; everything that is wrong with it is said."""
    subject, teacher = _subject(line), page.known.teacher(line[columns.TEACHER], school=group.school)
    times, period, live = _times(line, page), _period(line, page), cells.read_live(line[columns.LIVE])
    page.said(line, subject, teacher, times, period, live)
    if isinstance(subject, Bad) or isinstance(teacher, Bad) or isinstance(times, Bad):
        return None
    if isinstance(period, Bad) or isinstance(live, Bad):
        return None
    key = group.id, columns.folded(subject), teacher.id, times.weekday, times.starts_at, times.minutes, live
    lesson = Lesson(line=line.number, school=group.school, key=key, subject=subject, since=period[0], until=period[1])
    _wonder(line, lesson, teacher, group.id, page)
    return lesson


def _subject(line: Line) -> str | Bad:
    subject = read_name(line[columns.SUBJECT], _MAX_SUBJECT)
    return subject or Bad("subject_missing", "La matière manque.")


def _times(line: Line, page: Page) -> _Times | Bad:
    weekday, start = cells.read_weekday(line[columns.DAY]), cells.read_clock(line[columns.START])
    if isinstance(weekday, Bad):
        return weekday
    if isinstance(start, Bad):
        return start
    minutes = _minutes(line, start, page)
    if isinstance(minutes, Bad):
        return minutes
    if not cells.SHORTEST_MIN <= minutes <= cells.LONGEST_MIN:
        bounds = f"{cells.SHORTEST_MIN} à {cells.LONGEST_MIN}"
        return Bad("bad_minutes", f"Un cours dure de {bounds} minutes, pas {minutes}.")
    if start.minute < cells.DAY_STARTS_MIN or start.minute + minutes > cells.DAY_ENDS_MIN:
        day = f"{cells.clock_text(cells.DAY_STARTS_MIN)} à {cells.clock_text(cells.DAY_ENDS_MIN)}"
        return Bad("outside_the_day", f"Ce cours est en dehors de la journée ({day}).")
    if start.is_guess:
        sentence = f"Début « {shown(line[columns.START])} » compris comme {cells.clock_text(start.minute)}."
        page.warn(line, "time_guessed", sentence)
    return _Times(weekday, time(start.minute // 60, start.minute % 60), minutes)


def _minutes(line: Line, start: cells.Clock, page: Page) -> int | Bad:
    """The length, from ``durée`` or ``fin``; both may be there if they say the same."""
    length = cells.read_minutes(line[columns.MINUTES]) if line[columns.MINUTES] else None
    end = cells.read_clock(line[columns.END]) if line[columns.END] else None
    if isinstance(length, Bad):
        return length
    if isinstance(end, Bad):
        return end
    if end is None:
        return length if length is not None else Bad("length_missing", "Il manque la durée ou l’heure de fin.")
    if end.minute <= start.minute:
        return Bad("times_reversed", "L’heure de fin précède celle du début.")
    if length is not None and start.minute + length != end.minute:
        return Bad("length_mismatch", "La durée et l’heure de fin ne disent pas la même chose.")
    if end.is_guess:
        sentence = f"Fin « {shown(line[columns.END])} » comprise comme {cells.clock_text(end.minute)}."
        page.warn(line, "time_guessed", sentence)
    return end.minute - start.minute


def _wonder(line: Line, lesson: Lesson, teacher: Teacher, group: UUID, page: Page) -> None:
    """What is lawful, and perhaps not meant."""
    day = cells.WEEKDAYS[lesson.weekday]
    first = lesson.since + timedelta(days=(lesson.weekday - lesson.since.weekday()) % _DAYS_OF_A_WEEK)
    if group not in teacher.groups:
        page.warn(line, "teacher_not_in_class", "Cette personne n’est pas inscrite comme enseignante de la classe.")
    if lesson.until < page.today:
        page.warn(line, "period_over", "Ces dates sont passées : la ligne n’ajoute rien.")
    elif first > lesson.until:
        page.warn(line, "never_takes_place", f"Il n’y a pas de {day} entre ces dates.")
    if lesson.weekday == cells.WEEKDAYS.index("dimanche"):
        page.warn(line, "sunday", "Ce cours a lieu le dimanche.")


def _is_said_before(lesson: Lesson, line: Line, same: list[Lesson], page: Page) -> bool:
    """Whether a line above says the same lesson for days of the same period."""
    for other in same:
        if (other.since, other.until) == (lesson.since, lesson.until):
            page.warn(line, "duplicate_line", f"Déjà dit à la ligne {other.line} : cette ligne est laissée.")
            return True
        if other.shares_a_day_with(lesson):
            sentence = f"Ce cours est déjà à la ligne {other.line}, à des dates qui se recoupent."
            page.said(line, Bad("duplicate_lesson", sentence))
            return True
    return False
