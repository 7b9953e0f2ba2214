"""The waits of a simulated morning, those included who gave up: ``rules.survival`` over whole seconds."""

from typing import NamedTuple

import numpy as np

from preau.gate.rules import survival
from preau.gate.simulation.world import Longs


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
    found = survival.quantile(_stay(ended_s, gave_up_s), share)
    return None if found is None else float(found)


def _stay(ended_s: Longs, gave_up_s: Longs) -> list[float]:
    seconds = int(max(ended_s.max(initial=0), gave_up_s.max(initial=0))) + 1
    ended, left = (np.bincount(waits_s, minlength=seconds).tolist() for waits_s in (ended_s, gave_up_s))
    return survival.survivors(ended, left)
