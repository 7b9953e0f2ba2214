"""A narrow lane past the queue: a reserved width for short requests that must not wait for anybody's place.

Two of them exist: handing in work (write lane) and signing in (sign-in lane). A lane takes no place of the capacity. A
turn is taken once a request has come whole (``body``). Turns go round the senders, one each, and one sender never has
more than half of the width: a flood from one address waits behind itself, and the next address is a turn away.
"""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator


class AtOnce:
    """Bounds what one holder has under way. Nobody waits here: who has too much is told so.

    Args:
        per_holder: under way at once, of one holder.
    """

    def __init__(self, *, per_holder: int) -> None:
        self._per_holder = per_holder
        self._under_way: Counter[str] = Counter()

    @contextlib.contextmanager
    def place(self, holder: str) -> Iterator[bool]:
        """Whether one more may begin; if so it counts as long as the block runs."""
        if self._under_way[holder] >= self._per_holder:
            yield False
            return
        self._under_way[holder] += 1
        try:
            yield True
        finally:
            self._under_way[holder] -= 1
            if not self._under_way[holder]:
                del self._under_way[holder]


class NarrowLane:
    """Requests under way and waiting.

    Args:
        width: requests under way at once.
        line: requests under way or waiting, in all.
        per_sender: of these, from one sender.
    """

    def __init__(self, *, width: int, line: int, per_sender: int) -> None:
        self._width = width
        self._at_once_per_sender = max(1, width // 2)
        self._line = line
        self._per_sender = per_sender
        self._present: Counter[str] = Counter()
        self._under_way: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """By sender; the first of the dictionary is the next in the round."""

    def has_room(self, sender: str) -> bool:
        """Whether one more of ``sender`` may join; true until something is awaited."""
        return self._present.total() < self._line and self._present[sender] < self._per_sender

    @contextlib.asynccontextmanager
    async def turn(self, sender: str) -> AsyncIterator[None]:
        """Waits for a turn, and holds it meanwhile."""
        self._present[sender] += 1
        called = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(sender, deque()).append(called)
        self._call()
        try:
            await called
            yield
        finally:
            self._leave(sender, called)
            self._call()

    def _call(self) -> None:
        """Gives the free turns, the longest unserved sender first."""
        while self._under_way.total() < self._width:
            sender = next((one for one in self._waiting if self._under_way[one] < self._at_once_per_sender), None)
            if sender is None:
                return
            line = self._waiting.pop(sender)
            called = line.popleft()
            if line:
                self._waiting[sender] = line  # to the end of the round
            self._under_way[sender] += 1
            if not called.cancelled():  # else who gave up takes the turn and hands it on in the same moment
                called.set_result(None)

    def _leave(self, sender: str, called: asyncio.Future[None]) -> None:
        line = self._waiting.get(sender, deque())
        if called in line:  # gave up before the turn came
            line.remove(called)
            if not line:
                del self._waiting[sender]
        else:
            self._under_way[sender] -= 1
        self._present[sender] -= 1
        if not self._present[sender]:
            del self._present[sender], self._under_way[sender]
