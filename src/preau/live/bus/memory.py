"""The bus of a single node: the listeners are in this process."""

from collections import defaultdict

from preau.live.bus.interface import Listener, check_size


class MemoryBus:
    """Delivers at once, to listeners of this very object."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)

    async def start(self) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Forgets the listeners."""
        self._listeners.clear()

    async def subscribe(self, channel: str, listener: Listener) -> None:
        """Adds a listener."""
        self._listeners[channel].append(listener)

    async def unsubscribe(self, channel: str, listener: Listener) -> None:
        """Removes a listener."""
        kept = [other for other in self._listeners.pop(channel, []) if other is not listener]
        if kept:
            self._listeners[channel] = kept

    async def publish(self, channel: str, message: bytes) -> bool:
        """Calls the listeners of the channel."""
        check_size(message)
        for listener in tuple(self._listeners.get(channel, ())):
            listener(message)
        return True
