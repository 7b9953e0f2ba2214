"""The files by which the live class meets the school and the gate (docs/reference/interfaces.md).

Reads are cached by modification time: a room looks every second and almost always costs one ``stat``.
"""

import os
import secrets
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
import structlog

from preau.live.room.register import Register, Roster

T = TypeVar("T")

MAX_FILE_BYTES: Final = 4_194_304
"""A roster of 300 people is 60 kB; the day's waits of a region's school are a few MB."""
MAX_MEMBERS: Final = 600
"""The largest lecture, twice over. One connection a seat: this bounds the connections of a class as well."""
_log = structlog.get_logger("preau.live.published")


class Waits(msgspec.Struct, frozen=True):
    """``at_the_door.json``: subject pseudonym -> (first, last) wall seconds seen waiting today."""

    waits: dict[str, tuple[int, int]] = {}
    v: int = 1


class PublishedFile(Generic[T]):
    """A JSON file that somebody else replaces by rename."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        self._path = path
        self._decoder = msgspec.json.Decoder(kind)
        self._stamp: tuple[int, int] | None = None
        self._value: T | None = None

    def read(self) -> T | None:
        """The content as of now; None when the file is missing. An unreadable one leaves the last good content."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._value = None, None
            return None
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            self._stamp = stamp
            self._reread()
        return self._value

    def _reread(self) -> None:
        try:
            with self._path.open("rb") as file:
                self._value = self._decoder.decode(file.read(MAX_FILE_BYTES))  # cut short, it does not decode
        except (OSError, ValueError) as failure:  # msgspec's errors are ValueErrors
            _log.warning("published.unreadable", file=self._path.name, failure=str(failure))


class Published:
    """The folder ``published/`` as the live room uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waits = PublishedFile(folder / "at_the_door.json", Waits)

    def roster_file(self, live_class: str) -> PublishedFile[Roster]:
        """The roster of a class, to be read again and again."""
        return PublishedFile(self._folder / "rosters" / f"{live_class}.json", Roster)

    def waits(self) -> dict[str, tuple[int, int]]:
        """Who was seen waiting at the gate today."""
        found = self._waits.read()
        return found.waits if found is not None else {}

    def has_register(self, live_class: str) -> bool:
        """Whether the register of the class has been published."""
        return self._register_path(live_class).exists()

    def write_register(self, register: Register) -> None:
        """Publishes a register: readers see the former file or the whole new one."""
        path = self._register_path(register.live_class)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(register))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _register_path(self, live_class: str) -> Path:
        return self._folder / "registers" / f"{live_class}.json"


def is_usable(roster: Roster | None, live_class: str) -> bool:
    """Whether a roster can be trusted for this class: its own, and of a bounded size."""
    return roster is not None and roster.live_class == live_class and len(roster.members) <= MAX_MEMBERS
