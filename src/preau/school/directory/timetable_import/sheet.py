"""Reads the file of a timetable into lines, and trusts nothing in it. What is wrong is a finding, never an exception.

Spreadsheets in French write semicolons, a byte order mark or the encoding of Windows: all three are read.
"""

from pathlib import Path
from typing import Final

from preau.school.directory.oneroster.findings import WHOLE_FILE, Findings
from preau.school.directory.oneroster.tables import (
    MAX_COLUMNS,
    Line,
    read_cells,
    read_line,
    read_plain_file,
    shown,
)
from preau.school.directory.timetable_import.columns import END, MINUTES, REQUIRED, column_of

MAX_FILE_BYTES: Final = 4 << 20
MAX_LINES: Final = 20_000
"""A lycée of 60 classes with half groups has 4,000 lessons a week: five such schools in one file."""
_DELIMITERS: Final = (";", "\t", ",")
_SHOWN_COLUMNS: Final = 10


def read_sheet(path: Path, name: str, findings: Findings) -> list[Line]:
    """The lines below the heading, by the columns of ``columns.READ``. ``name``: of the file, in the findings."""
    text = _text(path, name, findings)
    if text is None:
        return []
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    columns: list[str] = []
    lines: list[Line] = []
    for number, cells in read_cells(text, delimiter=delimiter, name=name, findings=findings, max_lines=MAX_LINES):
        if not any(cell.strip() for cell in cells):
            continue
        if columns:
            lines.append(read_line(cells, columns=columns, number=number, name=name, findings=findings))
            continue
        columns = _heading(cells, name, findings)
        if findings.is_unreadable:
            return []
    if not columns and not findings.is_unreadable:
        findings.reject(name, WHOLE_FILE, "empty_file", "Ce fichier est vide, sans même un en-tête.")
    return lines


def _text(path: Path, name: str, findings: Findings) -> str | None:
    content = read_plain_file(path, name=name, findings=findings, max_bytes=MAX_FILE_BYTES)
    if content is None:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        sentence = "Ce fichier n’est pas en UTF-8 : il est lu comme un fichier de Windows. Vérifiez les accents."
        findings.warn(name, WHOLE_FILE, "read_as_windows", sentence)
        return content.decode("cp1252", errors="replace")


def _heading(cells: list[str], name: str, findings: Findings) -> list[str]:
    """The columns by the names that they have here; unknown ones keep theirs and are never asked for."""
    if len(cells) > MAX_COLUMNS:
        findings.reject(name, WHOLE_FILE, "too_many_columns", f"Plus de {MAX_COLUMNS} colonnes.")
        return cells
    known = [column_of(cell) for cell in cells]
    missing = [column for column in REQUIRED if column not in known]
    if MINUTES not in known and END not in known:
        missing.append(f"{MINUTES} ou {END}")
    if missing:
        findings.reject(name, WHOLE_FILE, "missing_column", f"Colonne absente : {', '.join(missing)}.")
    double = sorted({column for column in known if column and known.count(column) > 1})
    if double:
        findings.reject(name, WHOLE_FILE, "duplicate_column", f"Colonne en double : {', '.join(double)}.")
    unknown = [cell for cell, column in zip(cells, known, strict=True) if column is None and cell.strip()]
    if unknown:
        names = ", ".join(shown(cell) for cell in unknown[:_SHOWN_COLUMNS])
        findings.warn(name, WHOLE_FILE, "unknown_columns", f"Colonnes inconnues, non lues ({len(unknown)}) : {names}.")
    return [column or f"? {cell}" for cell, column in zip(cells, known, strict=True)]
