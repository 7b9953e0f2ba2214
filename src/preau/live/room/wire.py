"""Frames of the server, as JSON text (docs/protocol/live.md). Each is encoded once per audience, never per person.

Two audiences: teachers read full names, evictions and hidden messages; pupils read short names.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

import msgspec

from preau.live.room import facts
from preau.live.room.facts import Event, Fact, kind_of
from preau.live.room.orders import PUPIL_OPS, TEACHER_OPS
from preau.live.room.refusals import Refusal, sentence
from preau.live.room.state import State
from preau.published.shapes import Register, Roster, RosterMember


class Audience(Enum):
    """Who reads a frame."""

    TEACHERS = "teacher"
    PUPILS = "pupil"


class Reader(msgspec.Struct, frozen=True):
    """One seat, as its welcome addresses it."""

    person: str
    audience: Audience


_ENCODER: Final = msgspec.json.Encoder()
_FACT: Final[msgspec.json.Decoder[Fact]] = msgspec.json.Decoder(Fact)


def text(frame: Mapping[str, Any]) -> str:
    """A frame as JSON text."""
    return _ENCODER.encode(frame).decode()


def fact_to_json(fact: Fact) -> bytes:
    """A fact as the journal keeps it; the kind is its ``t``."""
    return _ENCODER.encode(fact)


def fact_from_json(body: bytes) -> Fact:
    """The fact in a line of the journal.

    Raises:
        msgspec.ValidationError: the line was not written by this program.
    """
    return _FACT.decode(body)


def name_of(member: RosterMember, audience: Audience) -> str:
    """The name of a member as this audience reads it."""
    return member.full_name if audience is Audience.TEACHERS else member.short_name


def members(roster: Roster, audience: Audience) -> list[dict[str, str]]:
    """Everybody on the roster."""
    return [{"person": m.person, "role": m.role, "name": name_of(m, audience)} for m in roster.members]


def event(happened: Event, audience: Audience, *, names: Mapping[str, RosterMember], hidden: Sequence[int] = ()) -> str:
    """A durable event. ``hidden``: seqs of messages hidden since, whose text pupils do not get again."""
    body = _body(happened, audience, names, hidden)
    # Who reports somebody is nobody's business among classmates, in the frames as on the screen.
    unnamed = audience is Audience.PUPILS and isinstance(happened.fact, facts.ReportFiled)
    by = facts.SERVER if unnamed else happened.by
    return text({"seq": happened.seq, "t": kind_of(happened.fact), "by": by, "at": happened.at, "d": body})


def _body(
    happened: Event, audience: Audience, names: Mapping[str, RosterMember], hidden: Sequence[int]
) -> dict[str, Any]:
    fact, for_pupils = happened.fact, audience is Audience.PUPILS
    match fact:
        case facts.SeatPresent(person=person):
            member = names.get(person)
            return {"person": person, "name": name_of(member, audience) if member else ""}
        case facts.SeatEvicted() | facts.ReportFiled() if for_pupils:
            return {}
        case facts.ChatMsg() if for_pupils and happened.seq in hidden:
            return {"text": ""}
        case _:
            return {field: getattr(fact, field) for field in fact.__struct_fields__}


def snapshot(state: State, audience: Audience) -> str:
    """The whole state, for one who comes late or fell behind."""
    for_pupils = audience is Audience.PUPILS
    present = (person for person, seat in state.attendance.items() if seat.since_ms is not None)
    chat = [
        {"seq": c.seq, "by": c.by, "at": c.at, "text": "" if c.hidden and for_pupils else c.text, "hidden": c.hidden}
        for c in state.chat
    ]
    body = {
        "opened_at": state.opened_ms,
        "ended_at": state.ended_ms,
        "present": list(present),
        "chat": chat,
        "hands": state.hands,
        "given": state.given,
        "floor": state.floor,
        "locks": state.locks,
        "frozen": state.frozen,
        "voices": state.voices,
    }
    return text({"snapshot": body, "seq": state.seq})


def welcome(reader: Reader, roster: Roster, *, epoch: int, at_ms: int, resume_from: int | None) -> str:
    """The first frame of a seat that is in class; ``resume_from``: the seq that follows, None before a snapshot."""
    member = next(m for m in roster.members if m.person == reader.person)
    ops = TEACHER_OPS if reader.audience is Audience.TEACHERS else PUPIL_OPS
    you = {"person": reader.person, "role": member.role, "name": name_of(member, reader.audience), "can": ops}
    body = {
        "session": roster.live_class,
        "epoch": epoch,
        "you": you,
        "title": roster.title,
        "class_group": roster.class_group,
        "starts_at_s": roster.starts_at_s,
        "ends_at_s": roster.ends_at_s,
        "at_ms": at_ms,
        "from": resume_from,
        "members": members(roster, reader.audience),
    }
    return text({"welcome": body})


def ephemeral(name: str, body: Mapping[str, Any]) -> str:
    """What may be lost."""
    return text({"e": name, "d": body})


def waiting_door(reason: str, roster: Roster) -> str:
    """Told to a pupil who is early, or locked out for now."""
    body = {"reason": reason, "starts_at_s": roster.starts_at_s}
    return ephemeral("waiting_door", body | {"title": roster.title, "class_group": roster.class_group})


def register_frame(live: Register) -> str:
    """The register as it would be if the class ended now, for teachers."""
    return ephemeral("register", {"entries": live.entries})


def speakers(indices: Mapping[str, int], voices: Iterable[str]) -> str:
    """Which index of the voice frames is whom."""
    spoken = [{"index": indices[person], "person": person} for person in voices if person in indices]
    return ephemeral("speakers", {"speakers": spoken})


def ack(op_id: str, seq: int) -> str:
    """A command was accepted."""
    return text({"re": op_id, "seq": seq})


def refused(op_id: str | None, refusal: Refusal) -> str:
    """A command (or, without an id, a frame) was refused."""
    err: dict[str, Any] = {"code": refusal.code, "message": sentence(refusal.code)}
    if refusal.retry_ms is not None:
        err["retry_ms"] = refusal.retry_ms
    return text({"re": op_id, "err": err} if op_id else {"err": err})


def bye(code: int, reason: str) -> str:
    """Said just before closing."""
    return text({"bye": {"code": code, "reason": reason, "message": sentence(reason)}})


def batch(frames: Sequence[str]) -> str:
    """Several frames as one."""
    return frames[0] if len(frames) == 1 else '{"b":[' + ",".join(frames) + "]}"
