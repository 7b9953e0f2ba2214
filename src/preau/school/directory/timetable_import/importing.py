"""The import as a whole: read, check, compare and, only if asked, write in one transaction."""

from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from preau.school.directory.models import Subject, TimetableSlot
from preau.school.directory.oneroster.findings import WHOLE_FILE, Findings
from preau.school.directory.oneroster.importing import ImportReport, file_report
from preau.school.directory.oneroster.tables import shown
from preau.school.directory.selectors import school_year_of
from preau.school.directory.timetable_import import reading
from preau.school.directory.timetable_import.checking import Page, check
from preau.school.directory.timetable_import.columns import folded
from preau.school.directory.timetable_import.lessons import Lesson, Standing, Timetable
from preau.school.directory.timetable_import.overlaps import warn_of_overlaps
from preau.school.directory.timetable_import.planning import Plan, plan
from preau.school.directory.timetable_import.sheet import read_sheet

_BATCH: Final = 400
"""Rows of one statement: well under SQLite's 32,766 parameters."""


def import_timetable(path: Path, *, now: datetime, apply: bool = False, skip_errors: bool = False) -> ImportReport:
    """Imports a CSV file of lessons; without ``apply`` only says what would happen.

    Args:
        path: a plain file; only read.
        now: the instant of the import. Days before it stay as they were.
        apply: write. Nothing is written if any line is refused,
        skip_errors: unless this says to leave the refused lines out. A file that could not be read to its end refuses
            the import all the same.
    """
    findings, name, today = Findings(), shown(path.name), timezone.localdate(now)
    lines = read_sheet(path, name, findings)
    made, subjects = Plan(), list[Subject]()
    with transaction.atomic() if apply else nullcontext():
        if not findings.is_unreadable:
            page = Page(
                name=name, known=reading.known(today), findings=findings, school_year=school_year_of(today), today=today
            )
            found = check(lines, page)
            made, subjects = _compare(found, page)
        is_refused = findings.is_unreadable or (findings.has_errors() and not skip_errors)
        if apply and not is_refused:
            _write(made, subjects)
    return ImportReport(
        files={name: file_report(name, lines, findings)},
        findings=findings.kept,
        findings_left_out=findings.left_out,
        changes=_counts(made, subjects),
        is_applied=apply and not is_refused,
        is_refused=is_refused,
    )


def _compare(found: Timetable, page: Page) -> tuple[Plan, list[Subject]]:
    """What has to change, with the subjects that have to be made for it; remarks on what is not in the file."""
    schools = {lesson.school for lesson in found.lessons}
    slots, mine = reading.standing(schools, page.today), {lesson.group for lesson in found.lessons}
    others = [_as_lesson(row) for row in slots if row.key[0] not in mine]
    warn_of_overlaps(found.lessons, others, name=page.name, findings=page.findings)
    complete = found.complete_groups()
    made = plan(
        found.lessons,
        slots,
        today=page.today,
        had_slots=reading.groups_with_slots(schools),
        complete=complete,
    )
    if complete != mine:
        sentence = "Des lignes sont refusées : dans leurs classes, aucun cours d’avant n’est terminé."
        page.findings.warn(page.name, WHOLE_FILE, "nothing_ended", sentence)
    for last in sorted(set(made.cut.values())):
        number = sum(day == last for day in made.cut.values())
        sentence = f"Des cours d’avant s’arrêtent et ne reprennent pas après le {last:%d/%m/%Y} (classes : {number})."
        page.findings.warn(page.name, WHOLE_FILE, "not_resumed", sentence)
    return made, _missing_subjects(made, schools)


def _as_lesson(row: Standing) -> Lesson:
    """A slot beside the file, for what overlaps it."""
    return Lesson(line=0, school=row.school, key=row.key, subject="", since=row.since, until=row.until)


def _missing_subjects(made: Plan, schools: set[UUID]) -> list[Subject]:
    """The subjects of new lessons that their school does not have, as the first line writes them."""
    have = reading.subjects(schools)
    missing: dict[tuple[UUID, str], Subject] = {}
    for lesson in made.added:
        place = lesson.school, folded(lesson.subject)
        if place not in have and place not in missing:
            missing[place] = Subject(school_id=lesson.school, name=lesson.subject)
    return list(missing.values())


def _counts(made: Plan, subjects: list[Subject]) -> dict[str, dict[str, int]]:
    return {
        "Subject": {"added": len(subjects), "changed": 0, "closed": 0, "removed": 0},
        "TimetableSlot": {
            "added": len(made.added),
            "changed": len(made.moved),
            "closed": len(made.ended),
            "removed": len(made.removed),
        },
    }


def _write(made: Plan, subjects: list[Subject]) -> None:
    Subject.objects.bulk_create(subjects, batch_size=_BATCH)
    by_name = reading.subjects({lesson.school for lesson in made.added})
    slots = [_slot(lesson, by_name[lesson.school, folded(lesson.subject)]) for lesson in made.added]
    TimetableSlot.objects.bulk_create(slots, batch_size=_BATCH)
    for slot_id, (since, until) in made.moved.items():
        TimetableSlot.objects.filter(id=slot_id).update(valid_from=since, valid_until=until)
    for slot_id, until in made.ended.items():
        TimetableSlot.objects.filter(id=slot_id).update(valid_until=until)
    for slot_id in made.removed:
        # A live class may have been opened since the slots were read: its slot stays.
        TimetableSlot.objects.filter(id=slot_id, live_classes=None).delete()


def _slot(lesson: Lesson, subject: Subject) -> TimetableSlot:
    group, _, teacher, weekday, starts_at, minutes, live = lesson.key
    return TimetableSlot(
        class_group_id=group,
        subject=subject,
        teacher_id=teacher,
        weekday=weekday,
        starts_at=starts_at,
        minutes=minutes,
        live=live,
        valid_from=lesson.since,
        valid_until=lesson.until,
    )
