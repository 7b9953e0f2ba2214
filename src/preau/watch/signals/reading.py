"""One reading of the whole installation, taken by the composition root and handed to the watch.

The watch asks nobody: a room that is dead cannot answer, and the status page must then still be written. So
`project` gathers what it knows into this value, and what it does not know is ``None``, never a comforting default.
"""

from typing import Final

import msgspec

from preau.published.shapes import GateReport, Mode

LANES: Final = 4
"""0 teachers about to teach, 1 pupils with a lesson now, 2 other card holders, 3 devices without a card."""

MAX_LEVEL: Final = 5
"""The gate's ladder: 0 libre, 1 lissage, 2 priorité, 3 siège, 4 refuge, 5 rideau."""


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at one instant. Counts are persons unless they say otherwise.

    Attributes:
        measured_at_s: wall clock of the reading, seconds since 1970.
        started_at_s: wall clock of the start of the process that counts; totals begin there.
        version: version of Préau that runs.
        inside: persons holding a valid pass now, [0, …).
        capacity: persons who may be inside at once, as the porter has it now.
        waiting: persons in the queue now, one count per lane (``LANES`` entries, lane 0 first).
        median_wait_s: interval (low, high) of half of the waits now, seconds; None when nobody waits or it is unknown.
        level: the gate's ladder, [0, ``MAX_LEVEL``].
        admitted_total: admissions since the start.
        arrivals_total: new places drawn since the start; None when the gate does not count them.
        refused_total: requests answered with the waiting page since the start.
        tokens_refused: forged, expired or malformed tokens since the start, by the stable code of the refusal.
        ledger_failures_total: operations that the store of the gate's ledger did not answer since the start.
        classes_open: live classes open now.
        seats_connected: persons connected to a live class now.
        events_total: events written to the journal of the classes since the start.
        app_ok: whether the application answered its last probe; None when it was never probed.
        app_since_s: wall clock since when ``app_ok`` has this value; None when unknown.
        work_waiting: requests with work handed in that wait for the application (gate.spool).
        work_aside: of these, what the application refused, kept for the operator.
        db_ok: whether the database answered its last probe; None when it was never probed.
        level_since_s: wall clock since when the ladder stands on ``level``; None when unknown.
        level_reason: code of the reason, as ``published.gate_words`` names it; empty when unknown.
        mode: what operators have ordered the gate to do.
        planned_at_s: wall clock of the last plan, also when the porter is silent; None when there never was one.
        gate: the porter's report of this second; None when it is silent.
    """

    measured_at_s: float
    started_at_s: float
    version: str
    inside: int = 0
    capacity: int = 0
    waiting: tuple[int, ...] = (0,) * LANES
    median_wait_s: tuple[int, int] | None = None
    level: int = 0
    admitted_total: int = 0
    arrivals_total: int | None = None
    refused_total: int = 0
    tokens_refused: dict[str, int] = {}
    ledger_failures_total: int = 0
    classes_open: int = 0
    seats_connected: int = 0
    events_total: int = 0
    app_ok: bool | None = None
    app_since_s: float | None = None
    db_ok: bool | None = None
    work_waiting: int = 0
    work_aside: int = 0
    level_since_s: float | None = None
    level_reason: str = ""
    mode: Mode = "auto"
    planned_at_s: float | None = None
    gate: GateReport | None = None

    @property
    def waiting_total(self) -> int:
        """Persons in the queue, all lanes together."""
        return sum(self.waiting)

    @property
    def queue_open(self) -> bool:
        """Whether one has to wait before entering: people wait, the ladder has left *libre*, or the gate is shut."""
        return self.level > 0 or self.waiting_total > 0 or self.entries_suspended

    @property
    def entries_suspended(self) -> bool:
        """Whether operators have ordered that nobody new comes in."""
        return self.mode in {"closed", "drain"}
