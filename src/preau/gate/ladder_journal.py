"""``ladder.jsonl``: every change of the ladder, for the operators and for whoever asks later what happened.

    journal.note(now_s, from_level=0, to_level=1, reason="waiting")

``reason`` is a code of ``preau.published.gate_words``, or a sentence. Bounded and rotated by ``published.journals``. A
disk that is full must not stop the gate: then the change is in the log only, and said to be.
"""

from pathlib import Path

import structlog

from preau.published.journals import append_line, last_lines
from preau.published.shapes import LADDER_FILE, LadderChange

log = structlog.get_logger("preau.gate")


class LadderJournal:
    """The journal in the data folder ``data``."""

    def __init__(self, data: Path) -> None:
        self._path = data / LADDER_FILE

    def note(self, at_s: float, from_level: int, to_level: int, reason: str) -> None:
        """Writes one change down, durably: costs a sync of the disk, so call it in a thread."""
        change = LadderChange(at_s=int(at_s), from_level=from_level, to_level=to_level, reason=reason[:200])
        log.info("ladder_changed", from_level=from_level, to_level=to_level, reason=reason)
        try:
            append_line(self._path, change)
        except OSError as error:
            log.warning("ladder_not_written", error=str(error))

    def last(self, limit: int) -> tuple[LadderChange, ...]:
        """The last changes, newest first."""
        return last_lines(self._path, LadderChange, limit=limit)
