"""The two files by which the school and the live class meet: docs/reference/interfaces.md, *roster* and *register*."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

REGISTER_LIMIT_BYTES = 1 << 20
"""A register of 1,000 entries is 150 kB: more is not a register."""

Status = Literal["present", "late", "left", "at_the_door", "offline", "absent"]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Someone of the roster. ``subject``: the pseudonym the gate knows them by."""

    person: str
    role: Literal["teacher", "pupil"]
    full_name: str
    short_name: str
    subject: str


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Who may enter one live class, and what stands over its door."""

    v: int = 1
    live_class: str
    title: str
    class_group: str
    section: str
    starts_at_s: int
    ends_at_s: int
    members: tuple[Member, ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What the live class saw of one pupil."""

    person: str
    status: Status
    first_seen_at_s: int | None = None
    last_seen_at_s: int | None = None
    present_s: int = 0


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """The final register of a live class."""

    v: int
    live_class: str
    opened_at_s: int
    ended_at_s: int
    entries: tuple[Entry, ...]


def write_roster(published: Path, roster: Roster) -> None:
    """Writes the roster, unless it is there already; by rename: a reader sees the former one or this one, whole."""
    folder = published / "rosters"
    target, content = folder / f"{roster.live_class}.json", msgspec.json.encode(roster)
    if target.is_file() and target.read_bytes() == content:
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=folder, prefix=".roster-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(scratch).replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(scratch).unlink()
        raise


def read_register(published: Path, live_class: UUID) -> Register | None:
    """The register, or None as long as there is none that can be read."""
    try:
        with (published / "registers" / f"{live_class.hex}.json").open("rb") as file:
            register = msgspec.json.decode(file.read(REGISTER_LIMIT_BYTES), type=Register)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return register if register.live_class == live_class.hex else None
