"""A background job that outlives its own failures."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

import structlog

AGAIN_AFTER_S: Final = 1.0
"""Soon enough for the plan, which runs for 60 s, and a line of the log a second at most."""

log = structlog.get_logger("preau.serve")


async def supervised(name: str, job: Callable[[], Awaitable[object]]) -> NoReturn:
    """Runs ``job`` until it is cancelled: what ends or raises is said in the log and started again a second later."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job_died", job=name)
        await asyncio.sleep(AGAIN_AFTER_S)
