"""The charts of the operators' page: SVG paths from the gate's history. Pure; ADR 0015 says why no library.

A chart is a box of ``WIDTH`` by ``HEIGHT`` units that the page stretches to its own width, so that one drawing serves
a phone and a wide screen; words and figures stand around it as text of the page. Lines differ by their dashes too: a
colour alone says nothing. Where the porter was silent for longer than ``GAP_STEPS`` steps the line is broken.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from preau.published.gate_words import LANES, LEVELS
from preau.published.shapes import HISTORY_POINTS, HISTORY_STEP_S, MAX_CAPACITY, GateHistory, GatePoint
from preau.school.operations.french import number

WIDTH: Final = 900
HEIGHT: Final = 160
SPAN_S: Final = HISTORY_POINTS * HISTORY_STEP_S
GAP_STEPS: Final = 3
_STEPS: Final = (1, 2, 5)
"""The top of a scale is one of these times a power of ten: people read the half of it at a glance."""

Value = Callable[[GatePoint], float | None]


class Line(NamedTuple):
    """One line. ``name`` for the legend, ``style`` 1 to 3 (colour, dashes), ``d`` its path, ``now`` the last value."""

    name: str
    style: int
    d: str
    now: str


class Chart(NamedTuple):
    """One chart. ``top``: of the scale, whose foot is 0; ``spoken``: what it shows, for who does not see it."""

    key: str
    title: str
    unit: str
    top: str
    half: str
    lines: tuple[Line, ...]
    spoken: str


class _Wanted(NamedTuple):
    name: str
    style: int
    value: Value
    stepped: bool = False


def charts(history: GateHistory, *, now_s: int) -> tuple[Chart, ...]:
    """The charts of the fifteen minutes before ``now_s``; what nobody measured is left out."""
    points = [point for point in history.points if now_s - SPAN_S <= point.at_s <= now_s]
    flow = [
        _Wanted("Arrivées", 2, lambda point: point.arrivals_per_s),
        _Wanted("Entrées", 1, lambda point: point.entries_per_s),
        _Wanted("Entrées prévues", 3, lambda point: point.rate_per_s),
    ]
    lanes = [_Wanted(LANES[lane], lane, lambda point, lane=lane: point.waiting[lane]) for lane in (1, 2, 3)]  # type: ignore[misc]
    house = [
        _Wanted("À l’intérieur, hors personnel", 1, lambda point: point.inside),
        _Wanted("Capacité", 2, _limit, stepped=True),
    ]
    queue = [_Wanted("Attente des réponses", 1, lambda point: point.queue_ms)]
    drawn = [
        _chart("flow", "Arrivées et entrées", "par seconde", flow, points, now_s),
        _chart("waiting", "En attente, par file", "personnes", lanes, points, now_s),
        _chart("house", "À l’intérieur", "personnes", house, points, now_s),
        _ladder(points, now_s),
        _chart("queue", "Attente des réponses", "millisecondes", queue, points, now_s),
    ]
    return tuple(chart for chart in drawn if chart.lines)


def _limit(point: GatePoint) -> float | None:
    """The capacity; none while the gate is open for everybody: a line at a million would flatten all others."""
    return point.capacity if point.capacity < MAX_CAPACITY else None


def scale_top(highest: float) -> float:
    """The least of 1, 2, 5, 10, 20 … that is not below ``highest``."""
    power = 1.0
    while True:
        for step in _STEPS:
            if step * power >= highest:
                return step * power
        power *= 10


def path(points: Sequence[GatePoint], value: Value, *, top: float, now_s: int, stepped: bool = False) -> str:
    """The path of one line: one decimal, broken where nothing was measured."""
    pieces: list[str] = []
    before_s: int | None = None
    for point in points:
        worth = value(point)
        if worth is None:
            before_s = None
            continue
        x = f"{max(0.0, WIDTH * (1 - (now_s - point.at_s) / SPAN_S)):.0f}"
        y = f"{HEIGHT * (1 - min(worth, top) / top):.1f}".removesuffix(".0")
        if before_s is None or point.at_s - before_s > GAP_STEPS * HISTORY_STEP_S:
            pieces.append(f"M{x} {y}h1")  # a single point is seen too
        elif stepped:
            pieces.append(f"H{x}V{y}")
        else:
            pieces.append(f"L{x} {y}")
        before_s = point.at_s
    return "".join(pieces)


def _chart(
    key: str, title: str, unit: str, wanted: Sequence[_Wanted], points: Sequence[GatePoint], now_s: int
) -> Chart:
    known = [one for one in wanted if any(one.value(point) is not None for point in points)]
    top = scale_top(max((one.value(point) or 0 for one in known for point in points), default=0))
    digits = 1 if top < 10 else 0  # noqa: PLR2004  rates of a small school are fractions
    lines = tuple(
        Line(
            one.name,
            one.style,
            path(points, one.value, top=top, now_s=now_s, stepped=one.stepped),
            number(one.value(points[-1]), digits=digits),
        )
        for one in known
    )
    half = number(top / 2, digits=1 if top < 2 else 0) if top != 5 else "2,5"  # noqa: PLR2004  the one half that is none
    return Chart(key, title, unit, number(top), half, lines, _spoken(title, unit, known, points))


def _ladder(points: Sequence[GatePoint], now_s: int) -> Chart:
    chart = _chart("level", "Niveau de l’échelle", "niveau", [], points, now_s)
    if not points:
        return chart
    top = len(LEVELS) - 1
    d = path(points, lambda point: point.level, top=top, now_s=now_s, stepped=True)
    highest = max(point.level for point in points)
    return chart._replace(
        top=f"{top} {LEVELS[top].name}",
        half="",
        lines=(Line("Niveau", 1, d, LEVELS[points[-1].level].name),),
        spoken=f"Niveau de l’échelle pendant quinze minutes : au plus {highest}, {LEVELS[highest].name}.",
    )


def _spoken(title: str, unit: str, known: Sequence[_Wanted], points: Sequence[GatePoint]) -> str:
    highest = (
        f"{one.name.lower()} : au plus {number(max(one.value(point) or 0 for point in points), digits=1)}"
        for one in known
    )
    return f"{title} pendant quinze minutes, {unit} ; {', '.join(highest)}."
