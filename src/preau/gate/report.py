"""What the porter tells of itself: one report of each second, and the last fifteen minutes. Pure.

``build_report`` puts one look and the controller's figures into the published shape; ``Past`` remembers what a single
second does not know: since when the ladder stands where it does, rates, the history for the charts. Nothing here is
needed for anybody's entry.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from preau.gate.ledger.interface import Census
from preau.gate.rules.entries import Came
from preau.gate.rules.places import CARDS, OTHERS, TIES
from preau.gate.rules.standing import Curve
from preau.gate.watched_waits import Waited
from preau.published.shapes import (
    HISTORY_POINTS,
    HISTORY_STEP_S,
    GateHistory,
    GatePoint,
    GateReport,
    GateResource,
    Mode,
)
from preau.tokens.ticket import LANES

NORMAL_95: Final = 1.96
OVERLOAD_MS: Final = 500.0
"""A queueing time above half a second is what people call slow: research on the gate, section 4."""

LONGEST_STEP_S: Final = 60
"""A longer silence between two looks (a machine that slept) is not counted as time in any state."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller and the ladder know; the defaults are for a gate that has neither.

    ``level`` None: the least that can be seen, 1 while somebody waits and else 0.
    """

    rate_per_s: float | None = None
    claims_per_s: float | None = None
    bound_by: str = ""
    resources: Mapping[str, GateResource] = {}
    no_show: float | None = None
    level: int | None = None
    level_reason: str = ""
    verdict: str = ""
    waited: Waited = Waited()


class Look(Protocol):
    """What the report needs of the porter's ``Outlook``."""

    @property
    def curves(self) -> Mapping[int, Curve]: ...
    @property
    def sample(self) -> int: ...
    @property
    def capacity(self) -> int: ...
    @property
    def free(self) -> int: ...
    @property
    def inside(self) -> int: ...
    @property
    def inside_staff(self) -> int: ...
    @property
    def inside_others(self) -> int: ...
    @property
    def census(self) -> Census: ...


class Counted(NamedTuple):
    """Growing totals by lane: places given, claims granted; and what ``came`` of both since the last look.

    ``started_at_s``: when the porter began. ``planned_at_s``: when the plan was made.
    """

    started_at_s: float
    planned_at_s: float
    arrivals: Sequence[int]
    admitted: Sequence[int]
    came: Came = Came()
    mode: Mode = "auto"
    edges: int = 1


class Standing(NamedTuple):
    """What ``Past`` knows of the ladder and of the rates."""

    level_since_s: float
    level_seconds: Sequence[int]
    overload_s: int
    entries_per_s: float


def interval(people: int, sample: int) -> tuple[int, int, int]:
    """(low, best, high) of how many wait, when ``people`` is ``sample`` times the number of those heard.

    Each of the waiting is heard with chance 1/``sample``: a binomial count, of which 1.96 standard deviations hold 19
    times in 20. Nobody heard still leaves room for three samples (the rule of three).
    """
    if sample <= 1:
        return people, people, people
    if not people:
        return 0, 0, 3 * sample
    spread = NORMAL_95 * math.sqrt(people * (sample - 1))
    return max(0, math.floor(people - spread)), people, math.ceil(people + spread)


def oldest_wait_s(curves: Mapping[int, Curve], *, now_s: float) -> int | None:
    """How long the first of lanes 2 and 3 has waited, from the key of arrival; None when nobody waits there."""
    firsts = [curves[lane].points[0][0] for lane in (CARDS, OTHERS) if lane in curves and curves[lane].points]
    return max(0, round(now_s - min(firsts) / TIES / 1000)) if firsts else None


def level_of(look: Look, figures: Figures) -> tuple[int, str]:
    """The level and the code of its reason."""
    if figures.level is not None:
        return figures.level, figures.level_reason
    waits = any(curve.people for curve in look.curves.values())
    return (1, "waiting") if waits else (0, "calm")


def build_report(look: Look, figures: Figures, counted: Counted, standing: Standing, *, now_s: float) -> GateReport:
    """The report of this second."""
    level, reason = level_of(look, figures)
    return GateReport(
        at_s=int(now_s),
        started_at_s=int(counted.started_at_s),
        arrivals=_by_lane(counted.arrivals),
        admitted=_by_lane(counted.admitted),
        waiting={str(lane): interval(curve.people, look.sample) for lane, curve in sorted(look.curves.items())},
        oldest_wait_s=oldest_wait_s(look.curves, now_s=now_s),
        inside=look.inside,
        inside_staff=look.inside_staff,
        inside_others=look.inside_others,
        entries_per_s=round(standing.entries_per_s, 2),
        rate_per_s=figures.rate_per_s,
        claims_per_s=figures.claims_per_s,
        capacity=look.capacity,
        free=look.free,
        level=level,
        level_since_s=int(standing.level_since_s),
        level_reason=reason,
        verdict=figures.verdict,
        level_seconds={str(n): seconds for n, seconds in enumerate(standing.level_seconds)},
        overload_s=standing.overload_s,
        bound_by=figures.bound_by,
        resources=dict(figures.resources),
        no_show=figures.no_show,
        wait_s=figures.waited.wait_s,
        gave_up=figures.waited.gave_up,
        foretold=dict(figures.waited.foretold),
        plan_age_s=round(max(0.0, now_s - counted.planned_at_s), 1),
        mode=counted.mode,
        edges=counted.edges,
    )


def worst_queue_ms(resources: Iterable[GateResource]) -> float | None:
    """The longest queueing time of all resources; None when none is measured."""
    return max((one.queue_ms for one in resources if one.queue_ms is not None), default=None)


def _by_lane(totals: Sequence[int]) -> dict[str, int]:
    return {str(lane): total for lane, total in enumerate(totals)}


def _entered(came: Came) -> int | None:
    return None if came.entered is None else came.entered.everybody


def _drawn(came: Came) -> int | None:
    return None if came.drawn is None else sum(came.drawn)


class _Second(NamedTuple):
    gone_s: float
    came: Came


class Past:
    """What the seconds before have left. Mutable; one per porter, told once a second."""

    def __init__(self, *, now_s: float) -> None:
        self._started_at_s = self._seen_at_s = now_s
        self._level, self._level_since_s = 0, now_s
        self._level_seconds = [0.0] * 6
        self._overload_s = 0.0
        self._seconds: deque[_Second] = deque(maxlen=HISTORY_STEP_S)
        self._points: deque[GatePoint] = deque(maxlen=HISTORY_POINTS)
        self._point_due_s = now_s + HISTORY_STEP_S

    @property
    def started_at_s(self) -> float:
        """Since when there is anything to remember."""
        return self._started_at_s

    def see(self, look: Look, figures: Figures, counted: Counted, *, now_s: float) -> GateReport:
        """One more second; returns its report."""
        level, _ = level_of(look, figures)
        gone_s = now_s - self._seen_at_s
        if 0 < gone_s <= LONGEST_STEP_S:
            self._level_seconds[self._level] += gone_s
            if (worst_queue_ms(figures.resources.values()) or 0.0) > OVERLOAD_MS:
                self._overload_s += gone_s
        if level != self._level:
            self._level, self._level_since_s = level, now_s
        self._seen_at_s = now_s
        self._seconds.append(_Second(gone_s, counted.came))
        standing = Standing(
            self._level_since_s,
            [int(seconds) for seconds in self._level_seconds],
            int(self._overload_s),
            self._rate(_entered),
        )
        report = build_report(look, figures, counted, standing, now_s=now_s)
        # A clock that went back must not silence the history: the distance counts, not its sign.
        if now_s >= self._point_due_s or now_s < self._point_due_s - 2 * HISTORY_STEP_S:
            self._point_due_s = now_s + HISTORY_STEP_S
            self._points.append(self._point(report))
        return report

    def history(self) -> GateHistory:
        """The last fifteen minutes."""
        return GateHistory(step_s=HISTORY_STEP_S, points=tuple(self._points))

    @property
    def last_point_s(self) -> int:
        """When the history last grew; 0 before it began."""
        return self._points[-1].at_s if self._points else 0

    def _rate(self, people: Callable[[Came], int | None]) -> float:
        """A mean over the seconds that are kept and of which it is known."""
        told = [(people(second.came), second.gone_s) for second in self._seconds if second.gone_s > 0]
        known = [(count, gone_s) for count, gone_s in told if count is not None]
        return sum(count for count, _ in known) / sum(gone_s for _, gone_s in known) if known else 0.0

    def _point(self, report: GateReport) -> GatePoint:
        arrivals_per_s = self._rate(_drawn)
        waiting = [report.waiting.get(str(lane), (0, 0, 0))[1] for lane in range(LANES)]
        queue_ms = worst_queue_ms(report.resources.values())
        return GatePoint(
            at_s=report.at_s,
            arrivals_per_s=round(arrivals_per_s, 2),
            entries_per_s=report.entries_per_s,
            rate_per_s=None if report.rate_per_s is None else round(report.rate_per_s, 2),
            waiting=(waiting[0], waiting[1], waiting[2], waiting[3]),
            inside=report.inside,
            capacity=report.capacity,
            level=report.level,
            queue_ms=None if queue_ms is None else round(queue_ms, 1),
        )
