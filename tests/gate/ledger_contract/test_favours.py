"""Class links and challenges: what every ledger counts of them."""

import asyncio

import pytest

from gate.harness import MONDAY_0830_S as NOW_S
from preau.gate.ledger import interface
from preau.gate.ledger.interface import Ledger


async def takes(ledger: Ledger, room: str, *, until_s: float = NOW_S + 3600, now_s: float = NOW_S) -> bool:
    return await ledger.take_by_link(room, most=2, until_s=until_s, now_s=now_s)


async def test_a_class_link_is_followed_by_as_many_as_it_says_and_each_class_counts_alone(ledger: Ledger) -> None:
    assert [await takes(ledger, room) for room in ("a", "a", "b", "a", "b")] == [True, True, True, False, True]
    assert not await takes(ledger, "a", now_s=NOW_S + 3599)


async def test_simultaneous_devices_never_pass_the_number_of_a_link(ledger: Ledger) -> None:
    assert sum(await asyncio.gather(*(takes(ledger, "a") for _ in range(20)))) == 2


async def test_after_the_end_of_its_lesson_a_link_begins_anew(ledger: Ledger) -> None:
    for _ in range(3):
        await takes(ledger, "a")
    later_s = NOW_S + 3600
    assert await takes(ledger, "a", until_s=later_s + 3600, now_s=later_s)
    assert (await ledger.census(now_s=later_s)).waiting == ()


async def test_the_links_counted_are_bounded_and_the_first_to_end_is_forgotten(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interface, "LINK_ROOMS_MAX", 2)
    for number, room in enumerate(("b", "a", "c")):
        for _ in range(2):
            await takes(ledger, room, until_s=NOW_S + 100 + number)
    assert not await takes(ledger, "a", until_s=NOW_S + 101)
    assert not await takes(ledger, "c", until_s=NOW_S + 102)
    assert await takes(ledger, "b", until_s=NOW_S + 103)


async def test_a_challenge_is_spent_once_until_it_is_over(ledger: Ledger) -> None:
    async def spends(nonce: str, now_s: float = NOW_S) -> bool:
        return await ledger.spend(nonce, until_s=NOW_S + 300, now_s=now_s)

    assert [await spends(nonce) for nonce in ("a", "b", "a")] == [True, True, False]
    assert not await spends("a", NOW_S + 299)
    assert sum(await asyncio.gather(*(spends("c") for _ in range(20)))) == 1


async def test_the_challenges_remembered_are_bounded_and_none_is_taken_beyond(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interface, "SPENT_MAX", 2)
    spent = [await ledger.spend(nonce, until_s=NOW_S + 300, now_s=NOW_S) for nonce in ("a", "b", "c")]
    assert spent == [True, True, False]
    assert await ledger.spend("c", until_s=NOW_S + 600, now_s=NOW_S + 300)
