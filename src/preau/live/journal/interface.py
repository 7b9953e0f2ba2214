"""What a journal promises, whatever engine keeps it (exam: tests/live/journal/test_contract.py).

* ``append`` returns only when the lines are on disk: killing the process or the machine afterwards loses none of them.
* One writer per class: ``claim`` gives a new epoch, and whoever holds an older one can append nothing any more. So two
  nodes that both believe they own a class can never write two histories; no lock and no clock is trusted for that.
* Lines of one class have the sequence numbers 1, 2, 3… without a gap.

Schema, the same in every engine::

    live_session(session PK, epoch, alive_at_ms, ended)
    live_event(session, seq, epoch, at_ms, actor, kind, body, op_id, PRIMARY KEY (session, seq))
    live_snapshot(session PK, seq, body)
"""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

RESULTS_KEPT: Final = 10_000
"""Commands of a class whose result is remembered for clients that repeat them: hours of a large class."""


END_KIND: Final = "session.end"
"""The kind after which a class has no more lines."""


class Fenced(Exception):  # noqa: N818  the word of the field: a fenced-off writer
    """Somebody else has claimed the class since: this writer must stop."""


class JournalUnavailable(Exception):  # noqa: N818  a state of the world, not a mistake of the caller
    """The engine did not answer, or too much is waiting for it. Whether the lines are written is unknown."""


class Line(msgspec.Struct, frozen=True):
    """One event as it is kept. ``body``: JSON of at most 16 KiB; ``op_id``: set on the last event of a command."""

    seq: int
    at_ms: int
    by: str
    kind: str
    body: bytes
    op_id: str | None = None


class Recovered(msgspec.Struct, frozen=True):
    """A class as found at a claim.

    ``snapshot``: (seq, body) or None; ``lines``: all after it; ``results``: (by, op_id) -> seq of the newest
    ``RESULTS_KEPT`` commands; ``alive_at_ms``: when the last owner was last known alive, 0 when never.
    """

    epoch: int
    snapshot: tuple[int, bytes] | None
    lines: tuple[Line, ...]
    results: dict[tuple[str, str], int]
    alive_at_ms: int


class Journal(Protocol):
    """The log of all classes of an installation."""

    async def start(self) -> None:
        """Opens the engine and makes the schema where it is missing."""

    async def stop(self) -> None:
        """Writes what was promised and closes."""

    async def claim(self, session: str) -> Recovered:
        """Takes the class over: the epoch grows by one, the log is returned."""

    async def append(self, session: str, epoch: int, lines: Sequence[Line]) -> None:
        """Adds ``lines`` (consecutive, next in the log), all or none; returns when they are on disk.

        Raises:
            Fenced: ``epoch`` is no longer the newest, or a line of this number exists.
            JournalUnavailable: try to claim again, and see what is there.
        """

    async def read(self, session: str, after_seq: int, limit: int) -> tuple[Line, ...]:
        """Up to ``limit`` lines after ``after_seq``, in order."""

    async def keep_snapshot(self, session: str, epoch: int, seq: int, body: bytes) -> None:
        """Keeps the state at ``seq`` so that a claim need not read from the first line.

        Raises:
            Fenced: as ``append``.
        """

    async def touch(self, session: str, epoch: int, at_ms: int, *, ended: bool = False) -> None:
        """Notes that the owner is alive at ``at_ms``, and whether the class has ended. A fenced touch does nothing."""

    async def unended(self) -> tuple[tuple[str, bool], ...]:
        """(session, whether its last line is ``END_KIND``) of the classes claimed once and not noted as ended."""
