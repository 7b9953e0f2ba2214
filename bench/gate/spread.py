"""Figures of a bench, computed: percentiles, the spread of rounds, ratios, availability. Pure."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple


class Spread(NamedTuple):
    """One figure over the rounds of a bench: its median, and the least and the most that a round gave."""

    median: float
    least: float
    most: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    return Spread(median(values), min(values), max(values), len(values))


def ratios(ours: Mapping[int, float], theirs: Mapping[int, float]) -> Spread | None:
    """Ours / theirs, round by round: both of a round ran within minutes, so most of the machine's mood cancels out.

    None without a round that has both.
    """
    both = [ours[number] / theirs[number] for number in sorted(ours) if theirs.get(number)]
    return spread(both) if both else None


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of the values do not exceed (nearest rank)."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class Probed(NamedTuple):
    """What an honest visitor saw. ``availability`` in [0, 1]; an answer later than the time-out is none."""

    asked: int
    availability: float
    p50_ms: float
    p99_ms: float
    worst_ms: float


def probed(latencies_s: Sequence[float | None]) -> Probed:
    """Sums up probes; None is one that got no good answer in time. Percentiles are of the answered ones."""
    good = [value * 1000 for value in latencies_s if value is not None]
    share = len(good) / len(latencies_s) if latencies_s else 0.0
    return Probed(len(latencies_s), share, percentile(good, 0.5), percentile(good, 0.99), max(good, default=math.nan))


def by_window(instants_s: Sequence[float], *, start_s: float, end_s: float, window_s: float) -> list[int]:
    """How many instants fall into each whole window of [start, end)."""
    counts = [0] * int((end_s - start_s) / window_s)
    for instant_s in instants_s:
        number = math.floor((instant_s - start_s) / window_s)
        if 0 <= number < len(counts):
            counts[number] += 1
    return counts
