"""How busy what is behind the gate is: what it finished, and how long people stood in line before it.

``Meter`` is for the school's one thread, ``LineMeter`` for any other line: the verification of passwords, the joins of
live classes. Queueing time, not response time: a slow database makes answers slow without making them wait for the
thread, and a thread that is behind makes everybody wait. The gate's controller reads this once a second.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, Final

from preau.gate.rules.controller import Reading

SERVER_ERROR: Final = 500
FAILURES_WATCHED_S: Final = 10
LEAST_FAILURES: Final = 5
"""One page that is broken is not a school that is: so many failures in so many seconds are told, fewer are not."""


class InLine:
    """One request between its arrival and its end."""

    __slots__ = ("arrived_at_s", "begun")

    def __init__(self, arrived_at_s: float) -> None:
        self.arrived_at_s = arrived_at_s
        self.begun = False


LONGEST_USUAL_S: Final = 0.1
USUAL_RISES: Final = 1.001
"""A machine that has become slower for good is believed after a quarter of an hour in which somebody came."""


_in_line: ContextVar[InLine | None] = ContextVar("in_line", default=None)


class Meter:
    """Counts the requests of one WSGI application that runs in one thread.

    Totals are written by one thread each (begins by the application's, ends by the loop's) and read by the loop.
    """

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._arrived = self._begun = self._gone = self._done = self._of_newcomers = self._shown = self._failed = 0
        self._lately: deque[tuple[int, int]] = deque(maxlen=FAILURES_WATCHED_S)  # shown and failed, by reading
        self._queued_s = 0.0
        self._begun_at_s = monotonic()
        self._last = (monotonic(), 0, 0, 0, 0, 0, 0.0)

    def wrap(self, wsgi: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The same application, which notes when a request begins."""

        def begin(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            request, now_s = _in_line.get(), self._monotonic()
            if request is not None:
                request.begun = True
                self._begun += 1
                self._queued_s += now_s - request.arrived_at_s
                self._begun_at_s = now_s
            return wsgi(environ, start_response)

        return begin

    @property
    def _stands(self) -> bool:
        """Whether somebody is in line."""
        return self._arrived - self._gone > self._begun

    def arrives(self) -> InLine:
        """A request of a person gets in line; called in the task that will hand it to the application."""
        if not self._stands:  # the line was empty: time without a request is no queueing
            self._begun_at_s = self._monotonic()
        self._arrived += 1
        request = InLine(self._monotonic())
        _in_line.set(request)
        return request

    def leaves(self, request: InLine) -> None:
        """It is over, whether it ever began or was given up in line."""
        self._gone += not request.begun

    def ends(self, *, status: int, newcomer: bool, let_in: bool) -> None:
        """It is answered.

        Args:
            status: of the answer.
            newcomer: asked by somebody who entered a moment ago, so that it is the work of an entry.
            let_in: shown to somebody whom the gate let in. What strangers are answered says nothing about the school:
                else one of them who finds a page that fails would stop all calls.
        """
        self._done += 1
        self._of_newcomers += newcomer
        self._shown += let_in
        self._failed += let_in and status >= SERVER_ERROR

    def read(self) -> Reading:
        """What happened since the last call."""
        now_s = self._monotonic()
        then_s, begun, done, of_newcomers, shown, failed, queued_s = self._last
        self._last = (now_s, self._begun, self._done, self._of_newcomers, self._shown, self._failed, self._queued_s)
        elapsed_s = max(now_s - then_s, 1e-3)
        began = self._begun - begun
        finished = self._done - done
        mean_s = (self._queued_s - queued_s) / began if began else 0.0
        stuck_s = now_s - self._begun_at_s if self._stands and not began else 0.0
        self._lately.append((self._shown - shown, self._failed - failed))
        return Reading(
            done_per_s=finished / elapsed_s,
            queue_s=max(mean_s, stuck_s),
            background_per_s=(finished - (self._of_newcomers - of_newcomers)) / elapsed_s,
            failed_share=self._failed_share(),
        )

    def _failed_share(self) -> float:
        shown, failed = (sum(numbers) for numbers in zip(*self._lately, strict=True))
        return failed / shown if failed >= LEAST_FAILURES else 0.0


class LineMeter:
    """Counts who stands in a line, whose turn comes and who is done; of any number of threads.

    What a turn takes to come when nobody stands before one (a commit on the disk) is not queueing: the least that was
    seen lately, at most ``LONGEST_USUAL_S``, is taken off.
    """

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._standing: dict[int, float] = {}
        self._under_way: set[int] = set()
        self._numbers = self._begun = self._done = 0
        self._queued_s = 0.0
        self._usual_s = LONGEST_USUAL_S
        self._read_at_s = monotonic()

    def stands(self) -> int:
        """Somebody gets in line; returns the number to name them by."""
        with self._lock:
            self._numbers += 1
            self._standing[self._numbers] = self._monotonic()
            return self._numbers

    def begins(self, number: int) -> None:
        """Their turn has come."""
        with self._lock:
            since_s = self._standing.pop(number, None)
            if since_s is not None:
                self._under_way.add(number)
                self._begun += 1
                self._queued_s += self._monotonic() - since_s

    def ends(self, number: int) -> None:
        """They are done, or have given up: who never had a turn is not counted as done. Once is enough."""
        with self._lock:
            self._standing.pop(number, None)
            self._done += number in self._under_way
            self._under_way.discard(number)

    def read(self) -> Reading:
        """What happened since the last call. Nobody can tell here who is a newcomer."""
        with self._lock:
            now_s = self._monotonic()
            elapsed_s = max(now_s - self._read_at_s, 1e-3)
            began, done, queued_s = self._begun, self._done, self._queued_s
            first_s = next(iter(self._standing.values()), now_s)
            self._begun = self._done = 0
            self._queued_s, self._read_at_s = 0.0, now_s
        if began:
            mean_s = queued_s / began
            self._usual_s = min(mean_s, self._usual_s * USUAL_RISES, LONGEST_USUAL_S)
        else:
            mean_s = now_s - first_s
        return Reading(done / elapsed_s, max(mean_s - self._usual_s, 0.0), background_per_s=None)
