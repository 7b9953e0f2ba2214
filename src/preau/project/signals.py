"""Gathers what the rooms say of themselves into the signals that the watch publishes."""

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

from preau.gate.engine import GateSnapshot
from preau.gate.spool import SpoolCounts, counted
from preau.live.server import LiveServer
from preau.project.health import Canary
from preau.published.files import PublishedFile
from preau.published.shapes import GATE_REPORT_FILE, GateReport
from preau.watch.signals.reading import LANES, Signals

REPORT_FRESH_S: Final = 10.0
"""The porter reports once a second: ten silences are no chance."""
COUNTS_EVERY_S: Final = 5.0
"""As often as the status page looks. Counting reads up to 40,000 names of files: 30 ms, and on a slow disk more."""


class Gate(Protocol):
    """Either engine of the gate."""

    def snapshot(self) -> GateSnapshot:
        """What the gate tells of itself."""


class SpoolCounter:
    """Counts the work that is kept on disk, in a thread: who reads the figures waits for no disk.

    Args:
        folder: of the spool.

    Attributes:
        counts: the latest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.counts = SpoolCounts(0, 0)

    async def run(self) -> None:
        """Counts for ever."""
        while True:
            self.counts = await asyncio.to_thread(counted, self._folder)
            await asyncio.sleep(COUNTS_EVERY_S)


class SignalsReader:
    """Reads every room; none of them is asked to wait, so this cannot hang with one of them."""

    def __init__(
        self,
        *,
        engine: Gate,
        live: LiveServer,
        canary: Canary,
        published: Path,
        spool: SpoolCounter,
        clock: Callable[[], float],
    ) -> None:
        self._engine, self._live, self._canary, self._clock = engine, live, canary, clock
        self._report = PublishedFile(published / GATE_REPORT_FILE, GateReport)
        self._spool = spool
        self._started_at_s = clock()
        self._version = version("preau")

    def read(self) -> Signals:
        """One look at everything."""
        gate, live, report = self._engine.snapshot(), self._live.snapshot(), self._fresh_report()
        work = self._spool.counts
        return Signals(
            measured_at_s=self._clock(),
            started_at_s=self._started_at_s,
            version=self._version,
            inside=gate.inside,
            capacity=gate.capacity,
            waiting=tuple(gate.waiting.get(lane, 0) for lane in range(LANES)),
            level=gate.level if report is None else report.level,
            level_since_s=None if report is None else float(report.level_since_s),
            level_reason="" if report is None else report.level_reason,
            mode="auto" if report is None else report.mode,
            gate=report,
            planned_at_s=self._planned_at_s(),
            arrivals_total=gate.arrivals_total,
            admitted_total=gate.admitted_total,
            refused_total=gate.refused_total,
            tokens_refused=gate.tokens_refused,
            ledger_failures_total=gate.ledger_failures_total,
            classes_open=live.classes_open,
            seats_connected=live.seats_connected,
            events_total=live.events_total,
            app_ok=self._canary.app_ok,
            app_since_s=self._canary.since_s,
            work_waiting=work.waiting,
            work_aside=work.aside,
            db_ok=True if self._canary.app_ok else None,
        )

    def _planned_at_s(self) -> float | None:
        """When the plan was made that edges follow, also while the porter is silent: then it matters."""
        report = self._report.read()
        return None if report is None else report.at_s - report.plan_age_s

    def _fresh_report(self) -> GateReport | None:
        """The porter's report, from its file: the porter may be another process. Costs one ``stat`` and 1 kB."""
        report = self._report.read()
        if report is None or abs(self._clock() - report.at_s) > REPORT_FRESH_S:
            return None
        return report
