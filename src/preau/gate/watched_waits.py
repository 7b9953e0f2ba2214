"""The waits that the porter watches: how long until the entry, those included who gave up, and what was foretold.

A wait begins when a device is first heard waiting. It ends with the entry: somebody who was called is gone before the
ledger would have forgotten the silent; all others who are gone gave up. Who was there already when the porter began is
left out, because nobody knows since when. Told once a second; nothing here decides about anybody.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from itertools import islice, zip_longest
from typing import Final, Literal, NamedTuple

import msgspec

from preau.gate.ledger.interface import PRESENT_S, Census, Waiter
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
        wait_s: quantiles by ``SHARES`` of the wait until the entry, seconds; None where too few entered to tell.
        gave_up: people who left without having entered, since the porter began.
        foretold: people who entered before, within and after the interval that they were told first.
    """

    wait_s: tuple[int | None, int | None, int | None] = (None, None, None)
    gave_up: int = 0
    foretold: Mapping[End, int] = {}


class _Told(NamedTuple):
    at_s: float
    interval: WaitInterval


class _Person:
    __slots__ = ("called", "since_s", "told", "until_s", "waiter")

    def __init__(self, waiter: Waiter, since_s: float) -> None:
        self.waiter, self.since_s = waiter, since_s
        self.called = False
        self.told: _Told | None = None
        self.until_s: float | None = None


class _Slot(NamedTuple):
    """Waits that ended in one minute, by step of their length: with the entry, or otherwise."""

    minute: int
    entered: "Counter[int]"
    left: "Counter[int]"


class WatchedWaits:
    """Mutable; one per porter. Bounded by the ledger's bound of the waiting."""

    def __init__(self) -> None:
        self._people: dict[str, _Person] = {}
        self._there_before: set[str] | None = None
        self._slots: deque[_Slot] = deque(maxlen=SLOTS)
        self._sample = 1
        self._gave_up = 0
        self._foretold: Counter[End] = Counter()
        self._summed_at_s, self._wait_s = float("-inf"), Waited().wait_s

    def look(
        self, census: Census, marks: Mapping[int, int], estimate: Estimate, *, sample: int, now_s: float
    ) -> Waited:
        """One more look.

        Args:
            census: who is heard, and until when each counts as present.
            marks: the watermark of each lane now.
            estimate: what somebody at this place is told.
            sample: one in so many of the waiting is heard, and stands for as many.
            now_s: wall clock.
        """
        self._sample = max(sample, self._sample if self._people else 1)
        known = zip_longest(census.waiting, census.until_s)
        heard = {one.tid: (one, until_s) for one, until_s in known if self._is_asked(one.tid)}
        if self._there_before is None:
            self._there_before = set(heard)
        self._there_before.intersection_update(heard)
        for tid, (waiter, until_s) in heard.items():
            person = self._people.get(tid)
            if person is None and tid not in self._there_before:
                person = self._people[tid] = _Person(waiter, now_s)
            if person is not None:
                person.waiter, person.until_s = waiter, until_s
        for tid in self._people.keys() - heard.keys():
            self._gone(tid, self._people.pop(tid), marks, now_s)
        for person in self._people.values():
            person.called = person.called or _is_called(person, marks)
        self._tell(estimate, now_s)
        if abs(now_s - self._summed_at_s) >= SUMMED_EVERY_S:
            self._summed_at_s, self._wait_s = now_s, self._quantiles(now_s)
        return Waited(wait_s=self._wait_s, gave_up=self._gave_up, foretold=dict(self._foretold))

    def _gone(self, tid: str, person: _Person, marks: Mapping[int, int], now_s: float) -> None:
        if not self._is_asked(tid):
            return  # it says nothing because nobody asks it any more
        silent = person.until_s is not None and person.until_s <= now_s
        if not silent and (person.called or _is_called(person, marks)):
            self._slot(now_s).entered[_step(now_s - person.since_s)] += self._sample
            if person.told is not None:
                self._foretold[_end(person.told, now_s)] += self._sample
            return
        last_s = person.until_s - PRESENT_S if silent and person.until_s is not None else now_s
        self._gave_up += self._sample
        self._slot(now_s).left[_step(last_s - person.since_s)] += self._sample

    def _is_asked(self, tid: str) -> bool:
        return self._sample == 1 or in_sample(lot_of(tid), self._sample)

    def _tell(self, estimate: Estimate, now_s: float) -> None:
        untold = (person for person in self._people.values() if person.told is None)
        for person in islice(untold, TOLD_PER_LOOK):
            interval = estimate(Place(person.waiter.lane, person.waiter.order_key))
            if interval is None:
                return  # too few entries yet to tell anybody
            person.told = _Told(now_s, interval)

    def _slot(self, now_s: float) -> _Slot:
        minute = int(now_s // SLOT_S)
        if not self._slots or self._slots[-1].minute != minute:
            self._slots.append(_Slot(minute, Counter(), Counter()))
        return self._slots[-1]

    def _quantiles(self, now_s: float) -> tuple[int | None, int | None, int | None]:
        entered, left = [0] * STEPS, [0] * STEPS
        for slot in self._slots:
            if 0 <= now_s // SLOT_S - slot.minute < SLOTS:
                for step, people in slot.entered.items():
                    entered[step] += people
                for step, people in slot.left.items():
                    left[step] += people
        for person in self._people.values():
            left[_step(now_s - person.since_s)] += self._sample
        stay = survivors(entered, left)
        p50, p90, p99 = (_seconds(quantile(stay, share)) for share in SHARES)
        return p50, p90, p99


def _is_called(person: _Person, marks: Mapping[int, int]) -> bool:
    return person.waiter.order_key < marks.get(person.waiter.lane, 0)


def _end(told: _Told, now_s: float) -> End:
    took_s, (low_s, high_s) = now_s - told.at_s, told.interval
    return "early" if took_s < low_s else "late" if took_s > high_s else "within"


def _seconds(step: int | None) -> int | None:
    return None if step is None else step * STEP_S


def _step(wait_s: float) -> int:
    return min(max(0, int(wait_s // STEP_S)), STEPS - 1)
