"""Waits of a queue that some leave before their turn: the estimator of Kaplan and Meier (1958).

The waits of those who entered alone would flatter: who gave up after 30 minutes would count as nothing. Here they count
as waits longer than 30 minutes, of unknown length.
"""

from typing import NamedTuple

import numpy as np

from preau.gate.simulation.world import Floats, Longs


class Waits(NamedTuple):
    """Quantiles in seconds; None where too many left to tell."""

    p50_s: float | None
    p90_s: float | None
    p99_s: float | None


def waits(ended_s: Longs, gave_up_s: Longs) -> Waits:
    """The quantiles of the wait.

    Args:
        ended_s: waits that ended with the entry, whole seconds, at least 0.
        gave_up_s: waits that ended otherwise, after so long.
    """
    values = (quantile(ended_s, gave_up_s, share) for share in (0.5, 0.9, 0.99))
    return Waits(*values)


def quantile(ended_s: Longs, gave_up_s: Longs, share: float) -> float | None:
    """The wait that ``share`` of the people do not exceed, or None if the curve never comes down to it."""
    survivors = curve(ended_s, gave_up_s)
    below = np.flatnonzero(survivors <= 1 - share + 1e-12)
    return float(below[0]) if len(below) else None


def curve(ended_s: Longs, gave_up_s: Longs) -> Floats:
    """For each second, the share that still waits after it. Cost: linear in people and seconds."""
    longest = int(max(ended_s.max(initial=0), gave_up_s.max(initial=0)))
    ended = np.bincount(ended_s, minlength=longest + 1)
    left = np.bincount(gave_up_s, minlength=longest + 1)
    # Who leaves in a second counts as there in it: they were still waiting when others entered.
    at_risk = np.cumsum((ended + left)[::-1])[::-1]
    stay: Floats = np.cumprod(1.0 - ended / np.maximum(at_risk, 1), dtype=np.float64)
    return stay
