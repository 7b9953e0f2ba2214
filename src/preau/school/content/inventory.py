"""Walks a folder once and says of every file in it whether it can be read: nothing outside is opened, no link followed.

Caps (a course of a whole year fits ten times): 10 MB a file, 1 MB a Markdown file, 200 MB a folder, 2,000 files.
"""

import os
import re
import stat
import unicodedata
from pathlib import Path
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from preau.school.content.report import FileEntry, Outcome, Problem

MAX_FILE_BYTES: Final = 10_000_000
MAX_MARKDOWN_BYTES: Final = 1_000_000
MAX_FOLDER_BYTES: Final = 200_000_000
MAX_FILES: Final = 2_000
MAX_DEPTH: Final = 8
"""Of folders in folders; a deeper one is a mistake or an attack."""
_DIGITS: Final = re.compile(r"(\d+)")
_IGNORED_NAMES: Final = frozenset({"Thumbs.db", "desktop.ini"})


class Found(msgspec.Struct, frozen=True):
    """A readable file: ``path`` relative to the folder with ``/``; ``size`` in bytes when it was read."""

    path: str
    content: bytes

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix.lower()


class Inventory(msgspec.Struct):
    """``found`` in natural order (2 before 10), ``refused`` with reasons, ``problem`` if the folder is refused."""

    found: list[Found] = []
    refused: list[FileEntry] = []
    problem: Problem | None = None


def natural_key(path: str) -> list[tuple[int, int, str]]:
    """Sorts c2a before c10a, whatever the case: (is text, number, text) per run of digits or letters."""
    parts = _DIGITS.split(path.casefold())
    return [(0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts]


def _refused(path: str, code: str, sentence: str) -> FileEntry:
    return FileEntry(path, Outcome.REFUSED, code, sentence)


def _entries(folder: Path) -> list[tuple[str, os.DirEntry[str]]] | None:
    """(relative path, entry) of everything under the folder that is not a plain folder; None above the cap."""
    listed: list[tuple[str, os.DirEntry[str]]] = []
    waiting = [("", folder)]
    while waiting:
        prefix, current = waiting.pop()
        with os.scandir(current) as scan:
            for entry in scan:
                path = f"{prefix}{entry.name}"
                plain = entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
                if plain and path.count("/") < MAX_DEPTH:
                    waiting.append((f"{path}/", Path(entry.path)))
                else:
                    listed.append((path, entry))
                if len(listed) + len(waiting) > MAX_FILES:
                    return None
    return sorted(listed, key=lambda pair: natural_key(pair[0]))


def shown_path(path: str) -> str:
    r"""The path as it can be written down: a name on Linux is any bytes, ``\xff`` and newlines among them."""
    unwritable = {char for char in path if unicodedata.category(char) in {"Cc", "Cs"}}
    return "".join(char.encode("unicode_escape").decode() if char in unwritable else char for char in path)


def _why_not(path: str, entry: os.DirEntry[str]) -> FileEntry | None:
    name = entry.name
    if shown_path(path) != path:
        return _refused(shown_path(path), "name_not_text", _("Ce nom ne s’écrit pas : renommez le fichier."))
    if name.startswith(".") or name in _IGNORED_NAMES:
        return _refused(path, "hidden", _("Fichier caché ou de service : il ne fait pas partie du cours."))
    if entry.is_symlink():
        return _refused(path, "symbolic_link", _("Lien symbolique : copiez le fichier lui-même."))
    if entry.is_dir(follow_symlinks=False):
        return _refused(path, "too_deep", _("Ce dossier est rangé trop profondément."))
    info = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(info.st_mode):
        return _refused(path, "not_a_file", _("Ce n’est pas un fichier ordinaire."))
    if info.st_size > MAX_FILE_BYTES:
        return _refused(path, "file_too_large", _("Ce fichier dépasse 10 Mo."))
    if name.lower().endswith(".md") and info.st_size > MAX_MARKDOWN_BYTES:
        return _refused(path, "markdown_too_large", _("Ce texte dépasse 1 Mo. Découpez-le en plusieurs séances."))
    return None


def _read(path: str, entry: os.DirEntry[str]) -> Found | FileEntry:
    """Reads without following a link put there since the scan (O_NOFOLLOW), and no further than the cap."""
    try:
        descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError:
        return _refused(path, "unreadable", _("Ce fichier ne peut pas être lu."))
    if len(content) > MAX_FILE_BYTES:
        return _refused(path, "file_too_large", _("Ce fichier dépasse 10 Mo."))
    return Found(path, content)


def take_inventory(folder: Path) -> Inventory:
    """Everything in the folder, read once. Memory: the folder's size, at most 200 MB."""
    if not folder.is_dir():
        return Inventory(problem=Problem("", 0, "not_a_folder", _("Ce dossier n’existe pas.")))
    name = folder.resolve().name
    if shown_path(name) != name:
        return Inventory(problem=Problem("", 0, "name_not_text", _("Ce nom de dossier ne s’écrit pas : changez-le.")))
    listed = _entries(folder)
    if listed is None:
        return Inventory(problem=Problem("", 0, "too_many_files", _("Ce dossier contient plus de 2 000 fichiers.")))
    inventory = Inventory()
    total_bytes = 0
    for path, entry in listed:
        taken = _why_not(path, entry) or _read(path, entry)
        if isinstance(taken, FileEntry):
            inventory.refused.append(taken)
            continue
        total_bytes += len(taken.content)
        if total_bytes > MAX_FOLDER_BYTES:
            return Inventory(problem=Problem("", 0, "folder_too_large", _("Ce dossier dépasse 200 Mo.")))
        inventory.found.append(taken)
    return inventory
