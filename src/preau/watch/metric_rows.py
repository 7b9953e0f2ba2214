"""Every metric of Préau, one row each: from it the exposition and docs/reference/metrics.md derive.

A row without values (nobody measured) is not exposed: a missing series is honest, a zero is not. Names follow
Prometheus' conventions: base units, ``_total`` for what only grows, ``_ratio`` for shares of one.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from preau.published.gate_words import LEVELS, MODES, VERDICTS
from preau.published.shapes import GateReport, GateResource
from preau.watch.signals.reading import Signals

Sample = tuple[tuple[str, ...], float | None]
"""Values of the labels, and the value; None is left out."""
Values = Callable[[Signals], Iterable[Sample]]


class Kind(StrEnum):
    """What Prometheus calls the type."""

    COUNTER = "counter"
    GAUGE = "gauge"
    INFO = "info"


class Row(NamedTuple):
    """One metric. ``name`` without the ``_total`` or ``_info`` that its kind adds; ``unit`` for readers."""

    name: str
    kind: Kind
    unit: str
    help: str
    values: Values
    labels: tuple[str, ...] = ()


def _one(value: Callable[[Signals], float | None]) -> Values:
    return lambda signals: [((), value(signals))]


def _told(value: Callable[[GateReport], float | None]) -> Values:
    """A figure of the porter's report; nothing while the porter is silent."""
    return lambda signals: [] if signals.gate is None else [((), value(signals.gate))]


def _by_key(values: Callable[[GateReport], Mapping[str, float]]) -> Values:
    return lambda signals: [] if signals.gate is None else [((key,), n) for key, n in values(signals.gate).items()]


def _of_resources(value: Callable[[GateResource], float | None]) -> Values:
    return lambda signals: (
        [] if signals.gate is None else [((key,), value(one)) for key, one in signals.gate.resources.items()]
    )


def _flag(value: bool | None) -> float:  # noqa: FBT001  a reading, three-valued
    return float("nan") if value is None else float(value)


def _share(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None


def _median(signals: Signals) -> Iterable[Sample]:
    return [] if signals.median_wait_s is None else zip([("low",), ("high",)], signals.median_wait_s, strict=True)


def _wait_quantiles(signals: Signals) -> Iterable[Sample]:
    return [] if signals.gate is None else zip([(share,) for share in SHARES], signals.gate.wait_s, strict=True)


def _bounds(signals: Signals) -> Iterable[Sample]:
    waiting = {} if signals.gate is None else signals.gate.waiting
    for lane, (low, _best, high) in waiting.items():
        yield (lane, "low"), low
        yield (lane, "high"), high


def _mode(signals: Signals) -> Iterable[Sample]:
    return [] if signals.gate is None else [((mode,), float(mode == signals.gate.mode)) for mode in MODES]


def _binding(signals: Signals) -> Iterable[Sample]:
    gate = signals.gate
    return [] if gate is None else [((key,), float(key == gate.bound_by)) for key in gate.resources]


def _verdict(signals: Signals) -> Iterable[Sample]:
    gate = signals.gate
    return [] if gate is None else [((code,), float(code == gate.verdict)) for code in VERDICTS]


def _queue_s(one: GateResource) -> float | None:
    return None if one.queue_ms is None else one.queue_ms / 1000


SHARES: Final = ("0.5", "0.9", "0.99")
ENDS: Final = ("early", "within", "late")

_C, _G = Kind.COUNTER, Kind.GAUGE
_TOP: Final = len(LEVELS) - 1

ROWS: Final[tuple[Row, ...]] = (
    Row(
        "preau_gate_waiting",
        _G,
        "persons",
        "Persons waiting, by lane (0 to 3).",
        lambda s: [((str(lane),), n) for lane, n in enumerate(s.waiting)],
        ("lane",),
    ),
    Row(
        "preau_gate_waiting_bounds",
        _G,
        "persons",
        "Between which numbers lies 19 times in 20 how many wait; equal while everybody is counted.",
        _bounds,
        ("lane", "bound"),
    ),
    Row("preau_gate_median_wait_seconds", _G, "s", "Interval of the median wait.", _median, ("bound",)),
    Row(
        "preau_gate_oldest_wait_seconds",
        _G,
        "s",
        "How long the first of the waiting devices without a lesson has waited.",
        _told(lambda gate: gate.oldest_wait_s),
    ),
    Row(
        "preau_gate_wait_seconds",
        _G,
        "s",
        "Wait until the entry, quantile 0.5, 0.9 or 0.99 of the last 15 minutes, in steps of 5 s; those who gave up or "
        "still wait count as longer (Kaplan-Meier); not exposed where too few entered to tell.",
        _wait_quantiles,
        ("quantile",),
    ),
    Row(
        "preau_gate_gave_up",
        _C,
        "persons",
        "Persons who left the queue without having entered, since the porter began.",
        _told(lambda gate: gate.gave_up),
    ),
    Row(
        "preau_gate_foretold",
        _C,
        "persons",
        "Persons who entered early (before), within or late (after) the interval that they were told first.",
        _by_key(lambda gate: {end: gate.foretold.get(end, 0) for end in ENDS}),
        ("end",),
    ),
    Row("preau_gate_arrivals", _C, "persons", "Places drawn.", _one(lambda s: s.arrivals_total)),
    Row(
        "preau_gate_lane_arrivals",
        _C,
        "persons",
        "Places given to persons who had none, by lane.",
        _by_key(lambda gate: gate.arrivals),
        ("lane",),
    ),
    Row("preau_gate_admitted", _C, "persons", "Admissions since the start.", _one(lambda s: s.admitted_total)),
    Row(
        "preau_gate_lane_admitted",
        _C,
        "persons",
        "Claims granted, by lane.",
        _by_key(lambda gate: gate.admitted),
        ("lane",),
    ),
    Row(
        "preau_gate_entries_per_second",
        _G,
        "1/s",
        "Claims granted per second, over five seconds.",
        _told(lambda gate: gate.entries_per_s),
    ),
    Row(
        "preau_gate_planned_entries_per_second",
        _G,
        "1/s",
        "Entries that the controller plans.",
        _told(lambda gate: gate.rate_per_s),
    ),
    Row(
        "preau_gate_claim_limit_per_second",
        _G,
        "1/s",
        "Claims above which further ones are refused.",
        _told(lambda gate: gate.claims_per_s),
    ),
    Row(
        "preau_gate_entries_to_plan_ratio",
        _G,
        "ratio",
        "Entries measured over entries planned; above 1 is overshoot.",
        _told(lambda gate: _share(gate.entries_per_s, gate.rate_per_s)),
    ),
    Row("preau_gate_no_show_ratio", _G, "ratio", "Share of the called who do not come.", _told(lambda g: g.no_show)),
    Row("preau_gate_inside", _G, "persons", "Persons holding a valid pass.", _one(lambda s: s.inside)),
    Row("preau_gate_inside_staff", _G, "persons", "Of them, lane 0.", _told(lambda gate: gate.inside_staff)),
    Row("preau_gate_inside_others", _G, "persons", "Of them, lane 3.", _told(lambda gate: gate.inside_others)),
    Row("preau_gate_capacity", _G, "persons", "Persons who may be inside at once.", _one(lambda s: s.capacity)),
    Row("preau_gate_free", _G, "persons", "Places that are free.", _told(lambda gate: gate.free)),
    Row(
        "preau_gate_utilisation_ratio",
        _G,
        "ratio",
        "Persons of lanes 1 to 3 inside, over the capacity.",
        _told(lambda gate: _share(gate.inside, gate.capacity)),
    ),
    Row(
        "preau_gate_resource_capacity_per_second",
        _G,
        "1/s",
        "Operations that a resource of the entries can do.",
        _of_resources(lambda one: one.capacity_per_s),
        ("resource",),
    ),
    Row(
        "preau_gate_resource_queue_seconds",
        _G,
        "s",
        "How long an operation of the resource waits for its turn, mean.",
        _of_resources(_queue_s),
        ("resource",),
    ),
    Row(
        "preau_gate_resource_work_per_entry",
        _G,
        "operations",
        "Operations that one entry costs, learnt.",
        _of_resources(lambda one: one.work_per_entry),
        ("resource",),
    ),
    Row(
        "preau_gate_resource_background_per_second",
        _G,
        "1/s",
        "Operations for persons who are already inside.",
        _of_resources(lambda one: one.background_per_s),
        ("resource",),
    ),
    Row("preau_gate_resource_binds", _G, "0 or 1", "1 for the resource that bounds the rate.", _binding, ("resource",)),
    Row(
        "preau_gate_overload_seconds",
        _C,
        "s",
        "Time with a queueing time above half a second, since the start.",
        _told(lambda gate: gate.overload_s),
    ),
    Row("preau_gate_verdict", _G, "0 or 1", "1 for what the crowd is taken for.", _verdict, ("verdict",)),
    Row("preau_gate_level", _G, f"0 to {_TOP}", f"Level of the ladder, 0 to {_TOP}.", _one(lambda s: s.level)),
    Row(
        "preau_gate_level_start_time_seconds",
        _G,
        "s since 1970",
        "Since when the ladder stands on its level.",
        _told(lambda gate: gate.level_since_s),
    ),
    Row(
        "preau_gate_level_seconds",
        _C,
        "s",
        "Time spent on each level of the ladder, since the start.",
        _by_key(lambda gate: gate.level_seconds),
        ("level",),
    ),
    Row("preau_gate_mode", _G, "0 or 1", "1 for the mode that operators have ordered.", _mode, ("mode",)),
    Row(
        "preau_gate_plan_age_seconds",
        _G,
        "s",
        "Age of the plan that edges follow, also while the porter is silent; from 60 s on they decide by themselves.",
        _one(lambda s: None if s.planned_at_s is None else max(0.0, s.measured_at_s - s.planned_at_s)),
    ),
    Row(
        "preau_gate_report_age_seconds",
        _G,
        "s",
        "Age of the porter's last report; not exposed when it is silent for longer than ten seconds.",
        lambda s: [] if s.gate is None else [((), max(0.0, s.measured_at_s - s.gate.at_s))],
    ),
    Row("preau_gate_edges", _G, "processes", "Processes that call by the plan.", _told(lambda gate: gate.edges)),
    Row(
        "preau_gate_refused", _C, "requests", "Requests answered by the waiting page.", _one(lambda s: s.refused_total)
    ),
    Row(
        "preau_gate_tokens_refused",
        _C,
        "tokens",
        "Tokens refused, by code.",
        lambda s: [((code,), n) for code, n in sorted(s.tokens_refused.items())],
        ("code",),
    ),
    Row(
        "preau_gate_ledger_failures",
        _C,
        "operations",
        "Operations that the ledger's store did not answer.",
        _one(lambda s: s.ledger_failures_total),
    ),
    Row("preau_live_classes_open", _G, "classes", "Live classes open.", _one(lambda s: s.classes_open)),
    Row("preau_live_seats_connected", _G, "persons", "Persons in a live class.", _one(lambda s: s.seats_connected)),
    Row("preau_live_events", _C, "events", "Events written to the journal.", _one(lambda s: s.events_total)),
    Row(
        "preau_gate_work_waiting",
        _G,
        "requests",
        "Work handed in that waits for the application.",
        _one(lambda s: s.work_waiting),
    ),
    Row(
        "preau_gate_work_aside",
        _G,
        "requests",
        "Work that the application refused when it was sent again; the operator has to look.",
        _one(lambda s: s.work_aside),
    ),
    Row("preau_app_up", _G, "0 or 1", "1 when the application answers, NaN unprobed.", _one(lambda s: _flag(s.app_ok))),
    Row("preau_app_database_up", _G, "0 or 1", "1 when the database answers.", _one(lambda s: _flag(s.db_ok))),
    Row("preau_app_start_time_seconds", _G, "s since 1970", "Wall clock of the start.", _one(lambda s: s.started_at_s)),
    Row("preau_app", Kind.INFO, "", "What runs.", lambda s: [((s.version,), 1.0)], ("version",)),
)
