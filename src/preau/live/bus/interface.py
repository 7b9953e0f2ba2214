"""What a bus promises: little, on purpose (exam: tests/live/bus/test_contract.py).

A message reaches every listener of its channel that is connected at the time, on all nodes, the sender's own included;
messages of one sender on one channel stay in order. A message may be lost: the journal is the truth, the bus only
makes nodes hear of it sooner.
"""

from collections.abc import Callable
from typing import Final, Protocol

MAX_MESSAGE_BYTES: Final = 65_536
"""Four wire messages; larger things belong into the journal."""

Listener = Callable[[bytes], None]
"""Called on the event loop; must return at once and not raise."""


class Bus(Protocol):
    """Publish and subscribe."""

    async def start(self) -> None:
        """Connects."""

    async def stop(self) -> None:
        """Disconnects; no listener is called afterwards."""

    async def subscribe(self, channel: str, listener: Listener) -> None:
        """Returns when messages published from now on will be heard."""

    async def unsubscribe(self, channel: str, listener: Listener) -> None:
        """Returns when the listener will not be called any more; unknown listeners are ignored."""

    async def publish(self, channel: str, message: bytes) -> bool:
        """Sends; False when it certainly did not leave this node (engine away). Never raises for that.

        Raises:
            ValueError: longer than ``MAX_MESSAGE_BYTES``.
        """


def check_size(message: bytes) -> None:
    """Refuses what no bus carries."""
    if len(message) > MAX_MESSAGE_BYTES:
        raise ValueError(f"{len(message)} bytes are too long for the bus")
