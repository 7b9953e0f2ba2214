"""Reads a folder of OneRoster CSV files into lines, and trusts nothing in it.

Only files of fixed names are opened: nothing in the folder says a path. Each must be a plain file, of bounded size,
in UTF-8 (with or without a byte order mark), with the columns it needs. What is wrong is a finding, never an exception.
"""

import csv
import io
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from preau.school.directory.oneroster.columns import MANIFEST, READ, REQUIRED, STANDARD_UNREAD
from preau.school.directory.oneroster.findings import WHOLE_FILE, Findings

MAX_FILE_BYTES: Final = 64 << 20
"""400,000 enrolments of 150 bytes are 60 MB: an académie, in one file."""
MAX_LINES: Final = 500_000
MAX_COLUMNS: Final = 200
MAX_CELL_CHARS: Final = 4_000
"""The longest lawful cell is a list of a pupil's agents; ten ids of 255 characters."""
_SHOWN_COLUMNS: Final = 10

VERSIONS: Final = ("1.0", "1.1", "1.2")
MODES: Final = ("bulk", "delta", "absent")


class Line(msgspec.Struct, frozen=True):
    """A line of a file: its number (the heading is 1) and its cells by column, stripped; missing ones are empty."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """The lines by file, and which of the files are complete (*bulk*: who is missing has left)."""

    lines: dict[str, list[Line]]
    bulk: frozenset[str]


def read_folder(folder: Path, findings: Findings) -> Tables:
    """Every file of the folder that the import knows."""
    if not folder.is_dir():
        findings.reject(MANIFEST, WHOLE_FILE, "not_a_folder", "Ce dossier n’existe pas ou n’est pas un dossier.")
        return Tables(lines={}, bulk=frozenset())
    modes = _modes(folder, findings)
    has_manifest = bool(modes)
    lines: dict[str, list[Line]] = {}
    for name in REQUIRED:
        is_there = (folder / f"{name}.csv").exists() or (folder / f"{name}.csv").is_symlink()
        mode = modes.get(name, "bulk" if is_there and not has_manifest else "absent")
        if mode == "absent":
            if is_there:
                findings.warn(name, WHOLE_FILE, "file_not_announced", "Fichier absent du manifeste : il n’est pas lu.")
            continue
        modes[name] = mode
        lines[name] = list(_lines(folder, name, findings)) if is_there else _missing(name, findings)
    if not lines:
        findings.reject(MANIFEST, WHOLE_FILE, "nothing_to_read", "Aucun fichier OneRoster dans ce dossier.")
    return Tables(lines=lines, bulk=frozenset(name for name, mode in modes.items() if mode == "bulk" and name in lines))


def _missing(name: str, findings: Findings) -> list[Line]:
    findings.reject(name, WHOLE_FILE, "file_missing", "Le manifeste annonce ce fichier et il manque.")
    return []


def _modes(folder: Path, findings: Findings) -> dict[str, str]:
    """File -> mode, from the manifest; empty without one."""
    if not (folder / f"{MANIFEST}.csv").exists():
        findings.warn(
            MANIFEST, WHOLE_FILE, "no_manifest", "Pas de manifeste : chaque fichier présent est lu comme complet."
        )
        return {}
    text = _text(folder, MANIFEST, findings)
    properties: dict[str, str] = {}
    for number, cells in read_cells(text or "", delimiter=",", name=MANIFEST, findings=findings):
        if len(cells) >= 2 and number > 1:  # noqa: PLR2004  property and value
            properties[cells[0].strip()] = cells[1].strip()
    version = properties.get("oneroster.version", "")
    if version not in VERSIONS:
        findings.warn(MANIFEST, WHOLE_FILE, "unknown_version", "Version de OneRoster inconnue : lue comme la 1.2.")
    modes = {key[5:]: value for key, value in properties.items() if key.startswith("file.")}
    for name, mode in modes.items():
        if name in REQUIRED and mode not in MODES:
            findings.reject(MANIFEST, WHOLE_FILE, "unknown_mode", f"{name} : ni « bulk », ni « delta », ni « absent ».")
        elif name not in REQUIRED and mode in {"bulk", "delta"}:
            findings.warn(MANIFEST, WHOLE_FILE, "file_not_used", f"{shown(name)} : ce fichier n’est pas utilisé.")
    return {name: mode for name, mode in modes.items() if name in REQUIRED and mode in MODES}


def read_plain_file(path: Path, *, name: str, findings: Findings, max_bytes: int = MAX_FILE_BYTES) -> bytes | None:
    """What is in the file, if it is a plain one of bounded size that may be text; None with a finding on ``name``."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        findings.reject(name, WHOLE_FILE, "not_a_plain_file", "Ce n’est pas un fichier ordinaire (lien ou autre).")
        return None
    if status.st_size > max_bytes:
        findings.reject(name, WHOLE_FILE, "file_too_big", f"Fichier de plus de {max_bytes >> 20} Mo.")
        return None
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if b"\x00" in content:
        findings.reject(name, WHOLE_FILE, "nul_byte", "Ce fichier contient des octets nuls : ce n’est pas du texte.")
        return None
    return content


def _text(folder: Path, name: str, findings: Findings) -> str | None:
    content = read_plain_file(folder / f"{name}.csv", name=name, findings=findings)
    if content is None:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        findings.reject(name, number, "not_utf8", "Ce fichier n’est pas en UTF-8. Réexportez-le dans cet encodage.")
        return None


def read_cells(
    text: str, *, delimiter: str, name: str, findings: Findings, max_lines: int = MAX_LINES
) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that has any."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if reader.line_num > max_lines:
                findings.reject(name, reader.line_num, "too_many_lines", f"Fichier de plus de {max_lines} lignes.")
                return
            if any(cells):
                yield reader.line_num, cells
    except csv.Error:
        findings.reject(
            name, reader.line_num, "malformed_csv", "Guillemets mal fermés : le fichier ne se lit plus ici."
        )


def _lines(folder: Path, name: str, findings: Findings) -> Iterator[Line]:
    text = _text(folder, name, findings)
    if text is None:
        return
    first = text.split("\n", 1)[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    columns: list[str] = []
    for number, cells in read_cells(text, delimiter=delimiter, name=name, findings=findings):
        if not columns:
            columns = _heading(cells, name, findings)
            if findings.is_refused(name, WHOLE_FILE):
                return
            continue
        yield read_line(cells, columns=columns, number=number, name=name, findings=findings)
    if not columns:
        findings.warn(name, WHOLE_FILE, "empty_file", "Ce fichier est vide, sans même un en-tête.")


def read_line(cells: list[str], *, columns: list[str], number: int, name: str, findings: Findings) -> Line:
    """The cells by column; too many, too long and too few are findings."""
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        findings.refuse(name, number, "too_many_cells", "Cette ligne a plus de cellules que l’en-tête.")
    elif max(map(len, cells)) > MAX_CELL_CHARS:
        findings.refuse(name, number, "cell_too_long", f"Une cellule a plus de {MAX_CELL_CHARS} caractères.")
    elif len(cells) < len(columns):
        findings.warn(name, number, "short_line", "Il manque des cellules à la fin : elles sont lues comme vides.")
    return Line(number, {column: cell.strip() for column, cell in zip(columns, cells, strict=False)})


def _heading(cells: list[str], name: str, findings: Findings) -> list[str]:
    """The columns, spelled as in the standard."""
    if len(cells) > MAX_COLUMNS:
        findings.reject(name, WHOLE_FILE, "too_many_columns", f"Plus de {MAX_COLUMNS} colonnes.")
        return cells
    spelling = {column.casefold(): column for column in READ[name]}
    columns = [spelling.get(cell.strip().casefold(), cell.strip()) for cell in cells]
    missing = sorted(REQUIRED[name] - set(columns))
    if missing:
        findings.reject(name, WHOLE_FILE, "missing_column", f"Colonne absente : {', '.join(missing)}.")
    double = sorted({column for column in columns if column in READ[name] and columns.count(column) > 1})
    if double:
        findings.reject(name, WHOLE_FILE, "duplicate_column", f"Colonne en double : {', '.join(double)}.")
    unknown = [column for column in columns if column and column not in READ[name] | STANDARD_UNREAD]
    if unknown:
        names = ", ".join(shown(column) for column in unknown[:_SHOWN_COLUMNS])
        findings.warn(name, WHOLE_FILE, "unknown_columns", f"Colonnes inconnues, non lues ({len(unknown)}) : {names}.")
    return columns


def shown(text: str, chars: int = 40) -> str:
    """What a file says, fit to be printed in a message: bounded, without control characters."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return printable if len(printable) <= chars else f"{printable[: chars - 1]}…"
