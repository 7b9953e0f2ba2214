"""A narrow lane past the queue: a reserved width for short requests that must not wait for anybody's place.

Two of them exist: handing in work (write lane) and signing in (sign-in lane). A lane takes no place of the capacity. It
is fair by arrival, and bounded twice: in all, and per network source, so that a flood from one address only fills its
own part of the line and the next address is a few requests away from its turn.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator


class NarrowLane:
    """Requests under way and waiting, in order of arrival.

    Args:
        width: requests under way at once.
        line: requests under way or waiting, in all.
        per_source: of these, from one network source.
    """

    def __init__(self, *, width: int, line: int, per_source: int) -> None:
        self._under_way = asyncio.Semaphore(width)
        self._line = line
        self._per_source = per_source
        self._present: Counter[str] = Counter()

    def has_room(self, source: str) -> bool:
        """Whether one more from ``source`` may join; true until something is awaited."""
        return self._present.total() < self._line and self._present[source] < self._per_source

    @contextlib.asynccontextmanager
    async def turn(self, source: str) -> AsyncIterator[None]:
        """Waits for a turn, and holds it meanwhile."""
        self._present[source] += 1
        try:
            async with self._under_way:
                yield
        finally:
            self._present[source] -= 1
            if not self._present[source]:
                del self._present[source]
