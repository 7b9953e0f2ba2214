"""The import as a whole: read, check, compare and, only if asked, write in one transaction."""

from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from django.db import transaction
from django.utils import timezone

from preau.school.directory import seats
from preau.school.directory.models import ClassGroup, Person, Profile, School
from preau.school.directory.oneroster import roster
from preau.school.directory.oneroster.changes import Changes, no_changes
from preau.school.directory.oneroster.checking import check
from preau.school.directory.oneroster.comparing import SOURCE, Comparison
from preau.school.directory.oneroster.findings import WHOLE_FILE, Finding, Findings, Level
from preau.school.directory.oneroster.linking import compare_links
from preau.school.directory.oneroster.tables import Line, read_folder

_BATCH: Final = 400
"""Rows of one statement: 400 people of 15 columns stay well under SQLite's 32,766 parameters."""


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines of a file are in which state. A remark on the file as a whole counts for its heading.

    ``numbers``: of the lines that were read, the heading first; blank lines have none.
    """

    ok: int
    warnings: int
    errors: int
    numbers: list[int] = []


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the import found, and what it did or would do.

    ``changes``: table -> added, changed, closed, reopened. ``findings_left_out``: more than ``MOST_FINDINGS``.
    """

    files: dict[str, FileReport]
    findings: list[Finding]
    findings_left_out: int
    changes: dict[str, dict[str, int]]
    is_applied: bool
    is_refused: bool

    @property
    def rows_changed(self) -> int:
        """All rows that were written, or would be."""
        return sum(sum(counts.values()) for counts in self.changes.values())


def import_folder(folder: Path, *, now: datetime, apply: bool = False, skip_errors: bool = False) -> ImportReport:
    """Imports a folder of OneRoster CSV files; without ``apply`` only says what would happen.

    Args:
        folder: only read, and only its files of known names.
        now: the instant of departures.
        apply: write. Nothing is written if any line is refused,
        skip_errors: unless this says to leave the refused lines out. A file that could not be read to its end refuses
            the import all the same.
    """
    findings = Findings()
    tables = read_folder(folder, findings)
    changes = no_changes()
    with transaction.atomic() if apply else nullcontext():
        if not findings.is_unreadable:
            today = timezone.localdate(now)
            found = check(tables, _known(), findings, today)
            comparison = Comparison(found, changes, findings, now)
            comparison.compare_rows()
            if not findings.is_unreadable:
                compare_links(comparison, today)
        is_refused = findings.is_unreadable or (findings.has_errors() and not skip_errors)
        if apply and not is_refused:
            _write(changes)
    if apply and not is_refused:
        seats.tell(None, now=now)
    return ImportReport(
        files={name: file_report(name, lines, findings) for name, lines in tables.lines.items()},
        findings=findings.kept,
        findings_left_out=findings.left_out,
        changes=changes.counts() if not findings.is_unreadable else no_changes().counts(),
        is_applied=apply and not is_refused,
        is_refused=is_refused,
    )


def _known() -> roster.Known:
    people = Person.objects.filter(source=SOURCE, closed_at=None).values_list("source_id", "profile")
    return roster.Known(
        schools=frozenset(School.objects.filter(source=SOURCE).values_list("source_id", flat=True)),
        people={source_id: Profile(profile) for source_id, profile in people},
        groups=frozenset(ClassGroup.objects.filter(source=SOURCE, closed_at=None).values_list("source_id", flat=True)),
    )


def file_report(name: str, lines: list[Line], findings: Findings) -> FileReport:
    """The lines of one file, counted by their state."""
    warnings, errors = findings.count(name, Level.WARNING), findings.count(name, Level.ERROR)
    return FileReport(
        ok=max(0, len(lines) + 1 - warnings - errors),
        warnings=warnings,
        errors=errors,
        numbers=[WHOLE_FILE, *(line.number for line in lines)],
    )


def _write(changes: Changes) -> None:
    for table in changes.tables():
        rows = table.model._default_manager  # noqa: SLF001  Django documents it, for code that is given a model
        rows.bulk_create(table.added, batch_size=_BATCH)
        rows.bulk_update(table.changed, table.fields, batch_size=_BATCH)
