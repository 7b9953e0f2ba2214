"""What waits to be sent to one client. Bounded: a slow client must cost neither memory nor the others' time.

When it is full the old voice goes first (late voice is noise), then what is ephemeral, and when that is not enough
everything: the client gets a snapshot instead, which says the same in fewer bytes.
"""

import asyncio
from collections import deque
from typing import Final

import msgspec

MAX_FRAMES: Final = 256
MAX_BYTES: Final = 262_144
"""256 KiB: a snapshot of a large class (36 kB) several times over, and 2.6 GB if 10,000 clients stall at once."""
MAX_VOICE_FRAMES: Final = 25
"""Half a second to a second and a half: what comes later than that is skipped by the player anyway."""


class Waiting(msgspec.Struct):
    """A text frame in wait.

    ``key``: set when it is ephemeral; a newer one of the same key replaces it. ``lasting``: not even a snapshot
    replaces it (the welcome).
    """

    text: str
    key: str | None = None
    lasting: bool = False


class Outbox:
    """The queue between the room and the writer of one connection. Texts go before voice, each in order."""

    def __init__(self) -> None:
        self._texts: deque[Waiting] = deque()
        self._voice: deque[bytes] = deque()
        self._chars = 0
        self._wake = asyncio.Event()
        self.closing: tuple[int, str] | None = None
        self.needs_snapshot = False

    def put(self, text: str, *, key: str | None = None, lasting: bool = False) -> None:
        """Adds a text frame; ``key`` marks it ephemeral, ``lasting`` never to be dropped."""
        if self.closing is not None or (self.needs_snapshot and key is not None):
            return
        if key is not None:
            self._forget(key)
        self._texts.append(Waiting(text, key, lasting))
        self._chars += len(text)
        if self._is_full():
            self._relieve()
        self._wake.set()

    def put_voice(self, frame: bytes) -> None:
        """Adds a voice frame; the oldest gives way."""
        if self.closing is not None:
            return
        if len(self._voice) >= MAX_VOICE_FRAMES:
            self._voice.popleft()
        self._voice.append(frame)
        self._wake.set()

    def restart(self, text: str) -> None:
        """Replaces what waits by ``text`` (a snapshot)."""
        self._keep([waiting for waiting in self._texts if waiting.lasting])
        self.needs_snapshot = False
        self.put(text)

    def finish(self, code: int, reason: str, *texts: str) -> None:
        """Asks the writer to send what waits and ``texts``, then to close. Only the first call counts."""
        if self.closing is None:
            for text in texts:
                self.put(text)
            self.closing = (code, reason)
            self._voice.clear()
            self._wake.set()

    async def wait(self) -> None:
        """Returns when there is something to send or to do."""
        await self._wake.wait()

    def take(self) -> tuple[list[str], list[bytes]]:
        """Everything in wait; the queue is empty afterwards."""
        texts, voice = [waiting.text for waiting in self._texts], list(self._voice)
        self._texts.clear()
        self._voice.clear()
        self._chars = 0
        if self.closing is None:
            self._wake.clear()
        return texts, voice

    def _is_full(self) -> bool:
        return len(self._texts) > MAX_FRAMES or self._chars > MAX_BYTES

    def _relieve(self) -> None:
        self._voice.clear()
        self._keep([waiting for waiting in self._texts if waiting.key is None])
        if self._is_full():
            self._keep([waiting for waiting in self._texts if waiting.lasting])
            self.needs_snapshot = True

    def _forget(self, key: str) -> None:
        if any(waiting.key == key for waiting in self._texts):
            self._keep([waiting for waiting in self._texts if waiting.key != key])

    def _keep(self, kept: list[Waiting]) -> None:
        self._texts = deque(kept)
        self._chars = sum(len(waiting.text) for waiting in kept)
