"""What a porter publishes, for the tests of the page that shows it."""

from pathlib import Path

import msgspec
from django.utils import timezone

from preau.published.shapes import (
    GATE_HISTORY_FILE,
    GATE_REPORT_FILE,
    GateHistory,
    GatePoint,
    GateReport,
    decode,
    encode,
)
from published.vectors import good


def report(**changes: object) -> GateReport:
    found = decode(GateReport, good("gate_report"))
    assert isinstance(found, GateReport)
    now_s = int(timezone.now().timestamp())
    return msgspec.structs.replace(found, **{"at_s": now_s, "level_since_s": now_s - 90} | changes)


def history(minutes: int, *, now_s: int) -> GateHistory:
    """Arrivals 2/s, entries 1/s, waiting 10, 20, 30, all along."""
    instants = range(now_s - 60 * minutes + 5, now_s + 1, 5)
    points = tuple(GatePoint(at_s, 2.0, 1.0, None, (0, 10, 20, 30), 40, 50, 1, None) for at_s in instants)
    return GateHistory(step_s=5, points=points)


def publish(data: Path, told: GateReport, past: GateHistory | None = None) -> None:
    """What the porter leaves behind."""
    folder = data / "published"
    folder.mkdir(exist_ok=True)
    (folder / GATE_REPORT_FILE).write_bytes(encode(told))
    if past is not None:
        (folder / GATE_HISTORY_FILE).write_bytes(encode(past))
