"""Between the porter and the operators: their orders in, report and history out. A dull shell round ``gate.report``.

Called once a second by the porter. What is broken here is said in the log and nothing more: orders that cannot be read
leave the last ones in force, a report that cannot be written is tried again a second later.
"""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from preau.gate.report import Counted, Figures, Look, Past
from preau.gate.rules.entries import Came
from preau.gate.rules.orders import Ordered, ordered
from preau.gate.tally import Tally
from preau.published.files import PublishedFile, write_by_rename
from preau.published.shapes import (
    GATE_HISTORY_FILE,
    GATE_ORDERS_FILE,
    GATE_REPORT_FILE,
    GateHistory,
    GateOrders,
    GateReport,
    encode,
)

log: Final = structlog.get_logger("preau.gate")


class OperatorsDesk:
    """Reads the orders and writes the reports of one porter.

    Args:
        published: the folder of the published files; None neither reads nor writes.
        capacity: the installation's own, in people of lanes 1 to 3 inside at once.
        now_s: when it begins to count.

    Attributes:
        tally: where the engine counts the places that it gives.
        figures: what the controller and the ladder last knew; whoever drives them puts it here.
    """

    def __init__(self, published: Path | None, *, capacity: int, now_s: float) -> None:
        self._published = published
        self._capacity = capacity
        self._orders = None if published is None else PublishedFile(published / GATE_ORDERS_FILE, GateOrders)
        self._past = Past(now_s=now_s)
        self._history_of_s = 0
        self._failing = False
        self.tally = Tally()
        self.figures = Figures()

    def ordered(self) -> Ordered:
        """What holds this second. Costs one ``stat`` while nobody orders anything."""
        return ordered(self._capacity, None if self._orders is None else self._orders.read())

    async def report(self, look: Look, holds: Ordered, came: Came, *, now_s: float) -> None:
        """Tells of this second; in a thread, because a slow disk must not hold up who is being answered."""
        counted = Counted(
            started_at_s=self._past.started_at_s,
            planned_at_s=now_s,
            arrivals=tuple(self.tally.arrivals),
            admitted=look.census.claims.everybody,
            came=came,
            mode=holds.mode,
        )
        report = self._past.see(look, self.figures, counted, now_s=now_s)
        if self._published is None:
            return
        grown = self._past.last_point_s != self._history_of_s
        history = self._past.history() if grown else None
        self._history_of_s = self._past.last_point_s
        try:
            await asyncio.to_thread(_write, self._published, report, history)
        except OSError as error:
            if not self._failing:  # once is enough, not once a second
                log.warning("gate_report_not_written", error=str(error))
            self._failing = True
        else:
            self._failing = False


def _write(published: Path, report: GateReport, history: GateHistory | None) -> None:
    write_by_rename(published / GATE_REPORT_FILE, encode(report), durable=False)
    if history is not None:
        write_by_rename(published / GATE_HISTORY_FILE, encode(history), durable=False)
