"""A ledger that may be dead: the gate goes on without it, says so, and harms nobody.

While the store does not answer, passes stay good, places are drawn without setback, and nobody new enters: counting
wrong would let everybody in at once, which is what the gate is there to prevent. The porter's plan stands meanwhile.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog

from preau.gate.ledger.interface import Census, Holder, Ledger, LedgerUnavailable, Room, Wait, Waiter

SAY_AGAIN_S: Final = 10.0
"""A dead store fails hundreds of times a second; the log needs to hear it now and then."""

log = structlog.get_logger("preau.gate")


class SteadyLedger:
    """See ``gate.ledger.interface``; never raises ``LedgerUnavailable`` except from ``census``.

    Attributes:
        failures_total: operations that the store did not answer.
    """

    def __init__(self, ledger: Ledger, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._monotonic = monotonic
        self._said_at_s = float("-inf")
        self.failures_total = 0

    async def draw_place(self, source: str, *, now_s: float) -> int:
        try:
            return await self._ledger.draw_place(source, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)
            return 0

    async def note_waiting(self, waiter: Waiter, *, until_s: float, now_s: float) -> None:
        try:
            await self._ledger.note_waiting(waiter, until_s=until_s, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)

    async def stop_waiting(self, tid: str) -> None:
        try:
            await self._ledger.stop_waiting(tid)
        except LedgerUnavailable as error:
            self._say(error)

    async def claim(self, holder: Holder, *, source: str, room: Room, until_s: float, now_s: float) -> bool:
        try:
            return await self._ledger.claim(holder, source=source, room=room, until_s=until_s, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)
            return False

    async def touch(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        try:
            return await self._ledger.touch(holder, until_s=until_s, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)
            return True

    async def resume(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        try:
            return await self._ledger.resume(holder, until_s=until_s, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)
            return False

    async def leave(self, sid: str, *, now_s: float) -> None:
        try:
            await self._ledger.leave(sid, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)

    async def take_by_link(self, room: str, *, most: int, until_s: float, now_s: float) -> bool:
        try:
            return await self._ledger.take_by_link(room, most=most, until_s=until_s, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)
            return True  # the link is genuine, and order is all that it gives

    async def spend(self, nonce: str, *, until_s: float, now_s: float) -> bool:
        try:
            return await self._ledger.spend(nonce, until_s=until_s, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)
            return False

    async def note_at_the_door(self, subject: str, *, now_s: float) -> Wait:
        try:
            return await self._ledger.note_at_the_door(subject, now_s=now_s)
        except LedgerUnavailable as error:
            self._say(error)
            return Wait(int(now_s), int(now_s))

    async def at_the_door(self, *, now_s: float) -> dict[str, Wait]:
        return await self._ledger.at_the_door(now_s=now_s)

    async def restore_at_the_door(self, waits: dict[str, Wait]) -> None:
        await self._ledger.restore_at_the_door(waits)

    async def census(self, *, now_s: float) -> Census:
        return await self._ledger.census(now_s=now_s)

    async def close(self) -> None:
        await self._ledger.close()

    def _say(self, error: LedgerUnavailable) -> None:
        self.failures_total += 1
        if self._monotonic() - self._said_at_s >= SAY_AGAIN_S:
            self._said_at_s = self._monotonic()
            log.error("ledger_unavailable", reason=str(error), failures_total=self.failures_total)
