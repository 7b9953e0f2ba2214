"""Journals of small records, one JSON object per line: appended under a lock, bounded by rotation, read from the end.

A line is written with one ``write`` and synced: who saw it accepted finds it again after a power cut. A torn tail (the
writer died in the middle of a line) is left where it is and passed over by readers. When the file has grown beyond
``MAX_BYTES`` it becomes ``<name>.1``, in place of the one before: at most twice ``MAX_BYTES`` are kept.
"""

import fcntl
import os
from pathlib import Path
from typing import Final, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

MAX_BYTES: Final = 256 << 10
"""Some 2,000 lines: years of orders, a bad week of a ladder that changes every five minutes."""


def append_line(path: Path, record: msgspec.Struct, *, max_bytes: int = MAX_BYTES) -> None:
    """Appends ``record``; several processes may do so at once.

    Raises:
        OSError: it could not be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a file of its own: the journal itself is renamed
        if path.exists() and path.stat().st_size >= max_bytes:
            path.replace(_former(path))
        with path.open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            torn = size > 0 and file.read(1) != b"\n"
            file.write((b"\n" if torn else b"") + msgspec.json.encode(record) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def last_lines(path: Path, kind: type[T], *, limit: int, max_bytes: int = MAX_BYTES) -> tuple[T, ...]:
    """The last records, newest first, at most ``limit``; lines that are none are passed over."""
    found: list[T] = []
    decoder = msgspec.json.Decoder(kind)
    for part in (path, _former(path)):
        for line in reversed(_tail(part, 2 * max_bytes).split(b"\n")):
            if len(found) == limit:
                return tuple(found)
            try:
                found.append(decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue  # empty, torn, or written by hand
    return tuple(found)


def _former(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def _tail(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most_bytes))
            return file.read(most_bytes)
    except FileNotFoundError:
        return b""
