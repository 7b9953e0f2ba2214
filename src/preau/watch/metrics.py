"""Prometheus metrics from one reading. For operators on the loopback or a private network: counts are exact here.

A registry is built for each scrape, so the numbers are always those of the reading and nothing is kept in module state.
"""

from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from preau.watch.metric_rows import ROWS, Kind, Row
from preau.watch.signals.reading import Signals

_PAGE: Final = """# Metrics

`/metrics`, in the text format of Prometheus; this page is written by `preau doctor --metrics`. Counts are exact: keep
the address to the loopback or a private network ([behind a proxy](../howto/derriere-un-mandataire.md)). Totals begin at
the start of the process. What nobody measures is not exposed, rather than zero: without a controller there is no
planned rate, and while the porter is silent for more than ten seconds none of the figures that only its report has.

| series | type | unit | labels | meaning |
|---|---|---|---|---|
ROWS

Lanes: 0 staff, 1 pupils with a lesson now, 2 other card holders, 3 devices without a card. Levels: 0 libre, 1 lissage,
2 priorité, 3 siège, 4 refuge, 5 rideau. Modes: auto, open, drain, closed.

Not here, because one installation cannot know it while it happens: waits including those who gave up, fairness between
networks and devices, class-minutes lost, error of the announced waits.
"""


def _family(row: Row, signals: Signals) -> Metric | None:
    samples = [(labels, value) for labels, value in row.values(signals) if value is not None]
    if not samples:
        return None
    if row.kind is Kind.INFO:
        return InfoMetricFamily(row.name, row.help, value=dict(zip(row.labels, samples[0][0], strict=True)))
    family = (CounterMetricFamily if row.kind is Kind.COUNTER else GaugeMetricFamily)(
        row.name, row.help, labels=row.labels
    )
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


class _Reading(Collector):
    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def collect(self) -> list[Metric]:
        families = [_family(row, self._signals) for row in ROWS]
        return [family for family in families if family is not None]


def render(signals: Signals) -> bytes:
    """The text exposition of one reading, to be answered with ``prometheus_client.CONTENT_TYPE_LATEST``."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Reading(signals))
    return generate_latest(registry)


def exposed_name(row: Row) -> str:
    """The name of the series: its kind adds the ending."""
    return row.name + {Kind.COUNTER: "_total", Kind.INFO: "_info", Kind.GAUGE: ""}[row.kind]


def reference_page() -> str:
    """docs/reference/metrics.md, which `preau doctor --metrics` writes."""
    rows = "".join(
        f"| `{exposed_name(row)}` | {row.kind} | {row.unit} | {', '.join(row.labels)} | {row.help} |\n" for row in ROWS
    )
    return _PAGE.replace("ROWS\n", rows)
