"""The spool: work handed in while the application does not answer, on disk until it does. One file per request.

A file each, because the house has one durable writer already (fsync, rename, fsync of the folder: what was answered 202
survives a power cut), because a file that is removed leaves nothing of a pupil's words in the free pages of a database,
and because an operator can count, move and delete files. The names give the order and say whose it is, by pseudonym.
Everything is bounded: items, bytes, both for one card, and the disk keeps a reserve for the databases.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from preau.published.files import write_by_rename

FOLDER: Final = "spool"
ASIDE: Final = "aside"
_NAME: Final = re.compile(r"\d{15}-[0-9A-Za-z_-]{11}-[0-9a-f]{16}(\.[0-9a-z_]{1,60})?\.work")
"""Milliseconds, pseudonym of the card, digest; then why it was put aside."""
_STAMP_CHARS: Final = 15


class SpoolLimits(NamedTuple):
    """What the folder may hold, items put aside included."""

    items: int = 20_000
    """Each of 1,200 pupils with 16 answers: an hour of a school's work."""
    most_bytes: int = 512 << 20
    items_per_card: int = 64
    bytes_per_card: int = 8 << 20
    reserve_bytes: int = 128 << 20
    """Of the disk, left to the databases: the application needs room to take this work in."""


class SpoolRefusal(StrEnum):
    """Why something is not kept: what the sender is then told is what it was before there was a spool."""

    FULL = "spool_full"
    FULL_OF_ONE_CARD = "spool_full_of_one_card"
    DISK_LOW = "spool_disk_low"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it will be sent again. ``subject``: pseudonym of the card that came with it."""

    v: int = 1
    at_s: float
    subject: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def digest(self) -> str:
        """Of everything but the instant: the same sent twice is one item."""
        same = msgspec.structs.replace(self, at_s=0.0)
        return hashlib.sha256(msgspec.msgpack.encode(same)).hexdigest()[:16]


class Spool:
    """The folder. Its methods touch the disk: call them from a thread, always the same one.

    Args:
        folder: of this spool alone, in one process at a time; made when missing.
        limits: what it may hold.
        free_bytes: of the disk on which it is.
    """

    def __init__(
        self,
        folder: Path,
        limits: SpoolLimits = SpoolLimits(),  # noqa: B008  immutable
        *,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._folder, self._aside = folder, folder / ASIDE
        self._limits = limits
        self._free_bytes = free_bytes
        self.look()

    def look(self) -> None:
        """Counts again what is there: an operator may have moved or deleted files."""
        for folder in (self._folder, self._aside):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = (entry for folder in (self._folder, self._aside) for entry in _entries(folder))
        self._sizes = {_item_of(entry.name): entry.stat().st_size for entry in found}

    def keep(self, kept: Kept) -> SpoolRefusal | None:
        """Writes it down; on return it survives a power cut.

        Raises:
            OSError: the disk refused.
        """
        content = msgspec.msgpack.encode(kept)
        item = f"{int(kept.at_s * 1000):015d}-{kept.subject}-{kept.digest}"
        if any(self._waits(other) for other in self._sizes if other.endswith(item[_STAMP_CHARS:])):
            return None
        refusal = self._refused(kept.subject, len(content))
        if refusal is None:
            write_by_rename(self._folder / f"{item}.work", content, durable=True)
            self._sizes[item] = len(content)
        return refusal

    def waiting(self) -> list[Path]:
        """What waits for the application, oldest first."""
        return sorted(path for path in self._folder.iterdir() if _NAME.fullmatch(path.name))

    @staticmethod
    def read(path: Path) -> Kept | None:
        """One item; None when it is gone, or not one."""
        try:
            return msgspec.msgpack.decode(path.read_bytes(), type=Kept)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def done(self, path: Path) -> None:
        """The application has it: nothing of it stays here."""
        path.unlink(missing_ok=True)
        self._sizes.pop(_item_of(path.name), None)

    def put_aside(self, path: Path, reason: str) -> None:
        """The application will not have it: kept for the operator, the reason in its name.

        Moved back into the folder it is tried again.
        """
        word = re.sub(r"[^0-9a-z_]", "_", reason.lower())[:60] or "refused"
        with suppress(FileNotFoundError):  # an operator's hand was faster
            path.replace(self._aside / f"{_item_of(path.name)}.{word}.work")

    def _waits(self, item: str) -> bool:
        """Whether it is to be delivered: what was put aside is not."""
        return (self._folder / f"{item}.work").exists()

    def _refused(self, subject: str, size: int) -> SpoolRefusal | None:
        limits = self._limits
        if len(self._sizes) >= limits.items or sum(self._sizes.values()) + size > limits.most_bytes:
            return SpoolRefusal.FULL
        own = [other for item, other in self._sizes.items() if subject_of(item) == subject]
        if len(own) >= limits.items_per_card or sum(own) + size > limits.bytes_per_card:
            return SpoolRefusal.FULL_OF_ONE_CARD
        if self._free_bytes(self._folder) - size < limits.reserve_bytes:
            return SpoolRefusal.DISK_LOW
        return None


class SpoolCounts(NamedTuple):
    """Items that wait for the application, and items put aside for the operator."""

    waiting: int
    aside: int


def counted(folder: Path) -> SpoolCounts:
    """How much is there, read from the names alone: any process may ask."""
    return SpoolCounts(*(sum(1 for _ in _entries(part)) for part in (folder, folder / ASIDE)))


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if _NAME.fullmatch(entry.name))
    except (FileNotFoundError, NotADirectoryError):
        return


def _item_of(name: str) -> str:
    return name.partition(".")[0]


def subject_of(item: str) -> str:
    """The pseudonym of the card in the name of an item or of its file."""
    return item[_STAMP_CHARS + 1 : _STAMP_CHARS + 12]
