"""The spool: work handed in while the application does not answer, on disk until it does. One file per request.

A file each, because the house has one durable writer already (fsync, rename, fsync of the folder: what was answered 202
survives a power cut), because a file that is removed leaves nothing of a pupil's words in the free pages of a database,
and because an operator can count, move and delete files. The names give the order and say whose it is, by pseudonym.
Everything is bounded: items, bytes, both for one card, and the disk keeps a reserve for the databases. What was put
aside has bounds of its own: what can never be delivered must not keep a card's new work out.
"""

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
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
MOST_AT_S: Final = 1e12
"""Its milliseconds fill the digits of a name."""


class SpoolLimits(NamedTuple):
    """What waits at most, and as much again of what was put aside."""

    items: int = 20_000
    """Each of 1,200 pupils with 16 answers: an hour of a school's work."""
    most_bytes: int = 512 << 20
    items_per_card: int = 64
    bytes_per_card: int = 8 << 20
    reserve_bytes: int = 128 << 20
    """Of the disk, left to the databases: the application needs room to take this work in."""


class SpoolRefusal(StrEnum):
    """Why something is not kept: the code of the answer. A device keeps its work itself and sends it again."""

    FULL = "spool_full"
    FULL_OF_ONE_CARD = "spool_full_of_one_card"
    DISK_LOW = "spool_disk_low"
    DISK_FAILS = "spool_disk_fails"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it will be sent again. ``subject``: pseudonym of the card that came with it."""

    v: int = 1
    at_s: float
    subject: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.at_s < MOST_AT_S:  # nor is NaN; a file was changed by hand, and no receipt can be signed
            raise ValueError("no instant")

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
        self._waiting_sizes, self._aside_sizes = _sizes(self._folder), _sizes(self._aside)

    def keep(self, kept: Kept) -> SpoolRefusal | None:
        """Writes it down; on return it survives a power cut.

        Raises:
            OSError: the disk refused.
        """
        content = msgspec.msgpack.encode(kept)
        name = f"{int(kept.at_s * 1000):015d}-{kept.subject}-{kept.digest}.work"
        if any(self._still_waits(other) for other in self._waiting_sizes if other.endswith(name[_STAMP_CHARS:])):
            return None
        refusal = self._refused(kept.subject, len(content))
        if refusal is None:
            write_by_rename(self._folder / name, content, durable=True)
            self._waiting_sizes[name] = len(content)
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
        self._waiting_sizes.pop(path.name, None)

    def put_aside(self, path: Path, reason: str) -> list[str]:
        """The application will not have it: kept for the operator, the reason in its name.

        Moved back into the folder it is tried again. Returns the names of the files that had to go for it: the oldest
        aside of the same card, or of the card that has the most there.
        """
        word = re.sub(r"[^0-9a-z_]", "_", reason.lower())[:60] or "refused"
        name = f"{path.name.partition('.')[0]}.{word}.work"
        self._waiting_sizes.pop(path.name, None)
        try:
            path.replace(self._aside / name)
        except FileNotFoundError:  # an operator's hand was faster
            return []
        self._aside_sizes[name] = (self._aside / name).stat().st_size
        return self._make_room_aside(subject_of(name))

    def _make_room_aside(self, subject: str) -> list[str]:
        gone: list[str] = []
        if self._one_too_many(subject) is not None:
            self._aside_sizes = _sizes(self._aside)  # an operator may have made room
        while (oldest := self._one_too_many(subject)) is not None:
            (self._aside / oldest).unlink(missing_ok=True)
            del self._aside_sizes[oldest]
            gone.append(oldest)
        return gone

    def _one_too_many(self, subject: str) -> str | None:
        """The file that has to go first, while there is more aside than may be."""
        limits, aside = self._limits, self._aside_sizes
        own = _of_card(aside, subject)
        if len(own) > limits.items_per_card or sum(own.values()) > limits.bytes_per_card:
            return min(own)
        if len(aside) > limits.items or sum(aside.values()) > limits.most_bytes:
            ((most, _count),) = Counter(map(subject_of, aside)).most_common(1)
            return min(_of_card(aside, most))
        return None

    def _still_waits(self, name: str) -> bool:
        """Whether it is to be delivered: an operator may have taken it away."""
        return (self._folder / name).exists()

    def _refused(self, subject: str, size: int) -> SpoolRefusal | None:
        limits = self._limits
        own = _of_card(self._waiting_sizes, subject)
        if len(own) >= limits.items_per_card or sum(own.values()) + size > limits.bytes_per_card:
            return SpoolRefusal.FULL_OF_ONE_CARD
        if len(self._waiting_sizes) >= limits.items or sum(self._waiting_sizes.values()) + size > limits.most_bytes:
            return SpoolRefusal.FULL
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


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes by the name of the file."""
    return {entry.name: entry.stat().st_size for entry in _entries(folder)}


def _of_card(sizes: Mapping[str, int], subject: str) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if subject_of(name) == subject}


def subject_of(name: str) -> str:
    """The pseudonym of the card in the name of a file."""
    return name[_STAMP_CHARS + 1 : _STAMP_CHARS + 12]
