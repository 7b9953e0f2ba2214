"""Bodies read ahead of a turn: while bytes are awaited, only a place for reading is taken.

A turn, in a lane past the queue or in the school's one thread, costs others their time; a place for reading costs a few
kilobytes. So whoever sends slowly waits for himself alone. Places are bounded in all, per sender and in bytes.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Final, NamedTuple

from preau.gate.behind import Message, Receive
from preau.gate.visitor import Scope


class BodyLimits(NamedTuple):
    """What a body may be: its size, the seconds it may take, and how fast it has to come after a grace."""

    most_bytes: int
    most_s: float
    grace_s: float
    least_bytes_per_s: int


SCHOOL_BODY: Final = BodyLimits(most_bytes=1_048_576, most_s=15.0, grace_s=2.0, least_bytes_per_s=1000)
"""Forms, journals of 200 events and pictures' references fit; course files are imported by the operator. GPRS is five
times faster than asked here, and who sends a byte now and then to keep a place loses it in two seconds."""
SIGN_IN_BODY: Final = BodyLimits(most_bytes=8192, most_s=3.0, grace_s=3.0, least_bytes_per_s=1000)
"""A name and a password, or a code, with the address to come back to: one packet, five times over. It fits whole into
what HAProxy holds of a request, so that no turn is ever held while bytes are awaited."""
WHOLE_BYTES: Final = 12_000
"""A body up to here is awaited without any place; a larger one is an upload. HAProxy, which holds 14.4 kB of a request
at least, counts the head too."""
UPLOADS_PER_VISITOR: Final = 2
"""Uploads of one visitor inside, at once: who sends slowly holds up little but himself."""


class BodyRefusal(StrEnum):
    """Why a body was not taken; the code of the answer."""

    NO_ROOM = "no_room"
    UPLOADS_FULL = "uploads_full"
    TOO_LARGE = "body_too_large"
    SLOW = "body_slow"
    BROKEN_OFF = "body_broken_off"

    @property
    def status(self) -> int:
        """Of the answer."""
        return {
            self.NO_ROOM: 503,
            self.UPLOADS_FULL: 429,
            self.TOO_LARGE: 413,
            self.SLOW: 408,
            self.BROKEN_OFF: 400,
        }[self]


class Readers:
    """Places for bodies that are being read or, read whole, wait for their turn.

    Args:
        limits: what each body may be.
        most: bodies in all.
        per_sender: of these, of one sender.
        most_bytes: what they may declare together; one that declares nothing counts as the largest allowed.
    """

    def __init__(self, limits: BodyLimits, *, most: int, per_sender: int, most_bytes: int) -> None:
        self._limits = limits
        self._most = most
        self._per_sender = per_sender
        self._most_bytes = most_bytes
        self._places: Counter[str] = Counter()
        self._bytes = 0

    @contextlib.asynccontextmanager
    async def ahead(self, scope: Scope, receive: Receive, sender: str) -> AsyncIterator[bytes | BodyRefusal]:
        """The whole body, in a place that is kept as long as the block runs; empty at once where none is brought."""
        if not brings_body(scope):
            yield b""
            return
        size = _declared_bytes(scope, self._limits)
        if size > self._limits.most_bytes:
            yield BodyRefusal.TOO_LARGE
        elif not self._has_room(sender, size):
            yield BodyRefusal.NO_ROOM
        else:
            self._places[sender] += 1
            self._bytes += size
            try:
                yield await read_whole(receive, self._limits)
            finally:
                self._bytes -= size
                self._places[sender] -= 1
                if not self._places[sender]:
                    del self._places[sender]

    def _has_room(self, sender: str, size: int) -> bool:
        return (
            self._places.total() < self._most
            and self._places[sender] < self._per_sender
            and self._bytes + size <= self._most_bytes
        )


def brings_body(scope: Scope) -> bool:
    """Whether there is a body to wait for: a page is asked for without one."""
    if scope["method"] not in {"GET", "HEAD"}:
        return True
    return _header(scope, b"content-length") not in {b"", b"0"} or bool(_header(scope, b"transfer-encoding"))


def replayed(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that begins with the body that was read."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return left.pop() if left else await receive()

    return replay


def is_upload(scope: Scope) -> bool:
    """Whether what is brought needs a place while it comes; what does not say its length does."""
    return brings_body(scope) and _declared_bytes(scope, SCHOOL_BODY) > WHOLE_BYTES


async def read_whole(receive: Receive, limits: BodyLimits) -> bytes | BodyRefusal:
    """The body, or why it was not taken."""
    chunks, size = [], 0
    began_s = asyncio.get_running_loop().time()
    while True:
        patience_s = min(limits.most_s, limits.grace_s + size / limits.least_bytes_per_s)
        try:
            async with asyncio.timeout_at(began_s + patience_s):
                message = await receive()
        except TimeoutError:
            return BodyRefusal.SLOW
        if message["type"] == "http.disconnect":
            return BodyRefusal.BROKEN_OFF
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limits.most_bytes:
            return BodyRefusal.TOO_LARGE
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _declared_bytes(scope: Scope, limits: BodyLimits) -> int:
    declared = _header(scope, b"content-length")
    if not declared:
        return limits.most_bytes
    return int(declared) if declared.isdigit() and len(declared) < 16 else limits.most_bytes + 1  # noqa: PLR2004  digits


def _header(scope: Scope, name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")
