"""The waits that the porter watches: how long until the call, those included who gave up, and what was foretold.

A wait begins when a device is first heard waiting and ends when its place is called. Who is not heard any more without
having been called gave up; who was there already when the porter began is left out, because nobody knows since when.
Told once a second; nothing here decides about anybody.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, NamedTuple

import msgspec

from preau.gate.ledger.interface import PRESENT_S, Waiter
from preau.gate.rules.places import Place
from preau.gate.rules.state import in_sample, lot_of
from preau.gate.rules.survival import quantile, survivors
from preau.gate.rules.wait import WaitInterval

SHARES: Final = (0.5, 0.9, 0.99)
STEP_S: Final = 5
STEPS: Final = 2 * 3600 // STEP_S
"""Longer waits than two hours count as two hours."""

SLOT_S: Final = 60
SLOTS: Final = 15
"""The quantiles are of the waits that ended in the last quarter of an hour, and of those that have not."""

SUMMED_EVERY_S: Final = 5.0
TOLD_PER_LOOK: Final = 500
"""Estimates worked out in one look: a crowd of thousands is spread over some."""

End = Literal["early", "within", "late"]
Estimate = Callable[[Place], WaitInterval | None]


class Waited(msgspec.Struct, frozen=True, kw_only=True):
    """What the waits came to.

    Attributes:
        wait_s: quantiles by ``SHARES`` of the wait until the call, seconds; None where too few were called to tell.
        gave_up: people who left without having been called, since the porter began.
        foretold: people called before, within and after the interval that they were told first.
    """

    wait_s: tuple[int | None, int | None, int | None] = (None, None, None)
    gave_up: int = 0
    foretold: Mapping[End, int] = {}


class _Told(NamedTuple):
    at_s: float
    interval: WaitInterval


class _Slot(NamedTuple):
    """Waits that ended in one minute, by step of their length: with the call, or otherwise."""

    minute: int
    called: "Counter[int]"
    left: "Counter[int]"


class WatchedWaits:
    """Mutable; one per porter. Bounded by the ledger's bound of the waiting."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}
        self._told: dict[str, _Told] = {}
        self._over: set[str] = set()
        """Heard and called already, or there before the porter."""
        self._slots: deque[_Slot] = deque(maxlen=SLOTS)
        self._begun = False
        self._sample = 1
        self._gave_up = 0
        self._foretold: Counter[End] = Counter()
        self._summed_at_s, self._wait_s = float("-inf"), Waited().wait_s

    def look(
        self, waiting: Iterable[Waiter], marks: Mapping[int, int], estimate: Estimate, *, sample: int, now_s: float
    ) -> Waited:
        """One more look.

        Args:
            waiting: who is heard.
            marks: the watermark of each lane now.
            estimate: what somebody at this place is told.
            sample: one in so many of the waiting is heard, and stands for as many.
            now_s: wall clock.
        """
        self._sample = max(sample, self._sample if self._since_s else 1)
        heard = {one.tid: one for one in waiting if self._is_asked(one.tid)}
        if not self._begun:
            self._begun, self._over = True, set(heard)
        self._forget(heard, now_s)
        for tid, waiter in heard.items():
            if tid not in self._over:
                self._since_s.setdefault(tid, now_s)
                if waiter.order_key < marks.get(waiter.lane, 0):
                    self._call(tid, now_s)
        self._tell(heard, estimate, now_s)
        if abs(now_s - self._summed_at_s) >= SUMMED_EVERY_S:
            self._summed_at_s, self._wait_s = now_s, self._quantiles(now_s)
        return Waited(wait_s=self._wait_s, gave_up=self._gave_up, foretold=dict(self._foretold))

    def _forget(self, heard: Mapping[str, Waiter], now_s: float) -> None:
        self._over.intersection_update(heard)
        for tid in [tid for tid in self._since_s if tid not in heard]:
            since_s = self._since_s.pop(tid)
            self._told.pop(tid, None)
            if self._is_asked(tid):  # or it says nothing because nobody asks it any more
                self._gave_up += self._sample
                self._slot(now_s).left[_step(now_s - PRESENT_S - since_s)] += self._sample

    def _is_asked(self, tid: str) -> bool:
        return self._sample == 1 or in_sample(lot_of(tid), self._sample)

    def _call(self, tid: str, now_s: float) -> None:
        self._slot(now_s).called[_step(now_s - self._since_s.pop(tid))] += self._sample
        self._over.add(tid)
        told = self._told.pop(tid, None)
        if told is not None:
            took_s, (low_s, high_s) = now_s - told.at_s, told.interval
            end: End = "early" if took_s < low_s else "late" if took_s > high_s else "within"
            self._foretold[end] += self._sample

    def _tell(self, heard: Mapping[str, Waiter], estimate: Estimate, now_s: float) -> None:
        untold = (tid for tid in self._since_s if tid not in self._told)
        for _, tid in zip(range(TOLD_PER_LOOK), untold, strict=False):
            interval = estimate(Place(heard[tid].lane, heard[tid].order_key))
            if interval is None:
                return  # too few entries yet to tell anybody
            self._told[tid] = _Told(now_s, interval)

    def _slot(self, now_s: float) -> _Slot:
        minute = int(now_s // SLOT_S)
        if not self._slots or self._slots[-1].minute != minute:
            self._slots.append(_Slot(minute, Counter(), Counter()))
        return self._slots[-1]

    def _quantiles(self, now_s: float) -> tuple[int | None, int | None, int | None]:
        called, left = [0] * STEPS, [0] * STEPS
        for slot in self._slots:
            if 0 <= now_s // SLOT_S - slot.minute < SLOTS:
                for step, people in slot.called.items():
                    called[step] += people
                for step, people in slot.left.items():
                    left[step] += people
        for since_s in self._since_s.values():
            left[_step(now_s - since_s)] += self._sample
        stay = survivors(called, left)
        p50, p90, p99 = (_seconds(quantile(stay, share)) for share in SHARES)
        return p50, p90, p99


def _seconds(step: int | None) -> int | None:
    return None if step is None else step * STEP_S


def _step(wait_s: float) -> int:
    return min(max(0, int(wait_s // STEP_S)), STEPS - 1)
