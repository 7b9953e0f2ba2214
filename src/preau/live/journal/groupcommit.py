"""Group commit: many appends, one trip to the disk.

Callers wait together. The first opens a window of a few milliseconds; what arrives meanwhile, or while the former
group is being written, goes out as the next group. (SQLite with full synchronisation: 256 lines a second one by one,
21,000 in groups of twenty: research on classrooms, measured.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from preau.live.journal.interface import JournalUnavailable, Line

WINDOW_S: Final = 0.005
"""Half of what a person could feel as delay is a hundred times this; the disk needs about as long anyway."""
MAX_WAITING: Final = 10_000
"""Appends in wait. Beyond, the disk is a second behind and more would only be lost later."""
MAX_GROUP: Final = 500
"""Appends in one transaction: bounds how long the others wait for it."""


class Append(msgspec.Struct, frozen=True):
    """Lines that one caller wants on disk, all or none."""

    session: str
    epoch: int
    lines: Sequence[Line]


Outcome = Exception | None
Write = Callable[[Sequence[Append]], Awaitable[Sequence[Outcome]]]
"""Writes a group in one transaction and says for each append whether it took; raises when the whole group failed."""


class GroupCommit:
    """Collects appends and writes them group by group, in order of arrival."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[tuple[Append, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def append(self, append: Append) -> None:
        """Returns when the append is durable; raises its outcome otherwise."""
        if len(self._waiting) >= MAX_WAITING:
            raise JournalUnavailable("too many appends are waiting for the disk")
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((append, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain(), name="journal group commit")
        await future

    async def settle(self) -> None:
        """Returns when nothing waits any more."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def _drain(self) -> None:
        await asyncio.sleep(WINDOW_S)
        while self._waiting:
            group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
            try:
                outcomes = await self._write([append for append, _ in group])
            except Exception as failure:  # noqa: BLE001  every waiting caller must hear of it, whatever it is
                unavailable = JournalUnavailable(str(failure))
                unavailable.__cause__ = failure
                outcomes = [unavailable] * len(group)
            for (_, future), outcome in zip(group, outcomes, strict=True):
                _settle(future, outcome)


def _settle(future: asyncio.Future[None], outcome: Outcome) -> None:
    if future.done():  # its caller was cancelled; the lines are in the log all the same
        return
    if outcome is None:
        future.set_result(None)
    else:
        future.set_exception(outcome)
