"""``incidents.jsonl`` on disk: appended under a lock, read whatever state its tail is in.

Format: one JSON object per line (``incidents.Entry``), UTF-8, a line feed after each. Writer: takes an exclusive lock,
reads, checks, appends one line with one ``write`` and syncs it, because an operator who saw « publié » must find it
again after a power cut. If the previous writer died in the middle of a line, the next line starts on a fresh line and
the torn one is left where it is: readers skip what is not an entry and count it.

The functions ``open_incident``, ``update_incident``, ``resolve_incident`` and ``correct_incident`` are what the command
line calls; they return the incident id (or the entry's uid), or a ``Refused`` and then nothing was written.
"""

import fcntl
import os
import uuid
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from preau.watch.status.incidents import (
    Entry,
    Impact,
    Incident,
    Refused,
    Stage,
    check_body,
    check_impact,
    check_stage,
    check_title,
    find_open,
    fold,
    next_id,
)

MAX_READ_BYTES: Final = 2 * 1024 * 1024
"""About a thousand full-length messages: years of incidents. Beyond, only the end of the file is read."""

PARIS: Final = ZoneInfo("Europe/Paris")
_decoder: Final = msgspec.json.Decoder(Entry)


class Reading(msgspec.Struct, frozen=True):
    """What could be read: the incidents, and how many lines were not entries (a torn tail, a hand edit)."""

    incidents: tuple[Incident, ...]
    skipped_lines: int = 0


def _tail(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MAX_READ_BYTES))
            data = file.read(MAX_READ_BYTES)
    except FileNotFoundError:
        return b""
    return data if size <= MAX_READ_BYTES else data.partition(b"\n")[2]


def read_incidents(path: Path) -> Reading:
    """The incidents of ``path``, newest first; none when there is no file."""
    entries, skipped = [], 0
    for line in _tail(path).split(b"\n"):
        if not line.strip():
            continue
        try:
            entries.append(_decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            skipped += 1
    return Reading(fold(entries), skipped)


def _append(path: Path, make: Callable[[tuple[Incident, ...]], Entry | Refused]) -> Entry | Refused:
    """Reads, decides and appends under one exclusive lock, so that two operators cannot take the same number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        entry = make(read_incidents(path).incidents)
        if isinstance(entry, Refused):
            return entry
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        torn = size > 0 and file.read(1) != b"\n"
        file.write((b"\n" if torn else b"") + msgspec.json.encode(entry) + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return entry


def open_incident(
    path: Path, *, title: str, body: str, impact: str, now_s: float, zone: tzinfo = PARIS
) -> str | Refused:
    """Opens an incident and returns its readable id (« 2026-11-23-1 »)."""
    refused = check_title(title) or check_body(body) or check_impact(impact)
    if refused:
        return refused

    def make(incidents: tuple[Incident, ...]) -> Entry:
        return Entry(
            kind="open",
            incident=next_id(incidents, now_s, zone),
            uid=uuid.uuid4().hex,
            at_s=now_s,
            title=title.strip(),
            body=body.strip(),
            impact=Impact(impact),
        )

    entry = _append(path, make)
    return entry if isinstance(entry, Refused) else entry.incident


def _add(path: Path, incident_id: str, *, body: str, stage: Stage, now_s: float) -> str | Refused:
    def make(incidents: tuple[Incident, ...]) -> Entry | Refused:
        incident = find_open(incidents, incident_id)
        if isinstance(incident, Refused):
            return incident
        return Entry(
            kind="resolve" if stage is Stage.RESOLVED else "update",
            incident=incident.id,
            uid=uuid.uuid4().hex,
            at_s=now_s,
            body=body.strip(),
            stage=stage,
        )

    refused = check_body(body)
    if refused:
        return refused
    entry = _append(path, make)
    return entry if isinstance(entry, Refused) else entry.uid


def update_incident(path: Path, incident_id: str, *, body: str, stage: str, now_s: float) -> str | Refused:
    """Adds a paragraph to an open incident and returns the uid of the entry. ``stage``: any ``Stage`` but resolved."""
    return check_stage(stage) or _add(path, incident_id, body=body, stage=Stage(stage), now_s=now_s)


def resolve_incident(path: Path, incident_id: str, *, body: str, now_s: float) -> str | Refused:
    """Ends an incident with a last paragraph and returns the uid of the entry."""
    return _add(path, incident_id, body=body, stage=Stage.RESOLVED, now_s=now_s)


def correct_incident(path: Path, incident_id: str, *, message: int, body: str, now_s: float) -> str | Refused:
    """Adds a correction beside message number ``message`` (1 = the opening one), also after the end."""

    def make(incidents: tuple[Incident, ...]) -> Entry | Refused:
        for incident in incidents:
            if incident.id == incident_id and 1 <= message <= len(incident.updates):
                wrong = incident.updates[message - 1]
                return Entry(
                    kind="correct",
                    incident=incident.id,
                    uid=uuid.uuid4().hex,
                    at_s=now_s,
                    body=body.strip(),
                    stage=wrong.stage,
                    corrects=wrong.uid,
                )
        return Refused("incident_message_unknown", f"L’incident « {incident_id} » n’a pas de message numéro {message}.")

    refused = check_body(body)
    if refused:
        return refused
    entry = _append(path, make)
    return entry if isinstance(entry, Refused) else entry.uid
