"""Waits of a queue that some leave before their turn: the estimator of Kaplan and Meier (1958).

The waits of those who entered alone would flatter: who gave up after 30 minutes would count as nothing. Here they count
as waits longer than 30 minutes, of unknown length; so do those who still wait.
"""

from collections.abc import Sequence


def survivors(ended: Sequence[int], left: Sequence[int]) -> list[float]:
    """For each step of time, the share that still waits after it. Cost: linear in the steps.

    Args:
        ended: by step, how many waits ended with their turn.
        left: by step, how many waits were watched for so long and no longer; as many steps as ``ended``.
    """
    at_risk, stay, found = sum(ended) + sum(left), 1.0, []
    for over, gone in zip(ended, left, strict=True):
        # Who leaves in a step counts as there in it: they were still waiting when others had their turn.
        stay *= 1.0 - over / max(at_risk, 1)
        at_risk -= over + gone
        found.append(stay)
    return found


def quantile(stay: Sequence[float], share: float) -> int | None:
    """The first step that ``share`` of the people do not exceed; None where too many left to tell."""
    least = 1 - share + 1e-12
    return next((step for step, waiting in enumerate(stay) if waiting <= least), None)
