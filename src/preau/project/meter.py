"""How busy the school's thread is: what it finished, and how long requests stood in line before it.

Queueing time, not response time: a slow database makes answers slow without making them wait for the thread, and a
thread that is behind makes everybody wait. The gate's controller reads this once a second.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, Final

from preau.gate.rules.controller import Reading

_arrived_at_s: ContextVar[float | None] = ContextVar("arrived_at_s", default=None)

SERVER_ERROR: Final = 500


class Meter:
    """Counts the requests of one WSGI application that runs in one thread.

    Totals are written by one thread each (begins by the application's, ends by the loop's) and read by the loop.
    """

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._arrived = self._begun = self._done = self._of_newcomers = self._failed = 0
        self._queued_s = 0.0
        self._begun_at_s = monotonic()
        self._last = (monotonic(), 0, 0, 0, 0, 0.0)

    def wrap(self, wsgi: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The same application, which notes when a request begins."""

        def begin(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            arrived_at_s, now_s = _arrived_at_s.get(), self._monotonic()
            if arrived_at_s is not None:
                self._begun += 1
                self._queued_s += now_s - arrived_at_s
                self._begun_at_s = now_s
            return wsgi(environ, start_response)

        return begin

    def arrives(self) -> None:
        """A request of a person gets in line; called in the task that will hand it to the application."""
        if self._arrived == self._begun:  # the line was empty: time without a request is no queueing
            self._begun_at_s = self._monotonic()
        self._arrived += 1
        _arrived_at_s.set(self._monotonic())

    def ends(self, *, status: int, newcomer: bool) -> None:
        """It is answered. ``newcomer``: by somebody who entered a moment ago, so that it is the work of an entry."""
        self._done += 1
        self._of_newcomers += newcomer
        self._failed += status >= SERVER_ERROR

    def read(self) -> Reading:
        """What happened since the last call."""
        now_s = self._monotonic()
        then_s, begun, done, of_newcomers, failed, queued_s = self._last
        self._last = (now_s, self._begun, self._done, self._of_newcomers, self._failed, self._queued_s)
        elapsed_s = max(now_s - then_s, 1e-3)
        began = self._begun - begun
        finished = self._done - done
        mean_s = (self._queued_s - queued_s) / began if began else 0.0
        stuck_s = now_s - self._begun_at_s if self._arrived > self._begun and not began else 0.0
        return Reading(
            done_per_s=finished / elapsed_s,
            queue_s=max(mean_s, stuck_s),
            background_per_s=(finished - (self._of_newcomers - of_newcomers)) / elapsed_s,
            failed_share=(self._failed - failed) / finished if finished else 0.0,
        )
