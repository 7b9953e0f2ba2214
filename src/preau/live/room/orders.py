"""What can be asked of a live class: by a person (the ops of the wire) or by the server itself.

Sizes and alphabets are settled here, where the text of a stranger becomes a typed order; rights are settled in
``decide``.
"""

import re
import unicodedata
from typing import Annotated, Final

import msgspec

from preau.live.room.facts import LockName

PROTOCOL_VERSION: Final = 1
MAX_MESSAGE_BYTES: Final = 16_384
"""A text frame. The longest honest one, a message of 500 characters escaped, is a fifth of it."""

_OP_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.ASCII)
_PersonId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
_Seq = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
_Text = Annotated[str, msgspec.Meta(max_length=4_096)]
"""Far above the limits of ``decide``, which answers with a sentence; this only bounds the work before it."""


class ChatSend(msgspec.Struct, frozen=True):
    text: _Text


class ChatHide(msgspec.Struct, frozen=True):
    seq: _Seq


class HandUp(msgspec.Struct, frozen=True):
    pass


class HandDown(msgspec.Struct, frozen=True):
    person: _PersonId | None = None


class FloorGive(msgspec.Struct, frozen=True):
    person: _PersonId
    voice: bool = False


class FloorTake(msgspec.Struct, frozen=True):
    pass


class LockSet(msgspec.Struct, frozen=True):
    what: LockName
    locked: bool


class Freeze(msgspec.Struct, frozen=True):
    pass


class Unfreeze(msgspec.Struct, frozen=True):
    pass


class VoiceStart(msgspec.Struct, frozen=True):
    pass


class VoiceStop(msgspec.Struct, frozen=True):
    person: _PersonId | None = None


class ReportFile(msgspec.Struct, frozen=True):
    about: _Seq | None = None
    words: _Text = ""


class SessionEnd(msgspec.Struct, frozen=True):
    pass


class Arrive(msgspec.Struct, frozen=True):
    """A verified seat of the roster connected."""


class Leave(msgspec.Struct, frozen=True):
    """``person`` gave no sign since ``last_at_ms`` (wall milliseconds)."""

    person: str
    last_at_ms: int


class Evict(msgspec.Struct, frozen=True):
    """The seat of ``person`` was opened on a second device."""

    person: str


class Tick(msgspec.Struct, frozen=True):
    """Time passed; ``ends_at_s`` is the planned end of the lesson (wall seconds)."""

    ends_at_s: int


PersonOrder = (
    ChatSend
    | ChatHide
    | HandUp
    | HandDown
    | FloorGive
    | FloorTake
    | LockSet
    | Freeze
    | Unfreeze
    | VoiceStart
    | VoiceStop
    | ReportFile
    | SessionEnd
)
Order = PersonOrder | Arrive | Leave | Evict | Tick

_BY_OP: Final[dict[str, type[PersonOrder]]] = {
    "chat.send": ChatSend,
    "chat.hide": ChatHide,
    "hand.up": HandUp,
    "hand.down": HandDown,
    "floor.give": FloorGive,
    "floor.take": FloorTake,
    "lock.set": LockSet,
    "freeze": Freeze,
    "unfreeze": Unfreeze,
    "voice.start": VoiceStart,
    "voice.stop": VoiceStop,
    "report.file": ReportFile,
    "session.end": SessionEnd,
}
_DECODERS: Final = {op: msgspec.json.Decoder(order) for op, order in _BY_OP.items()}
TEACHER_OPS: Final = tuple(op for op in _BY_OP if op != "hand.up")
PUPIL_OPS: Final = ("chat.send", "hand.up", "hand.down", "floor.take", "voice.start", "voice.stop", "report.file")


class Resume(msgspec.Struct, frozen=True):
    """The last durable event the client applied."""

    seq: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class Frame(msgspec.Struct, frozen=True):
    """Any text frame of a client, before its op is looked at."""

    op: str
    id: str = ""
    d: msgspec.Raw = msgspec.Raw(b"{}")
    v: int = PROTOCOL_VERSION
    seat: str = ""
    client: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z_-]{0,64}$")] = ""
    resume: Resume | None = None


_FRAME: Final = msgspec.json.Decoder(Frame)


def read_frame(text: str) -> Frame | str:
    """The frame in ``text``, or the code of what is wrong with it (``oversized``, ``malformed``)."""
    if len(text) > MAX_MESSAGE_BYTES or len(raw := text.encode("utf-8", "replace")) > MAX_MESSAGE_BYTES:
        return "oversized"
    try:
        return _FRAME.decode(raw)
    except (msgspec.DecodeError, RecursionError):  # RecursionError: [[[[… nests deeper than the interpreter
        return "malformed"


def read_order(frame: Frame) -> PersonOrder | str:
    """The order in a frame, or the code of what is wrong with it (``unknown_op``, ``bad_id``, ``malformed``)."""
    decoder = _DECODERS.get(frame.op)
    if decoder is None:
        return "unknown_op"
    if not _OP_ID.fullmatch(frame.id):
        return "bad_id"
    try:
        return decoder.decode(frame.d)
    except (msgspec.DecodeError, RecursionError):
        return "malformed"


def tidy(text: str) -> str:
    """``text`` in NFC without control characters, direction overrides or outer blanks; line feeds stay."""
    kept = (c for c in unicodedata.normalize("NFC", text) if c == "\n" or not _is_control(c))
    return "".join(kept).strip()


def _is_control(char: str) -> bool:
    if char in "\u200c\u200d\u00ad":  # joiners (emoji, some scripts) and the soft hyphen
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
