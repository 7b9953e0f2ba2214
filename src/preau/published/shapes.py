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
MAX_REPORTS: Final = 100
MAX_WAITS: Final = 50_000
"""Card holders waiting in 16 h: the pupils of a hundred schools. The gate's ledger remembers as many."""
MAX_GROUPS: Final = 10_000
"""Class groups of 300 schools, in one file that the gate holds in memory (3 MB)."""
MAX_TEXT_CHARS: Final = 500
"""Names and titles: the school's own columns end at 201 characters; the rest is room for what it may become."""

MAX_CAPACITY: Final = 1_000_000
"""People inside at once: the bound of the option ``PREAU_CAPACITY`` too."""
MAX_PRE_OPEN_S: Final = 3600
"""A card tells the lessons of this hour and of the next one: nobody can be known to be early by more than an hour."""
HISTORY_STEP_S: Final = 5
HISTORY_POINTS: Final = 180
"""Fifteen minutes: as many points as a chart on a phone has pairs of pixels."""

LESSONS_OF_THE_DAY_FILE: Final = "lessons_of_the_day.json"
EXPECTED_ARRIVALS_FILE: Final = "expected_arrivals.json"
AT_THE_DOOR_FILE: Final = "at_the_door.json"
GATE_ORDERS_FILE: Final = "gate_orders.json"
GATE_REPORT_FILE: Final = "gate_report.json"
GATE_HISTORY_FILE: Final = "gate_history.json"
LADDER_FILE: Final = "ladder.jsonl"
"""In the data folder, beside the published ones: a journal stays where it is written."""

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


class ReportEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One *Signaler* of a live class. ``about``: who had written the ``message``, None where none was meant."""

    at_s: Instant
    by: HexId
    about: HexId | None
    message: Annotated[str, Meta(max_length=500)]
    words: Annotated[str, Meta(max_length=500)]


class Register(Shape, frozen=True, kw_only=True):
    """The final register of one live class: one entry per pupil of the roster, in its order. From live to school.

    ``reports``: the first hundred, in order; they are read by who answers for the class, never by classmates.
    """

    MAX_BYTES: ClassVar[int] = 1 << 20

    live_class: HexId
    opened_at_s: Instant
    ended_at_s: Instant
    entries: Annotated[tuple[RegisterEntry, ...], Meta(max_length=MAX_MEMBERS)]
    reports: Annotated[tuple[ReportEntry, ...], Meta(max_length=MAX_REPORTS)] = ()


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


class ExpectedArrivals(Shape, frozen=True, kw_only=True):
    """How many people the timetable lets expect, minute by minute. From the school to the gate. Not durable.

    ``per_minute``: people who come in the minutes from ``first_minute_s`` on; of the time before and after nothing is
    known: a file that nobody wrote again says nothing about now.
    """

    MAX_BYTES: ClassVar[int] = 32 << 10

    first_minute_s: Instant
    per_minute: Annotated[list[Annotated[float, Meta(ge=0, le=1e9)]], Meta(max_length=1440)]

    def per_s(self, now_s: float) -> float | None:
        """People expected per second at ``now_s``; None: not known."""
        minute = int(now_s - self.first_minute_s) // 60
        return self.per_minute[minute] / 60 if 0 <= minute < len(self.per_minute) else None


Mode = Literal["auto", "open", "closed", "drain"]
"""What operators have the gate do. ``auto``: the porter's rules; ``open``: everybody is called; ``closed``: nobody of
lanes 1 to 3 is; ``drain``: nobody new is, who was called may still come. Who is inside stays, whatever the mode."""
Level = Annotated[int, Meta(ge=0, le=5)]
"""A level of the ladder: ``preau.published.gate_words`` names them."""
Lane = Annotated[str, Meta(pattern=r"\A[0-3]\Z")]
"""A lane as the key of an object."""
Count = Annotated[int, Meta(ge=0, le=2**53)]
Rate = Annotated[float, Meta(ge=0, le=1e9)]
"""Per second, unless the field says otherwise."""
Line = Annotated[str, Meta(max_length=200)]
"""One line that somebody typed, or a code."""
Capacity = Annotated[int, Meta(ge=0, le=MAX_CAPACITY)]


class GateOrders(Shape, frozen=True, kw_only=True):
    """What operators have ordered, as a whole. From `preau gate …` and the operators' page to the porter.

    ``capacity``: people of lanes 1 to 3 inside at once, None as the option says. ``pre_open_s``: while there is a
    queue, a class is called so many seconds before its lesson at the earliest. ``by``: who gave the last order, for
    the journal; ``reason``: why, in their words. No file: ``NO_ORDERS``.
    """

    MAX_BYTES: ClassVar[int] = 4 << 10

    capacity: Annotated[int, Meta(ge=1, le=MAX_CAPACITY)] | None
    mode: Mode
    pre_open_s: Annotated[int, Meta(ge=0, le=MAX_PRE_OPEN_S)]
    by: Line
    at_s: Instant
    reason: Line


NO_ORDERS: Final = GateOrders(capacity=None, mode="auto", pre_open_s=1800, by="", at_s=0, reason="")
"""What holds as long as nobody has ordered anything."""


class GateResource(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that entries cost. None: not measured.

    ``capacity_per_s`` and ``background_per_s``: operations done at most, and for people who are already inside;
    ``queue_ms``: how long an operation waits for its turn, mean; ``work_per_entry``: operations that one entry costs.
    """

    capacity_per_s: Rate | None
    queue_ms: Rate | None
    work_per_entry: Rate | None
    background_per_s: Rate | None


class GateReport(Shape, frozen=True, kw_only=True):
    """One second of the gate in figures. From the porter to the operators' page and the metrics. Not durable.

    ``arrivals`` and ``admitted``: by lane, places given to people who had none since the engine began, and claims
    granted since its ledger did. ``started_at_s``: when the porter began.
    ``waiting``: by lane, (low, best, high): 19 in 20 times the number lies between; all equal when everybody was
    counted. ``rate_per_s``: entries planned; ``claims_per_s``: the limit above which claims are refused; None: no
    controller says. ``bound_by``: the key of the resource that bounds the rate, or empty. ``no_show``: share of the
    called who do not come. ``level_reason``: a code of ``gate_words``, or empty. ``verdict``: what the crowd is taken
    for, a code of ``gate_words.VERDICTS``; empty: nothing special is known.
    ``oldest_wait_s``: since when the first of the waiting of lanes 2 and 3 has stood there; None: nobody, or not known.
    ``wait_s``: quantiles 0.5, 0.9 and 0.99 of the wait until the entry, in the last quarter of an hour, those included
    who gave up or still wait; None where too few entered to tell. ``gave_up``: people who left the queue otherwise,
    since the porter began; ``foretold``: of those who entered, how many before, within and after the interval that
    they were told first.
    ``level_seconds``: by level, since the start; ``overload_s``: seconds with a queueing time above half a second.
    ``edges``: processes that call by this plan. ``inside_others``: of those inside, people of lane 3.
    """

    MAX_BYTES: ClassVar[int] = 16 << 10

    at_s: Instant
    started_at_s: Instant
    arrivals: dict[Lane, Count]
    admitted: dict[Lane, Count]
    waiting: dict[Lane, tuple[Count, Count, Count]]
    oldest_wait_s: Duration | None
    inside: Count
    inside_staff: Count
    inside_others: Count = 0
    entries_per_s: Rate
    rate_per_s: Rate | None
    claims_per_s: Rate | None
    capacity: Capacity
    free: Capacity
    level: Level
    level_since_s: Instant
    level_reason: Line
    verdict: Line = ""
    level_seconds: dict[Annotated[str, Meta(pattern=r"\A[0-5]\Z")], Count]
    overload_s: Count
    bound_by: Line
    resources: Annotated[dict[Annotated[str, Meta(max_length=20)], GateResource], Meta(max_length=8)]
    no_show: Annotated[float, Meta(ge=0, le=1)] | None
    wait_s: tuple[Duration | None, Duration | None, Duration | None] = (None, None, None)
    gave_up: Count = 0
    foretold: dict[Literal["early", "within", "late"], Count] = {}
    plan_age_s: Rate
    mode: Mode
    edges: Annotated[int, Meta(ge=0, le=10_000)]


class GatePoint(msgspec.Struct, frozen=True, array_like=True):
    """The gate during ``HISTORY_STEP_S`` seconds that end at ``at_s``: means, and what was so at the end.

    ``queue_ms``: of the resource that makes wait longest.
    """

    at_s: Instant
    arrivals_per_s: Rate
    entries_per_s: Rate
    rate_per_s: Rate | None
    waiting: tuple[Count, Count, Count, Count]
    inside: Count
    capacity: Capacity
    level: Level
    queue_ms: Rate | None


class GateHistory(Shape, frozen=True, kw_only=True):
    """The last fifteen minutes of the gate, oldest first. From the porter to the operators' page. Not durable."""

    MAX_BYTES: ClassVar[int] = 64 << 10

    step_s: Annotated[int, Meta(ge=1, le=60)]
    points: Annotated[tuple[GatePoint, ...], Meta(max_length=HISTORY_POINTS)]


class LadderChange(msgspec.Struct, frozen=True, kw_only=True, rename={"from_level": "from", "to_level": "to"}):
    """One line of ``ladder.jsonl``: the ladder went from a level to another one. ``reason``: a code or a sentence."""

    at_s: Instant
    from_level: Level
    to_level: Level
    reason: Line


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
