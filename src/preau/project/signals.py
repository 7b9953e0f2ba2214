"""Gathers what the rooms say of themselves into the signals that the watch publishes."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Protocol

from preau.gate.engine import GateSnapshot
from preau.live.server import LiveServer
from preau.project.health import Canary
from preau.watch.signals.reading import LANES, Signals


class Gate(Protocol):
    """Either engine of the gate."""

    def snapshot(self) -> GateSnapshot:
        """What the gate tells of itself."""


class SignalsReader:
    """Reads every room; none of them is asked to wait, so this cannot hang with one of them."""

    def __init__(self, *, engine: Gate, live: LiveServer, canary: Canary, clock: Callable[[], float]) -> None:
        self._engine, self._live, self._canary, self._clock = engine, live, canary, clock
        self._started_at_s = clock()
        self._version = version("preau")

    def read(self) -> Signals:
        """One look at everything."""
        gate, live = self._engine.snapshot(), self._live.snapshot()
        return Signals(
            measured_at_s=self._clock(),
            started_at_s=self._started_at_s,
            version=self._version,
            inside=gate.inside,
            capacity=gate.capacity,
            waiting=tuple(gate.waiting.get(lane, 0) for lane in range(LANES)),
            level=gate.level,
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
            db_ok=True if self._canary.app_ok else None,
        )
