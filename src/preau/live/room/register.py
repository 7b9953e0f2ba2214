"""The register (*appel*): a status for every pupil of the roster, from the log and from who was seen at the gate.

A pupil who tried and could not get in is *at the door*, never *absent*: the platform does not blame pupils for itself.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from preau.live.room.state import Attendance, Report, State
from preau.published.shapes import Register, RegisterEntry, ReportEntry, Roster, RosterMember, Status

LATE_MS: Final = 300_000
"""First seen more than five minutes after the start (or the opening, if later) is late."""
LEFT_MS: Final = 300_000
"""Last seen more than five minutes before the end is left."""
DOOR_BEFORE_S: Final = 1_800
"""Waiting at the gate counts for this class from half an hour before its start."""


class Door(msgspec.Struct, frozen=True):
    """Who was seen waiting: ``waits`` pseudonym -> (first, last) wall seconds, at the gate; ``persons`` at the room."""

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
    return Register(
        live_class=roster.live_class, opened_at_s=opened_ms // 1000, ended_at_s=end_ms // 1000, entries=entries,
        reports=tuple(_report(report) for report in state.reports),
    )  # fmt: skip


def _report(report: Report) -> ReportEntry:
    return ReportEntry(
        at_s=report.at // 1000, by=report.by, about=report.about, message=report.message, words=report.words
    )


def _entry(member: RosterMember, state: State, roster: Roster, door: Door, *, end_ms: int) -> RegisterEntry:
    seen = state.attendance.get(member.person)
    if seen is None:
        status: Status = "at_the_door" if _was_at_the_door(member, roster, door) else "absent"
        return RegisterEntry(
            person=member.person, status=status, first_seen_at_s=None, last_seen_at_s=None, present_s=0
        )
    last_ms, total_ms = _closed(seen, end_ms)
    start_ms = max(roster.starts_at_s * 1000, state.opened_ms or 0)
    status = "present"
    if seen.first_ms > start_ms + LATE_MS:
        status = "late"
    if last_ms < min(end_ms, max(roster.ends_at_s * 1000, start_ms)) - LEFT_MS:
        status = "left"
    return RegisterEntry(
        person=member.person,
        status=status,
        first_seen_at_s=seen.first_ms // 1000,
        last_seen_at_s=last_ms // 1000,
        present_s=total_ms // 1000,
    )


def _closed(seen: Attendance, end_ms: int) -> tuple[int, int]:
    """Last instant and total of presence if the class ends at ``end_ms``, in milliseconds."""
    if seen.since_ms is None:
        return seen.last_ms, seen.total_ms
    last_ms = max(end_ms, seen.since_ms)
    return last_ms, seen.total_ms + last_ms - seen.since_ms


def _was_at_the_door(member: RosterMember, roster: Roster, door: Door) -> bool:
    if member.person in door.persons:
        return True
    wait = door.waits.get(member.pseudonym)
    return wait is not None and wait[1] >= roster.starts_at_s - DOOR_BEFORE_S and wait[0] <= roster.ends_at_s
