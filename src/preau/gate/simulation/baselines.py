"""The known ways to run a gate, to compare with. Each as published, with the constants of its documentation.

Laws (the rate differs, who is called is the same): a fixed rate, AIMD, DAGOR. Whole gates: none, one-minute buckets,
position cursor.
"""

import math
from typing import Final

from preau.gate.rules.calling import OPEN
from preau.gate.simulation.orders import Order
from preau.gate.simulation.policy import ALL_CALLED, NO_LIMIT, Decision, Seen

AIMD_TARGET_S: Final = 0.05
DAGOR_TARGET_S: Final = 0.02
"""DAGOR's mean queueing time (arXiv 1806.04075)."""


class NoGate:
    """Everybody enters as they come."""

    name, order = "no-gate", Order.ARRIVAL

    def tick(self, now_s: float, seen: Seen) -> Decision:  # noqa: ARG002  the protocol's
        """Open."""
        return Decision(ALL_CALLED, NO_LIMIT)


class FixedRate:
    """A law: what a human has typed in, and nothing that happens changes it."""

    def __init__(self, *, calls_per_s: float) -> None:
        self._calls_per_s = calls_per_s

    def calls_per_s(self, now_s: float, seen: Seen, *, called: int) -> float:  # noqa: ARG002  the protocol's
        """The same always."""
        return self._calls_per_s


class Aimd:
    """A law: additive increase, multiplicative decrease, as TCP: +5 a second each second, x 0.7 when work queues."""

    def __init__(self, *, people: int, first_per_s: float) -> None:
        self._step = 5.0 * people / 100_000
        self._rate = first_per_s

    def calls_per_s(self, now_s: float, seen: Seen, *, called: int) -> float:  # noqa: ARG002  the protocol's
        """The rate after this second."""
        self._rate = max(self._rate * 0.7, self._step) if seen.queue_s > AIMD_TARGET_S else self._rate + self._step
        return self._rate


class Dagor:
    """A law: 5 % less when work queues for over 20 ms, else 1 % more (WeChat's DAGOR, for its admission level)."""

    def __init__(self, *, first_per_s: float) -> None:
        self._least = first_per_s / 100
        self._rate = first_per_s

    def calls_per_s(self, now_s: float, seen: Seen, *, called: int) -> float:  # noqa: ARG002  the protocol's
        """The rate after this second."""
        self._rate = max(self._rate * (0.95 if seen.queue_s > DAGOR_TARGET_S else 1.01), self._least)
        return self._rate


class MinuteBuckets:
    """One-minute buckets: the people of a minute are called together; the next minute when nobody of it is left.

    As Cloudflare's waiting room documents it: a fixed number a minute, first come first served among those who poll; a
    bucket is held for its absentees at most five minutes, which is how long their cookie lives.

    Args:
        calls_per_s: what a human has typed in, per second.
        first_minute: minute 0 of the keys.
    """

    name, order = "minute-buckets", Order.MINUTE
    HOLD_S: Final = 300.0

    def __init__(self, *, calls_per_s: float) -> None:
        self._calls_per_s = calls_per_s
        self._next = 0
        self._opened_at_s = -math.inf

    def tick(self, now_s: float, seen: Seen) -> Decision:
        """The bucket after the last one, once that is empty."""
        waiting = [group.order_key for group in seen.groups]
        held = bool(waiting) and waiting[0] < self._next and now_s - self._opened_at_s < self.HOLD_S
        if waiting and not held:
            rest = [key for key in waiting if key >= self._next]
            if rest:
                self._next, self._opened_at_s = rest[0] + 1, now_s
        if not waiting:
            return Decision((OPEN, 0, 0, OPEN), self._calls_per_s)
        return Decision((OPEN, 0, 0, self._next), self._calls_per_s)


class PositionCursor:
    """Everybody draws a position; a cursor goes over them by a fixed step every 15 s, whether they are there or not.

    As Fastly's starter kit: ``cursor >= position`` passes. Absentees have positions like everybody.

    Args:
        calls_per_s: the step over its period.
    """

    name, order = "position-cursor", Order.POSITION
    PERIOD_S: Final = 15

    def __init__(self, *, calls_per_s: float) -> None:
        self._step = calls_per_s * self.PERIOD_S
        self._cursor = 0.0
        self._stepped_at_s = -math.inf

    def tick(self, now_s: float, seen: Seen) -> Decision:
        """The cursor; it does not run ahead of the positions drawn."""
        if now_s - self._stepped_at_s >= self.PERIOD_S:
            self._stepped_at_s = now_s
            self._cursor = min(self._cursor, seen.arrived) + self._step
        return Decision((OPEN, 0, 0, int(self._cursor)), NO_LIMIT)
