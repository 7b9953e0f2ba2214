"""The bus over Redis (or Valkey) publish and subscribe. Needs the extra ``redis``.

Losing Redis costs latency, never events: publishing answers False, listening resumes by itself when Redis is back.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from preau.live.bus.interface import Listener, check_size

_PREFIX: Final = "preau:live:"
_TIMEOUT_S: Final = 2.0
"""A node must not hang on a bus it can do without."""
_RETRY_S: Final = 1.0
_POLL_S: Final = 0.1
"""How late a new channel may be asked for while the others are quiet."""
_log = structlog.get_logger("preau.live.bus")


class RedisBus:
    """The bus on the server at ``url`` (``redis://…`` or ``unix://…``)."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S)
        self._pubsub: PubSub = self._redis.pubsub()
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        self._subscribed: dict[str, asyncio.Event] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts to listen; where Redis is away, as soon as it is there."""
        self._task = asyncio.create_task(self._listen(), name="live bus")

    async def stop(self) -> None:
        """Ends listening and disconnects."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._listeners.clear()
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()

    async def subscribe(self, channel: str, listener: Listener) -> None:
        """Adds a listener; waits for Redis to confirm the channel, unless Redis is away: then it hears later."""
        self._listeners[channel].append(listener)
        confirmed = self._subscribed.setdefault(channel, asyncio.Event())
        self._news.set()
        try:
            await asyncio.wait_for(confirmed.wait(), _TIMEOUT_S)
        except TimeoutError:
            _log.warning("bus.not_subscribed_yet", channel=channel)

    async def unsubscribe(self, channel: str, listener: Listener) -> None:
        """Removes a listener, and leaves the channel with the last one."""
        kept = [other for other in self._listeners.pop(channel, []) if other is not listener]
        if kept:
            self._listeners[channel] = kept
        elif self._subscribed.pop(channel, None) is not None:
            with suppress(RedisError, OSError):  # away: its subscriptions are gone with it
                await self._pubsub.unsubscribe(_PREFIX + channel)

    async def publish(self, channel: str, message: bytes) -> bool:
        """Publishes; False when Redis did not take it."""
        check_size(message)
        try:
            await self._redis.publish(_PREFIX + channel, message)
        except (RedisError, OSError) as failure:
            _log.warning("bus.publish_failed", channel=channel, failure=str(failure))
            return False
        return True

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (RedisError, OSError) as failure:
                _log.warning("bus.lost", failure=str(failure))
                for confirmed in self._subscribed.values():
                    confirmed.clear()
                self._news.set()
                await asyncio.sleep(_RETRY_S)

    async def _hear(self) -> None:
        """Subscribes to what is new, then takes one message; with nothing to hear, waits for something new."""
        if self._news.is_set():
            self._news.clear()
            for channel, confirmed in tuple(self._subscribed.items()):
                if not confirmed.is_set():
                    await self._pubsub.subscribe(_PREFIX + channel)
        if not self._pubsub.subscribed:
            await self._news.wait()
            return
        message = await self._pubsub.get_message(timeout=_POLL_S)
        if message is None:
            return
        channel = message["channel"].decode().removeprefix(_PREFIX)
        if message["type"] == "subscribe" and channel in self._subscribed:
            self._subscribed[channel].set()
        elif message["type"] == "message":
            for listener in tuple(self._listeners.get(channel, ())):
                listener(message["data"])
