"""Per-second counts of the last half hour, read per minute.

The rooms publish growing totals (a Prometheus counter has the same shape). ``Ring.observe`` spreads the growth between
two readings evenly over the seconds between them, in whole units; a total that went down means a restart, and the new
total is then the growth. Only minutes that were observed from their first second on are told: a minute nobody watched
is not a minute without arrivals. One slot per second, overwritten when its second comes round again: memory never
grows.
"""

from typing import Final

SPAN_MINUTES: Final = 30
_SLOTS: Final = (SPAN_MINUTES + 1) * 60
"""One minute more than is shown, so that the oldest minute shown is still complete."""


class Ring:
    """Counts per second over the last ``SPAN_MINUTES`` minutes. Times are wall seconds."""

    def __init__(self) -> None:
        self._second_of_slot = [-1] * _SLOTS
        self._count_of_slot = [0] * _SLOTS
        self._total: int | None = None
        self._since_s: float | None = None
        self._observed_at_s = 0.0

    def add(self, now_s: float, count: int = 1) -> None:
        """Counts ``count`` events at ``now_s``. A second older than what its slot holds is dropped."""
        if self._since_s is None:
            self._since_s = now_s
        second = int(now_s)
        slot = second % _SLOTS
        if self._second_of_slot[slot] > second:
            return
        if self._second_of_slot[slot] < second:
            self._second_of_slot[slot], self._count_of_slot[slot] = second, 0
        self._count_of_slot[slot] += count

    def observe(self, now_s: float, total: int) -> None:
        """Takes a reading of a growing total. The first reading only sets the origin: nothing is invented before it."""
        previous, before_s = self._total, self._observed_at_s
        self._total, self._observed_at_s = total, now_s
        if previous is None:
            self._since_s = now_s
            return
        growth = total - previous if total >= previous else total
        seconds = min(max(1, int(now_s) - int(before_s)), _SLOTS - 1)
        share, rest = divmod(growth, seconds)
        for ago in range(seconds):
            self.add(int(now_s) - ago, share + (1 if ago < rest else 0))

    def per_minute(self, now_s: float) -> tuple[int, ...]:
        """Counts of the complete clock minutes observed, the last ``SPAN_MINUTES`` at most, oldest first."""
        if self._since_s is None:
            return ()
        end = int(now_s) // 60 * 60
        counts = [0] * SPAN_MINUTES
        for second, count in zip(self._second_of_slot, self._count_of_slot, strict=True):
            minutes_ago = (end - 1 - second) // 60
            if second >= 0 and 0 <= minutes_ago < SPAN_MINUTES:
                counts[SPAN_MINUTES - 1 - minutes_ago] += count
        observed = max(0, min(SPAN_MINUTES, int(end - self._since_s) // 60))
        return tuple(counts[SPAN_MINUTES - observed :])
