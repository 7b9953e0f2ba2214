"""What the operators' page says, from the files that the porter publishes: values in, words out. Pure.

Nothing is invented: what no controller measures is a dash, and a porter that is silent is said to be.
"""

from datetime import tzinfo
from typing import Any, Final, NamedTuple

from preau.published.gate_words import LANES, LEVELS, MODES, RESOURCES, orders_in_words, reason_in_words
from preau.published.shapes import MAX_CAPACITY, NO_ORDERS, GateHistory, GateOrders, GatePoint, GateReport, LadderChange
from preau.school.operations import french
from preau.school.operations.charts import SPAN_S, charts

FRESH_S: Final = 10
"""The porter reports once a second: ten silences are no chance."""
MINUTE_S: Final = 60
SHOWN_LINES: Final = 12
"""Lines of a journal on the page; the files have them all."""


class Seen(NamedTuple):
    """What was read for one page. None: no such file, or not one that can be read."""

    report: GateReport | None
    history: GateHistory | None
    orders: GateOrders
    ordered_before: tuple[GateOrders, ...]
    ladder: tuple[LadderChange, ...]


def page_figures(seen: Seen, *, now_s: float, zone: tzinfo) -> dict[str, Any]:
    """Everything that the parts of the page show."""
    report = seen.report
    figures: dict[str, Any] = {
        "known": report is not None,
        "orders": _orders(seen.orders, now_s, zone),
        "ordered_before": _ordered_before(seen.ordered_before, now_s, zone),
        "ladder": _ladder(seen.ladder, now_s, zone),
    }
    if report is None:
        return figures
    history = seen.history or GateHistory(step_s=5, points=())
    age_s = now_s - report.at_s
    # Charts end with the history, not with the second: between two steps they need not be drawn and put in place anew.
    drawn_to_s = history.points[-1].at_s if history.points else report.at_s
    return figures | {
        "silent_for": french.duration(age_s) if age_s > FRESH_S else "",
        "measured_at": french.dated(report.at_s, now_s, zone),
        "counting_since": french.dated(report.started_at_s, now_s, zone),
        "level": report.level,
        "level_name": LEVELS[report.level].name,
        "level_meaning": LEVELS[report.level].meaning,
        "level_reason": reason_in_words(report.level_reason),
        "level_since": french.dated(report.level_since_s, now_s, zone),
        "mode": MODES[report.mode],
        "is_auto": report.mode == "auto",
        "facts": _facts(report),
        "lanes": _lanes(report),
        "resources": _resources(report),
        "charts": charts(history, now_s=drawn_to_s),
        "from_hour": french.moment(drawn_to_s - SPAN_S, zone, seconds=False),
        "to_hour": french.moment(drawn_to_s, zone, seconds=False),
        "minutes": _minutes(history, zone),
    }


def _facts(report: GateReport) -> list[tuple[str, str, str]]:
    """Name, figure, and a word under it."""
    waits = [interval for lane, interval in report.waiting.items() if lane != "0"]
    low, best, high = (sum(interval[index] for interval in waits) for index in range(3))
    oldest = french.NONE if report.oldest_wait_s is None else french.duration(report.oldest_wait_s)
    absent = french.NONE if report.no_show is None else f"{french.number(100 * report.no_show)} %"
    others, staff = french.number(report.inside_others), french.number(report.inside_staff)
    kinds = f"dont {others} pas encore connus et {staff} du personnel"
    return [
        ("en attente", french.number(best), french.between((low, best, high))),
        ("plus longue attente", oldest, ""),
        ("à l’intérieur", french.number(report.inside + report.inside_staff), kinds),
        ("capacité", *_capacity(report)),
        ("entrées par seconde", french.number(report.entries_per_s, digits=1), ""),
        ("prévues par seconde", french.number(report.rate_per_s, digits=1), ""),
        ("appelés qui ne viennent pas", absent, ""),
        ("âge du plan", f"{french.number(report.plan_age_s, digits=1)} s", ""),
    ]


def _capacity(report: GateReport) -> tuple[str, str]:
    if report.capacity >= MAX_CAPACITY:
        return "sans limite", ""
    return french.number(report.capacity), f"{french.number(report.free)} libres"


def _lanes(report: GateReport) -> list[dict[str, str]]:
    return [
        {
            "lane": str(lane),
            "name": name,
            "waiting": french.number(report.waiting.get(str(lane), (0, 0, 0))[1]),
            "between": french.between(report.waiting.get(str(lane), (0, 0, 0))),
            "arrivals": french.number(report.arrivals.get(str(lane), 0)),
            "admitted": french.number(report.admitted.get(str(lane), 0)),
        }
        for lane, name in enumerate(LANES)
    ]


def _resources(report: GateReport) -> list[dict[str, Any]]:
    return [
        {
            "name": RESOURCES.get(key, key),
            "capacity": french.number(one.capacity_per_s, digits=1),
            "queue": french.number(one.queue_ms, digits=1),
            "work": french.number(one.work_per_entry, digits=1),
            "background": french.number(one.background_per_s, digits=1),
            "binds": key == report.bound_by,
        }
        for key, one in report.resources.items()
    ]


def _minutes(history: GateHistory, zone: tzinfo) -> list[dict[str, Any]]:
    """The charts' figures by minute, the latest first; an unfinished minute is left to the charts."""
    by_minute: dict[int, list[GatePoint]] = {}
    for point in history.points:
        by_minute.setdefault((point.at_s - 1) // MINUTE_S, []).append(point)
    enough = MINUTE_S // history.step_s - 1  # a step may fall on either side of the minute
    whole = {minute: points for minute, points in by_minute.items() if len(points) >= enough}
    return [_minute(minute, points, history.step_s, zone) for minute, points in sorted(whole.items(), reverse=True)]


def _minute(minute: int, points: list[GatePoint], step_s: int, zone: tzinfo) -> dict[str, Any]:
    last = points[-1]
    queue = [point.queue_ms for point in points if point.queue_ms is not None]
    planned = [point.rate_per_s for point in points if point.rate_per_s is not None]
    return {
        "at": french.moment(minute * MINUTE_S, zone, seconds=False),
        "arrivals": french.number(sum(point.arrivals_per_s for point in points) * step_s),
        "entries": french.number(sum(point.entries_per_s for point in points) * step_s),
        "planned": french.number(sum(planned) * step_s if planned else None),
        "waiting": [french.number(people) for people in last.waiting[1:]],
        "inside": french.number(last.inside),
        "capacity": french.number(None if last.capacity >= MAX_CAPACITY else last.capacity),
        "level": f"{last.level} {LEVELS[last.level].name}",
        "queue": french.number(max(queue) if queue else None),
    }


def _orders(orders: GateOrders, now_s: float, zone: tzinfo) -> dict[str, Any]:
    return {
        "given": bool(orders.at_s),
        "mode": MODES[orders.mode],
        "capacity": french.capacity_of(orders),
        "pre_open_min": orders.pre_open_s // MINUTE_S,
        "by": orders.by,
        "at": french.dated(orders.at_s, now_s, zone),
        "reason": orders.reason,
    }


def _ordered_before(journal: tuple[GateOrders, ...], now_s: float, zone: tzinfo) -> list[dict[str, str]]:
    shown = journal[:SHOWN_LINES]  # one more was read, against which the last one is held
    pairs = zip(shown, (*journal[1:], NO_ORDERS), strict=False)
    return [
        {
            "at": french.dated(after.at_s, now_s, zone),
            "by": after.by,
            "what": ", ".join(orders_in_words(before, after)) or "rien de nouveau",
            "reason": after.reason,
        }
        for after, before in pairs
    ]


def _ladder(changes: tuple[LadderChange, ...], now_s: float, zone: tzinfo) -> list[dict[str, str]]:
    return [
        {
            "at": french.dated(change.at_s, now_s, zone),
            "from": f"{change.from_level} {LEVELS[change.from_level].name}",
            "to": f"{change.to_level} {LEVELS[change.to_level].name}",
            "reason": reason_in_words(change.reason),
        }
        for change in changes
    ]
