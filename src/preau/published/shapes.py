"""What stands in the published files by which the rooms meet: docs/reference/interfaces.md, vectors in docs/protocol.

Each shape is declared here and nowhere else; who writes a file and who reads it import the same Struct. Every file is
one JSON object with its version ``v``. ``decode`` looks at the size, then at the version, then at everything else, and
gives a ``Refused`` for whatever this version of Préau does not know how to read: another version, a missing field, a
value out of its bounds. Unknown fields are ignored, so that a newer writer may add some without a new version.

Pure: no file is opened here (``preau.published.files`` does). Instants are wall-clock seconds since 1970, UTC.
"""

import datetime as dt
from enum import StrEnum
from functools import cache
from typing import Annotated, ClassVar, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

VERSION: Final = 1
"""The version of every shape below. A change that an old reader would misread gives a file the next one."""

MAX_MEMBERS: Final = 600
"""The largest lecture, twice over. One connection a seat: this bounds the connections of a class as well."""
MAX_WAITS: Final = 50_000
"""Card holders waiting in 16 h: the pupils of a hundred schools. The gate's ledger remembers as many."""
MAX_GROUPS: Final = 10_000
"""Class groups of 300 schools, in one file that the gate holds in memory (3 MB)."""
MAX_TEXT_CHARS: Final = 500
"""Names and titles: the school's own columns end at 201 characters; the rest is room for what it may become."""

LESSONS_OF_THE_DAY_FILE: Final = "lessons_of_the_day.json"
AT_THE_DOOR_FILE: Final = "at_the_door.json"

HexId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
"""A UUID of the school (a person, a live class), 32 lower-case hex digits."""
Pseudonym = Annotated[str, Meta(min_length=11, max_length=11)]
"""What ``Keyring.pseudonym`` makes of the id of a person or a class group: 11 characters."""
Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARS)]
SectionCode = Annotated[str, Meta(pattern=r"\A(ecole|college|lycee)\Z")]
"""A section of the school: ``ecole``, ``college`` or ``lycee``."""
Instant = Annotated[int, Meta(ge=0, le=2**40)]
"""Whole seconds since 1970. Source of the upper bound: what JavaScript still counts exactly in milliseconds."""
Duration = Annotated[int, Meta(ge=0, le=2**31)]
"""Whole seconds."""

Status = Literal["present", "late", "left", "at_the_door", "offline", "absent"]
"""What a register says of a pupil. ``at_the_door``: tried and could not get in, which is never an absence."""
Role = Literal["teacher", "pupil"]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One published file. ``v``: its version; ``MAX_BYTES``: a longer file is not read."""

    MAX_BYTES: ClassVar[int] = 0
    v: Literal[1] = VERSION


class RosterMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of a roster.

    Peers are shown ``short_name``, teachers ``full_name``. ``pseudonym``: the name by which the gate knows the person.
    ``seats_from_s``: seats minted before are refused; 0: all are good (the person was never signed out or given a new
    card).
    """

    person: HexId
    role: Role
    full_name: Text
    short_name: Text
    pseudonym: Pseudonym
    seats_from_s: Instant = 0


class Roster(Shape, frozen=True, kw_only=True):
    """Who may enter one live class, and what stands over its door. From the school to the live class.

    ``title`` is the subject taught. ``starts_at_s`` and ``ends_at_s`` are those of the timetable. ``members``: 0 to
    600, the teacher first (unless they have left), then the pupils in the order of the school.
    """

    MAX_BYTES: ClassVar[int] = 1 << 20

    live_class: HexId
    title: Text
    class_group: Text
    section: SectionCode
    starts_at_s: Instant
    ends_at_s: Instant
    members: Annotated[tuple[RosterMember, ...], Meta(max_length=MAX_MEMBERS)]


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the live class saw of one pupil. Instants are None when they never were in class."""

    person: HexId
    status: Status
    first_seen_at_s: Instant | None
    last_seen_at_s: Instant | None
    present_s: Duration


class Register(Shape, frozen=True, kw_only=True):
    """The final register of one live class: one entry per pupil of the roster, in its order. From live to school."""

    MAX_BYTES: ClassVar[int] = 1 << 20

    live_class: HexId
    opened_at_s: Instant
    ended_at_s: Instant
    entries: Annotated[tuple[RegisterEntry, ...], Meta(max_length=MAX_MEMBERS)]


class Waits(Shape, frozen=True, kw_only=True):
    """Who was seen waiting at the gate in the last 16 h. From the gate to the live class.

    ``waits``: pseudonym of a card's holder -> first and last instant of their latest wait. A silence of 15 minutes
    begins another one, so that an afternoon's wait never covers the morning.
    """

    MAX_BYTES: ClassVar[int] = 4 << 20

    waits: Annotated[dict[Pseudonym, tuple[Instant, Instant]], Meta(max_length=MAX_WAITS)]


class OfferedLesson(msgspec.Struct, frozen=True, kw_only=True):
    """One lesson, as it is offered to somebody who waits. ``minutes`` of work; ``url``: a static page of this site."""

    title: Text
    subject: Text
    minutes: Annotated[int, Meta(ge=0, le=600)]
    url: Text
    section: SectionCode


class LessonsOfTheDay(Shape, frozen=True, kw_only=True):
    """The lessons of ``date``, the local day of the installation. From the school to the gate.

    ``groups``: pseudonym of a class group -> its lesson. ``sections``: section -> what an unknown device is offered.
    """

    MAX_BYTES: ClassVar[int] = 4 << 20

    date: dt.date
    groups: Annotated[dict[Pseudonym, OfferedLesson], Meta(max_length=MAX_GROUPS)]
    sections: dict[SectionCode, OfferedLesson]


class Refusal(StrEnum):
    """Why a published file is not used. The text is the stable code of the logs."""

    UNREADABLE = "published_unreadable"
    OVERSIZED = "published_oversized"
    MALFORMED = "published_malformed"
    UNKNOWN_VERSION = "published_version_unknown"


class Refused(msgspec.Struct, frozen=True):
    """A file that was refused. ``detail`` is for the logs: it names the field or the fault, in English."""

    code: Refusal
    detail: str


class _Versioned(msgspec.Struct):
    v: int


T = TypeVar("T", bound=Shape)
_VERSION_OF: Final = msgspec.json.Decoder(_Versioned)


@cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)


def decode(kind: type[T], content: bytes) -> T | Refused:
    """The shape in ``content``, or why there is none. Linear in its length, which ``kind.MAX_BYTES`` bounds."""
    if len(content) > kind.MAX_BYTES:
        return Refused(Refusal.OVERSIZED, f"more than {kind.MAX_BYTES} bytes")
    try:
        version = _VERSION_OF.decode(content).v
        if version != VERSION:
            return Refused(Refusal.UNKNOWN_VERSION, f"version {version}, {VERSION} is read")
        found: T = _decoder(kind).decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        return Refused(Refusal.MALFORMED, str(fault))
    return found


def encode(shape: Shape) -> bytes:
    """The content of the file: the same shape always gives the same bytes."""
    return msgspec.json.encode(shape)


def roster_file(live_class: str) -> str:
    """Where the roster of a live class (32 hex digits) stands in the published folder."""
    return f"rosters/{live_class}.json"


def register_file(live_class: str) -> str:
    """Where the register of a live class (32 hex digits) stands in the published folder."""
    return f"registers/{live_class}.json"
