"""Turns of a narrow lane go round the senders."""

import asyncio
import random

from preau.gate.narrow_lane import NarrowLane


async def turns_of(lane: NarrowLane, senders: list[str]) -> tuple[list[str], int]:
    """In which order these senders got their turns, and how many one had at once at most."""
    order: list[str] = []
    under_way: dict[str, int] = {}
    most = 0

    async def one(sender: str) -> None:
        nonlocal most
        async with lane.turn(sender):
            order.append(sender)
            under_way[sender] = under_way.get(sender, 0) + 1
            most = max(most, under_way[sender])
            await asyncio.sleep(0)
            under_way[sender] -= 1

    await asyncio.gather(*(one(sender) for sender in senders))
    return order, most


async def test_turns_go_round_and_nobody_has_more_than_half() -> None:
    lane = NarrowLane(width=4, line=100, per_sender=100)
    order, most = await turns_of(lane, ["flood"] * 40 + ["one", "two", "three"])
    assert order.index("one") < 5
    assert order.index("three") < 7
    assert most == 2


async def test_a_lane_of_one_serves_by_turns() -> None:
    lane = NarrowLane(width=1, line=100, per_sender=100)
    order, _most = await turns_of(lane, ["a", "a", "a", "b", "b", "c"])
    assert order == ["a", "a", "b", "c", "a", "b"]


async def test_however_people_give_up_every_turn_is_given_back() -> None:
    rng = random.Random(7)  # noqa: S311  a test that repeats
    lane = NarrowLane(width=3, line=1000, per_sender=1000)

    async def one(sender: str) -> None:
        async with lane.turn(sender):
            await asyncio.sleep(0)

    tasks = []
    for _ in range(300):
        tasks.append(asyncio.create_task(one(f"s{rng.randrange(5)}")))
        if rng.random() < 0.5:
            rng.choice(tasks).cancel()
        if rng.random() < 0.3:
            await asyncio.sleep(0)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert not [one for one in results if one is not None and not isinstance(one, asyncio.CancelledError)]
    order, _most = await turns_of(lane, ["x"] * 3 + ["y"])
    assert len(order) == 4
