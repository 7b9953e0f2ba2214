"""Prometheus metrics from one reading. For operators on the loopback or a private network: counts are exact here.

A registry is built for each scrape, so the numbers are always those of the reading and nothing is kept in module state.
"""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from preau.watch.signals.reading import Signals


def _flag(value: bool | None) -> float:  # noqa: FBT001  a reading, three-valued
    return float("nan") if value is None else float(value)


def _gate(signals: Signals) -> list[Metric]:
    waiting = GaugeMetricFamily("preau_gate_waiting", "Persons waiting, by lane (0 to 3).", labels=["lane"])
    for lane, count in enumerate(signals.waiting):
        waiting.add_metric([str(lane)], count)
    tokens = CounterMetricFamily("preau_gate_tokens_refused", "Tokens refused, by code.", labels=["code"])
    for code, total in sorted(signals.tokens_refused.items()):
        tokens.add_metric([code], total)
    metrics: list[Metric] = [
        waiting,
        tokens,
        GaugeMetricFamily("preau_gate_inside", "Persons holding a valid pass.", value=signals.inside),
        GaugeMetricFamily("preau_gate_capacity", "Persons who may be inside at once.", value=signals.capacity),
        GaugeMetricFamily("preau_gate_level", "Level of the ladder, 0 to 5.", value=signals.level),
        CounterMetricFamily("preau_gate_admitted", "Admissions since the start.", value=signals.admitted_total),
        CounterMetricFamily(
            "preau_gate_refused", "Requests answered by the waiting page.", value=signals.refused_total
        ),
        CounterMetricFamily(
            "preau_gate_ledger_failures",
            "Operations that the ledger's store did not answer.",
            value=signals.ledger_failures_total,
        ),
    ]
    if signals.arrivals_total is not None:
        metrics.append(CounterMetricFamily("preau_gate_arrivals", "Places drawn.", value=signals.arrivals_total))
    if signals.median_wait_s is not None:
        bounds = GaugeMetricFamily("preau_gate_median_wait_seconds", "Interval of the median wait.", labels=["bound"])
        bounds.add_metric(["low"], signals.median_wait_s[0])
        bounds.add_metric(["high"], signals.median_wait_s[1])
        metrics.append(bounds)
    return metrics


def _live(signals: Signals) -> list[Metric]:
    return [
        GaugeMetricFamily("preau_live_classes_open", "Live classes open.", value=signals.classes_open),
        GaugeMetricFamily("preau_live_seats_connected", "Persons in a live class.", value=signals.seats_connected),
        CounterMetricFamily("preau_live_events", "Events written to the journal.", value=signals.events_total),
    ]


def _app(signals: Signals) -> list[Metric]:
    return [
        GaugeMetricFamily("preau_app_up", "1 when the application answers, NaN unprobed.", value=_flag(signals.app_ok)),
        GaugeMetricFamily("preau_app_database_up", "1 when the database answers.", value=_flag(signals.db_ok)),
        GaugeMetricFamily("preau_app_start_time_seconds", "Wall clock of the start.", value=signals.started_at_s),
        InfoMetricFamily("preau_app", "What runs.", value={"version": signals.version}),
    ]


class _Reading(Collector):
    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def collect(self) -> list[Metric]:
        return [*_gate(self._signals), *_live(self._signals), *_app(self._signals)]


def render(signals: Signals) -> bytes:
    """The text exposition of one reading, to be answered with ``prometheus_client.CONTENT_TYPE_LATEST``."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Reading(signals))
    return generate_latest(registry)
