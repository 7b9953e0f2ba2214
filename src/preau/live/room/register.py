"""The register (*appel*): a status for every pupil of the roster, from the log and from who was seen at the gate.

A pupil who tried and could not get in is *at the door*, never *absent*: the platform does not blame pupils for itself.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, Literal

import msgspec

from preau.live.room.state import Attendance, State

LATE_MS: Final = 300_000
"""First seen more than five minutes after the start (or the opening, if later) is late."""
LEFT_MS: Final = 300_000
"""Last seen more than five minutes before the end is left."""
DOOR_BEFORE_S: Final = 1_800
"""Waiting at the gate counts for this class from half an hour before its start."""

Status = Literal["present", "late", "left", "at_the_door", "offline", "absent"]


class Member(msgspec.Struct, frozen=True):
    """One line of the roster (docs/reference/interfaces.md). ``subject``: the pseudonym the gate knows."""

    person: str
    role: Literal["teacher", "pupil"]
    full_name: str
    short_name: str
    subject: str


class Roster(msgspec.Struct, frozen=True):
    """Who belongs to a live class. Instants in wall seconds; ``members`` in the order of the school."""

    live_class: str
    title: str
    class_group: str
    section: str
    starts_at_s: int
    ends_at_s: int
    members: tuple[Member, ...]
    v: int = 1


class Entry(msgspec.Struct, frozen=True):
    """One pupil of the register. Instants in wall seconds, None when never in class; ``present_s`` whole seconds."""

    person: str
    status: Status
    first_seen_at_s: int | None
    last_seen_at_s: int | None
    present_s: int


class Register(msgspec.Struct, frozen=True):
    """The published register of one class."""

    live_class: str
    opened_at_s: int
    ended_at_s: int
    entries: tuple[Entry, ...]
    v: int = 1


class Door(msgspec.Struct, frozen=True):
    """Who was seen waiting: ``waits`` subject -> (first, last) wall seconds, at the gate; ``persons`` at the room."""

    waits: Mapping[str, tuple[int, int]] = {}
    persons: AbstractSet[str] = frozenset()


def register(state: State, roster: Roster, door: Door, *, now_ms: int) -> Register:
    """The register at ``now_ms``, which counts as the end while the class goes on.

    Exactly one entry per pupil of the roster, in its order. ``left`` outweighs ``late``: it is the last thing known.
    """
    end_ms = state.ended_ms if state.ended_ms is not None else max(now_ms, state.at_ms)
    opened_ms = state.opened_ms if state.opened_ms is not None else end_ms
    pupils = (member for member in roster.members if member.role == "pupil")
    entries = tuple(_entry(member, state, roster, door, end_ms=end_ms) for member in pupils)
    return Register(roster.live_class, opened_ms // 1000, end_ms // 1000, entries)


def _entry(member: Member, state: State, roster: Roster, door: Door, *, end_ms: int) -> Entry:
    seen = state.attendance.get(member.person)
    if seen is None:
        status: Status = "at_the_door" if _was_at_the_door(member, roster, door) else "absent"
        return Entry(member.person, status, None, None, 0)
    last_ms, total_ms = _closed(seen, end_ms)
    start_ms = max(roster.starts_at_s * 1000, state.opened_ms or 0)
    status = "present"
    if seen.first_ms > start_ms + LATE_MS:
        status = "late"
    if last_ms < min(end_ms, max(roster.ends_at_s * 1000, start_ms)) - LEFT_MS:
        status = "left"
    return Entry(member.person, status, seen.first_ms // 1000, last_ms // 1000, total_ms // 1000)


def _closed(seen: Attendance, end_ms: int) -> tuple[int, int]:
    """Last instant and total of presence if the class ends at ``end_ms``, in milliseconds."""
    if seen.since_ms is None:
        return seen.last_ms, seen.total_ms
    last_ms = max(end_ms, seen.since_ms)
    return last_ms, seen.total_ms + last_ms - seen.since_ms


def _was_at_the_door(member: Member, roster: Roster, door: Door) -> bool:
    if member.person in door.persons:
        return True
    wait = door.waits.get(member.subject)
    return wait is not None and wait[1] >= roster.starts_at_s - DOOR_BEFORE_S and wait[0] <= roster.ends_at_s
