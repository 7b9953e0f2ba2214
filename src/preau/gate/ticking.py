"""A task that does one thing every second and survives every exception."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

TICK_S: Final = 1.0
SAY_AGAIN_EVERY: Final = 60
"""Failures in a row: the first is said, then one a minute."""

log = structlog.get_logger("preau.gate")


async def tick_for_ever(tick: Callable[[], Awaitable[None]], *, name: str) -> None:
    """Calls ``tick`` once a second until it is cancelled.

    Once is enough to know why it failed (event ``tick_failed``); then once a minute that it still does, and at last
    that it goes again (``ticks_again``).
    """
    failures = 0
    while True:
        try:
            await tick()
        except Exception:
            if failures % SAY_AGAIN_EVERY == 0:
                log.exception("tick_failed", task=name, failures=failures + 1)
            failures += 1
        else:
            if failures:
                log.info("ticks_again", task=name, failures=failures)
            failures = 0
        await asyncio.sleep(TICK_S)
