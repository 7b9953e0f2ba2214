"""The time of one class: it starts with the wall clock and goes on with the monotonic one.

Somebody sets the machine's clock an hour back or forth in the middle of a lesson: rates, heartbeats, absences and the
minutes of the register must not notice. Only the planned end is an hour of the wall: ``of_wall_s`` carries it over.
"""

from collections.abc import Callable


class LessonClock:
    """Wall milliseconds that run evenly.

    Args:
        wall: wall seconds.
        monotonic: seconds of a clock that nobody sets.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall, self._monotonic = wall, monotonic
        self.start(not_before_ms=0)

    def start(self, *, not_before_ms: int) -> None:
        """Takes the wall's time, or ``not_before_ms`` when the wall was set back below what the log already says."""
        self._started_s = self._monotonic()
        self._start_ms = max(int(self._wall() * 1000), not_before_ms)

    def now_ms(self) -> int:
        """Milliseconds; never goes back, never leaps."""
        return self._start_ms + round((self._monotonic() - self._started_s) * 1000)

    def of_wall_s(self, at_s: int) -> int:
        """The second at which this clock will stand when the wall clock says ``at_s``."""
        return at_s + round(self.now_ms() / 1000 - self._wall())
