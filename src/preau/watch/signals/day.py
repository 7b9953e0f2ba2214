"""The day's tally: what the status page says of today, and since when it has been counting."""

from datetime import datetime, tzinfo

import msgspec

from preau.watch.signals.reading import Signals


class DayTally(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one local day.

    ``since_s`` is the wall clock of the first reading: what came before was not counted, and the page names that hour.
    ``queue_s`` is the time during which a queue was open, in seconds.
    """

    day: str
    since_s: float
    last_s: float
    admitted: int = 0
    admitted_total: int = 0
    most_inside: int = 0
    most_waiting: int = 0
    most_classes: int = 0
    queue_s: float = 0.0


MAX_GAP_S = 60.0
"""A longer silence between two readings is not counted as time in which the queue was open: nobody saw it."""


def add_reading(tally: DayTally | None, signals: Signals, zone: tzinfo) -> DayTally:
    """The tally after one more reading; a new one at local midnight. Totals that went down mean a restart."""
    now_s = signals.measured_at_s
    day = datetime.fromtimestamp(now_s, zone).date().isoformat()
    if tally is None or tally.day != day:
        tally = DayTally(day=day, since_s=now_s, last_s=now_s, admitted_total=signals.admitted_total)
    grown = signals.admitted_total - tally.admitted_total
    gap_s = now_s - tally.last_s
    return DayTally(
        day=day,
        since_s=tally.since_s,
        last_s=now_s,
        admitted=tally.admitted + (grown if grown >= 0 else signals.admitted_total),
        admitted_total=signals.admitted_total,
        most_inside=max(tally.most_inside, signals.inside),
        most_waiting=max(tally.most_waiting, signals.waiting_total),
        most_classes=max(tally.most_classes, signals.classes_open),
        queue_s=tally.queue_s + (gap_s if signals.queue_open and 0 < gap_s <= MAX_GAP_S else 0.0),
    )
