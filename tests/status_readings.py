"""Readings, incidents and reports that the tests of this folder start from."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from preau.watch.signals.reading import Signals
from preau.watch.status.report import Observed, Report, Site, make_report

PARIS = ZoneInfo("Europe/Paris")
HALF_PAST_EIGHT_S = 1_795_419_000.0  # Monday 23 November 2026, 8:30 in Paris
SITE = Site(name="Préau", public_url="https://preau.example.org", zone=PARIS)

CALM = Signals(
    measured_at_s=HALF_PAST_EIGHT_S,
    started_at_s=HALF_PAST_EIGHT_S - 3600,
    version="0.1.0",
    inside=640,
    capacity=800,
    admitted_total=700,
    classes_open=31,
    seats_connected=590,
    app_ok=True,
    app_since_s=HALF_PAST_EIGHT_S - 3600,
    db_ok=True,
)


def reading(**changes: Any) -> Signals:
    return msgspec.structs.replace(CALM, **changes)


def report(signals: Signals | None = CALM, **observed: Any) -> Report:
    seen = Observed(**{"signals": signals, "incidents": (), "facts": ()} | observed)
    return make_report(seen, SITE, now_s=HALF_PAST_EIGHT_S, rewrite_s=30)
