"""The exam of every bus (preau.live.bus.interface)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

import engines
from preau.live.bus.interface import MAX_MESSAGE_BYTES, Bus
from preau.live.bus.memory import MemoryBus


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.engines)])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    if request.param == "memory":
        opened: Bus = MemoryBus()
    else:
        from preau.live.bus.redis import RedisBus

        opened = RedisBus(request.getfixturevalue("redis_server"))
    await opened.start()
    yield opened
    await opened.stop()


class Ear:
    """A listener that can be waited for."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def __call__(self, message: bytes) -> None:
        self.heard.put_nowait(message)

    async def next(self) -> bytes:
        async with asyncio.timeout(5):
            return await self.heard.get()


async def test_a_listener_hears_its_channel_in_order(bus: Bus) -> None:
    ear = Ear()
    await bus.subscribe("claims", ear)
    for number in range(20):
        assert await bus.publish("claims", b"%d" % number)
    assert [await ear.next() for _ in range(20)] == [b"%d" % number for number in range(20)]


async def test_every_listener_of_a_channel_hears_and_others_do_not(bus: Bus) -> None:
    one, two, elsewhere = Ear(), Ear(), Ear()
    await bus.subscribe("claims", one)
    await bus.subscribe("claims", two)
    await bus.subscribe("other", elsewhere)
    await bus.publish("claims", b"\x00\xff")
    await bus.publish("other", b"last")
    assert (await one.next(), await two.next(), await elsewhere.next()) == (b"\x00\xff", b"\x00\xff", b"last")
    assert elsewhere.heard.empty()


async def test_who_left_hears_nothing_more_while_the_others_do(bus: Bus) -> None:
    gone, stays = Ear(), Ear()
    await bus.subscribe("claims", gone)
    await bus.subscribe("claims", stays)
    await bus.unsubscribe("claims", gone)
    await bus.publish("claims", b"now")
    assert await stays.next() == b"now"
    assert gone.heard.empty()


async def test_a_channel_can_be_left_and_joined_again(bus: Bus) -> None:
    ear = Ear()
    await bus.subscribe("claims", ear)
    await bus.unsubscribe("claims", ear)
    await bus.unsubscribe("claims", ear)
    await bus.publish("claims", b"unheard")
    await bus.subscribe("claims", ear)
    await bus.publish("claims", b"heard")
    assert await ear.next() == b"heard"


async def test_a_message_too_long_is_refused(bus: Bus) -> None:
    with pytest.raises(ValueError, match="too long"):
        await bus.publish("claims", b"x" * (MAX_MESSAGE_BYTES + 1))


@pytest.mark.engines
async def test_two_nodes_hear_each_other(redis_server: str) -> None:
    from preau.live.bus.redis import RedisBus

    here, there = RedisBus(redis_server), RedisBus(redis_server)
    ear = Ear()
    await here.start()
    await there.start()
    await here.subscribe("claims", ear)
    await there.publish("claims", b"from there")
    assert await ear.next() == b"from there"
    await here.stop()
    await there.stop()


async def test_publishing_without_redis_answers_false_and_raises_nothing() -> None:
    redis_bus = pytest.importorskip("preau.live.bus.redis", reason="redis is not installed (the extra redis)")
    bus = redis_bus.RedisBus("unix:///nonexistent/redis.sock")
    assert await bus.publish("claims", b"lost") is False


@pytest.mark.engines
async def test_a_node_that_starts_before_redis_hears_when_redis_is_there_and_again_after_it_was_lost() -> None:
    from preau.live.bus.redis import RedisBus

    with engines.temporary_folder() as folder:
        bus = RedisBus(f"unix://{folder}/redis.sock")
        ear = Ear()
        await bus.start()
        await bus.subscribe("claims", ear)
        for message in (b"first life", b"second life"):
            with engines.redis_running(folder):
                while ear.heard.empty():
                    await bus.publish("claims", message)
                    await asyncio.sleep(0.05)
                assert await ear.next() == message
                while not ear.heard.empty():
                    ear.heard.get_nowait()
        await bus.stop()
