"""What can happen in a live class: the durable facts, and the event that carries one in the log.

The tag of each fact is its kind on the wire and in the journal. A kind is never renamed and a field never removed:
old logs are read for a school year.
"""

from typing import Final, Literal

import msgspec

SERVER: Final = "server"
"""``by`` of what nobody in the room did."""

LockName = Literal["chat", "hands", "entry"]
FreezeReason = Literal["teacher", "teacher_away"]


class DoorOpen(msgspec.Struct, frozen=True, tag="door.open", tag_field="t"):
    pass


class SeatPresent(msgspec.Struct, frozen=True, tag="seat.present", tag_field="t"):
    person: str
    teacher: bool


class SeatAbsent(msgspec.Struct, frozen=True, tag="seat.absent", tag_field="t"):
    """``last_at``: the last heartbeat, wall milliseconds; presence is counted up to it and not up to the event."""

    person: str
    last_at: int


class SeatEvicted(msgspec.Struct, frozen=True, tag="seat.evicted", tag_field="t"):
    person: str


class ChatMsg(msgspec.Struct, frozen=True, tag="chat.msg", tag_field="t"):
    text: str


class ChatHide(msgspec.Struct, frozen=True, tag="chat.hide", tag_field="t"):
    seq: int


class HandUp(msgspec.Struct, frozen=True, tag="hand.up", tag_field="t"):
    person: str


class HandDown(msgspec.Struct, frozen=True, tag="hand.down", tag_field="t"):
    person: str


class FloorGive(msgspec.Struct, frozen=True, tag="floor.give", tag_field="t"):
    person: str
    voice: bool


class FloorTake(msgspec.Struct, frozen=True, tag="floor.take", tag_field="t"):
    person: str


class LockSet(msgspec.Struct, frozen=True, tag="lock.set", tag_field="t"):
    what: LockName
    locked: bool


class Frozen(msgspec.Struct, frozen=True, tag="frozen", tag_field="t"):
    on: bool
    reason: FreezeReason


class VoiceStart(msgspec.Struct, frozen=True, tag="voice.start", tag_field="t"):
    person: str


class VoiceStop(msgspec.Struct, frozen=True, tag="voice.stop", tag_field="t"):
    person: str


class ReportFiled(msgspec.Struct, frozen=True, tag="report.filed", tag_field="t"):
    """*Signaler*. ``about``: seq of a chat message, or None."""

    about: int | None
    words: str


class SessionEnd(msgspec.Struct, frozen=True, tag="session.end", tag_field="t"):
    pass


Fact = (
    DoorOpen
    | SeatPresent
    | SeatAbsent
    | SeatEvicted
    | ChatMsg
    | ChatHide
    | HandUp
    | HandDown
    | FloorGive
    | FloorTake
    | LockSet
    | Frozen
    | VoiceStart
    | VoiceStop
    | ReportFiled
    | SessionEnd
)


class Event(msgspec.Struct, frozen=True):
    """One line of the log. ``seq`` from 1 without a gap; ``at`` wall milliseconds, never decreasing along the log."""

    seq: int
    at: int
    by: str
    fact: Fact


def kind_of(fact: Fact) -> str:
    """The kind of a fact, as on the wire and in the journal."""
    return str(type(fact).__struct_config__.tag)
