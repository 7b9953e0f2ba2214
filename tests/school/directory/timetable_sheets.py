"""Timetables as files: what the tests of the import write, run and read back."""

from datetime import date, datetime, timedelta
from pathlib import Path

from preau.school.directory.models import TimetableSlot
from preau.school.directory.oneroster import ImportReport
from preau.school.directory.timetable_import import import_timetable
from school import factories

NOW, TODAY = factories.NOW, factories.NOW.date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
HEADING = "classe;matière;enseignant;jour;début;durée\n"
DATED = "classe;matière;enseignant;jour;début;durée;du;au\n"
MATHS = "CM2 B;Mathématiques;claire.l;mardi;8h30;55\n"
FRENCH = "CM2 B;Français;claire.l;jeudi;9h30;55\n"


def run(sheet: Path, content: str | bytes, *, now: datetime = NOW, apply: bool = True, **more: bool) -> ImportReport:
    sheet.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_timetable(sheet, now=now, apply=apply, **more)


def codes(report: ImportReport) -> list[str]:
    return [finding.code for finding in report.findings]


def slots() -> list[tuple[object, ...]]:
    """What the directory says: the rows without their ids."""
    fields = "class_group__name", "subject__name", "teacher__login", "weekday", "starts_at", "minutes", "live"
    return sorted(TimetableSlot.objects.values_list(*fields, "valid_from", "valid_until"))


def periods() -> dict[str, tuple[date, date]]:
    """Subject -> first and last day of its last slot."""
    return {name: (since, until) for name, since, until in dates()}


def dates() -> list[tuple[str, date, date]]:
    slots = TimetableSlot.objects.order_by("valid_from")
    return list(slots.values_list("subject__name", "valid_from", "valid_until"))
