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

`preau_gate_wait_seconds` and `preau_gate_foretold_total` are of the devices that the porter saw come and wait, lanes 1
to 3; who walked in does not count, nor who already waited when the porter began. Who was called and is heard no more
before 90 s of silence has entered; who was silent for 90 s, or left uncalled, gave up.

Not here:

- **Fairness between networks and devices**: the gate keeps no network and no device of anybody. Ranks of classes are
  public and can be recomputed (`/attente/tirage.json`); `preau gate simulate` measures inversions and spread.
- **Class-minutes lost, classes ready in time**: the gate does not know who is in which room. In the simulation.
- **Error of an announced wait in per cent**: only whether the entry came before, within or after what was told
  first; of those who gave up nobody knows.
- **Distinct cards, tickets that came back**: to count persons once, they would have to be remembered.
- **Persons sent out, work lost, bare errors shown**: must be none, and a gate that did it would not notice. The tests
  ask for none, the bench of overload counts them from outside.
- **CPU per answer, TLS handshakes**: measured by `make bench-gate`; HAProxy's own figures are on its socket.
- **A hash of the evidence of a verdict, a file per incident**: not made; the ladder's journal
  has each change with its reason.
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
