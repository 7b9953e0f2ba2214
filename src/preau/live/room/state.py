"""The state of a live class: what the log says, and nothing else. Rebuilt by ``evolve`` from any prefix of the log."""

from typing import Final

import msgspec

from preau.live.room.bucket import Bucket
from preau.live.room.facts import FreezeReason
from preau.published.shapes import MAX_REPORTS

CHAT_KEPT: Final = 200
"""Messages in the state and in a snapshot: an hour of a talkative class; the journal keeps them all."""


REPORTS_OF_ONE: Final = 10
"""Of one person: a hundred empty ones do not crowd out the true one of somebody else."""
REPORTS_KEPT: Final = MAX_REPORTS
"""Reports in the state; later ones are in the journal, and were shown to the teacher."""


class ChatLine(msgspec.Struct, frozen=True):
    seq: int
    by: str
    at: int
    text: str
    hidden: bool = False


class Report(msgspec.Struct, frozen=True):
    """*Signaler*. ``about``: who had written the ``message``, None where none was meant or it is no longer kept."""

    at: int
    by: str
    about: str | None
    message: str
    words: str


class Hand(msgspec.Struct, frozen=True):
    person: str
    at: int


class Floor(msgspec.Struct, frozen=True):
    """Who may speak. ``voice``: with the microphone too, not only in words given by the teacher."""

    person: str
    voice: bool
    at: int


class Locks(msgspec.Struct, frozen=True):
    chat: bool = False
    hands: bool = False
    entry: bool = False


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """One person's presence, wall milliseconds.

    ``first_ms``: first entry; ``last_ms``: end of the last closed interval (or its start while it is open);
    ``total_ms``: sum of the closed intervals; ``since_ms``: start of the open interval, None while absent.
    """

    teacher: bool
    first_ms: int
    last_ms: int
    total_ms: int = 0
    since_ms: int | None = None


class State(msgspec.Struct, frozen=True):
    """A live class after event ``seq`` (0 = nothing yet). Instants are wall milliseconds.

    ``attendance`` and ``given`` are keyed by person; ``hands`` is in the order raised; ``chat`` oldest first, at most
    ``CHAT_KEPT``; ``reports`` the first, within bounds; ``hidden`` the seqs of hidden messages, for clients that are
    sent the log again; ``teacher_gone_ms`` is set while no teacher is present, once one has been.
    """

    seq: int = 0
    at_ms: int = 0
    opened_ms: int | None = None
    ended_ms: int | None = None
    attendance: dict[str, Attendance] = {}
    chat: tuple[ChatLine, ...] = ()
    hidden: tuple[int, ...] = ()
    reports: tuple[Report, ...] = ()
    buckets: dict[str, Bucket] = {}
    hands: tuple[Hand, ...] = ()
    given: dict[str, int] = {}
    floor: Floor | None = None
    locks: Locks = Locks()
    frozen: FreezeReason | None = None
    voices: tuple[str, ...] = ()
    teacher_gone_ms: int | None = None

    def present(self, person: str) -> bool:
        """Whether the person is in class now."""
        seat = self.attendance.get(person)
        return seat is not None and seat.since_ms is not None

    def is_teacher(self, person: str) -> bool:
        """Whether the person entered this class as a teacher."""
        seat = self.attendance.get(person)
        return seat is not None and seat.teacher

    def teacher_present(self) -> bool:
        """Whether at least one teacher is in class now. Linear in the number of people."""
        return any(seat.teacher and seat.since_ms is not None for seat in self.attendance.values())

    def hand_is_up(self, person: str) -> bool:
        """Whether the person's hand is raised."""
        return any(hand.person == person for hand in self.hands)

    def may_speak(self, person: str) -> bool:
        """Whether the person's microphone may be on: the teacher's, or that of who has the floor with voice."""
        if self.ended_ms is not None:
            return False
        if self.is_teacher(person):
            return True
        return self.frozen is None and self.floor is not None and self.floor.person == person and self.floor.voice
