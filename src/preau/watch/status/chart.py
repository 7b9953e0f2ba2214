"""The half hour in minutes, twice: bars for the eye, a table for everybody. One message, one scale, no script.

A minute with 1 to 19 persons is drawn at one fixed low height and written « moins de 20 »: the height of a bar must not
tell what the number hides.
"""

from typing import Final

from preau.watch.signals.ring import SPAN_MINUTES
from preau.watch.status import french
from preau.watch.status.markup import Html, element, text
from preau.watch.status.report import Report

_WIDTH: Final = 360
_HEIGHT: Final = 128
_FLOOR: Final = 106
"""Where the bars stand; below are the hours."""
_HIDDEN_HEIGHT: Final = 6


def _bar_height(count: int, highest: int) -> int:
    if count <= 0:
        return 0
    if count < french.SMALLEST_COUNT:
        return _HIDDEN_HEIGHT
    return max(_HIDDEN_HEIGHT + 2, round((_FLOOR - 8) * count / highest))


def _bars(counts: tuple[int, ...]) -> Html:
    """Bars at the right end of the half hour; what is left of them was not observed."""
    highest, step = max(french.SMALLEST_COUNT, *counts), _WIDTH / SPAN_MINUTES
    bars = []
    for index, count in enumerate(counts, start=SPAN_MINUTES - len(counts)):
        height = _bar_height(count, highest)
        if height:
            x, width = round(index * step + 1), round(step - 2)
            bars.append(element("rect", x=x, y=_FLOOR - height, width=width, height=height, rx=2))
    return text(*bars)


def _hours(report: Report, end_s: int) -> Html:
    marks = ((SPAN_MINUTES, 0, "start"), (SPAN_MINUTES // 2, _WIDTH // 2, "middle"), (1, _WIDTH, "end"))
    return text(
        *(
            element(
                "text", french.hour(end_s - 60 * minutes_ago, report.site.zone), x=x, y=_HEIGHT - 6, text_anchor=anchor
            )
            for minutes_ago, x, anchor in marks
        )
    )


def _table(report: Report, counts: tuple[int, ...], minutes: list[float], unit: str) -> Html:
    rows = [
        element(
            "tr",
            element("th", french.hour(minute, report.site.zone), scope="row"),
            element("td", french.count(count, none="aucune")),
        )
        for minute, count in zip(reversed(minutes), reversed(counts), strict=True)
    ]
    head = element("tr", element("th", "Minute", scope="col"), element("th", unit, scope="col"))
    return element(
        "details",
        element("summary", "Les mêmes chiffres en tableau"),
        element("table", element("thead", head), element("tbody", *rows)),
    )


def per_minute(report: Report) -> Html:
    """The section of the chart, or nothing when nothing was counted."""
    seen = report.seen
    counts, noun = (seen.arrivals, "Arrivées") if seen.arrivals is not None else (seen.admissions, "Entrées")
    if counts is None:
        return Html()
    end = int(report.written_at_s) // 60 * 60
    minutes = [float(end - 60 * (len(counts) - index)) for index in range(len(counts))]
    if not counts:
        drawn = element("p", "Aucune minute entière n’a encore été mesurée.", class_="soft")
        return element("section", element("h2", f"{noun} par minute"), drawn, class_="card")
    since = french.hour(minutes[0], report.site.zone)
    if not any(counts):
        drawn = element("p", f"Aucune {noun[:-1].lower()} depuis {since}.", class_="soft")
        return element("section", element("h2", f"{noun} par minute"), drawn, class_="card")
    spoken = f"{noun} par minute depuis {since}, au plus {french.count(max(counts), none='aucune')}"
    drawing = element(
        "svg",
        element("g", _bars(counts), class_="etat-bars"),
        element("path", d=f"M0 {_FLOOR}.5H{_WIDTH}", class_="etat-axis"),
        _hours(report, end),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=spoken,
        class_="etat-chart",
    )
    peak = element("p", f"Au plus {french.count(max(counts), none='aucune')} en une minute.", class_="soft")
    table = _table(report, counts, minutes, noun)
    return element("section", element("h2", f"{noun} par minute"), drawing, peak, table, class_="card")
