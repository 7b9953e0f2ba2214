"""The line in front of password verification.

One Argon2id verification takes tens to hundreds of milliseconds of a core, and tens of MiB of memory, on purpose. So a
few run at once, some wait, and the rest are told at once to come back: a rush of sign-ins must not exhaust the
processor that everybody else needs.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, Protocol

from django.conf import settings

MOST_WAITING: Final = 64
"""Behind one verification of 100 ms at a time, the last of 64 waits 6.4 s: within ``PATIENCE_S``."""
PATIENCE_S: Final = 8.0
"""A person still looks at the screen; most clients and proxies give up later than this."""


class Watch(Protocol):
    """Whoever measures the line (``project.meter.LineMeter``); called in the threads of those who stand in it."""

    def stands(self) -> int: ...
    def begins(self, number: int) -> None: ...
    def ends(self, number: int) -> None: ...


class VerificationLine:
    """At most ``at_once`` verify and ``most_waiting`` wait, each for ``patience_s`` at most.

    Attributes:
        watch: told of everybody who stands in the line; None: nobody measures.
    """

    watch: Watch | None = None

    def __init__(self, at_once: int, *, most_waiting: int = MOST_WAITING, patience_s: float = PATIENCE_S) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + most_waiting)
        self._patience_s = patience_s

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Yields whether it is one's turn; if not, the line is full or too slow, and one must come back later."""
        if not self._places.acquire(blocking=False):
            yield False
            return
        watch = self.watch
        number = watch.stands() if watch else 0
        try:
            if not self._turns.acquire(timeout=self._patience_s):
                yield False
                return
            if watch:
                watch.begins(number)
            try:
                yield True
            finally:
                self._turns.release()
        finally:
            if watch:
                watch.ends(number)
            self._places.release()


@cache
def line_of_this_process() -> VerificationLine:
    """The one line that all threads of this process share."""
    return VerificationLine(settings.PREAU_SIGN_IN_CONCURRENCY)
