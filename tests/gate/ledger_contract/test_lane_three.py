"""Lane 3 has a part of the house, in every ledger."""

import asyncio
import random
import secrets

import pytest

from preau.gate.ledger.interface import Census, Holder, Ledger, Room
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.ledger.redis import RedisLedger

NOW_S = 1_795_422_600.0
PLACES, OTHERS_PLACES = 6, 3


async def claims_a_place_of(
    ledger: Ledger, lane: int, sid: str, *, others: int = 2, unproven: int | None = None, now_s: float = NOW_S
) -> bool:
    room = Room(6, unproven=unproven, others=others)
    return await ledger.claim(Holder(sid, lane), source="192.0.2.1", room=room, until_s=now_s + 900, now_s=now_s)


async def test_lane_three_fills_its_part_of_the_house_and_the_others_all_of_it(ledger: Ledger) -> None:
    assert [await claims_a_place_of(ledger, 3, sid) for sid in ("a", "b", "c")] == [True, True, False]
    assert await claims_a_place_of(ledger, 3, "a")
    known = [await claims_a_place_of(ledger, lane, f"card {lane} {n}") for n in range(3) for lane in (1, 2)]
    assert known == [True, True, True, True, False, False]
    census = await ledger.census(now_s=NOW_S)
    assert (census.inside, census.inside_others, census.claims.limited) == (6, 2, 6)
    assert (await ledger.census(now_s=NOW_S + 900)).inside_others == 0


async def test_unproven_devices_are_of_lane_three_and_simultaneous_claims_never_pass_its_part(ledger: Ledger) -> None:
    assert await claims_a_place_of(ledger, 3, "bare", unproven=1)
    assert sum(await asyncio.gather(*(claims_a_place_of(ledger, 3, f"sid{n}") for n in range(20)))) == 1
    assert (await ledger.census(now_s=NOW_S)).inside_others == 2


@pytest.mark.parametrize("lane", [0, 1, 2])
@pytest.mark.parametrize("way", ["touch", "resume", "claim"])
async def test_who_of_lane_three_signs_in_makes_room_for_another_and_signed_out_counts_again(
    ledger: Ledger, way: str, lane: int
) -> None:
    async def moves(to: int) -> None:
        if way == "claim":
            assert await claims_a_place_of(ledger, to, "a", now_s=NOW_S + 1)
        else:
            assert await getattr(ledger, way)(Holder("a", to), until_s=NOW_S + 900, now_s=NOW_S + 1)

    for sid in ("a", "b"):
        await claims_a_place_of(ledger, 3, sid)
    await moves(lane)
    assert (await ledger.census(now_s=NOW_S + 1)).inside_others == 1
    assert await claims_a_place_of(ledger, 3, "c", now_s=NOW_S + 1)
    await moves(3)
    census = await ledger.census(now_s=NOW_S + 1)
    assert (census.inside, census.inside_others, census.inside_staff) == (3, 3, 0)
    assert not await claims_a_place_of(ledger, 3, "d", others=3, now_s=NOW_S + 1)


async def test_a_place_of_lane_three_given_back_or_idle_is_free_for_another(ledger: Ledger) -> None:
    for sid in ("a", "b"):
        await claims_a_place_of(ledger, 3, sid)
    await ledger.leave("a", now_s=NOW_S)
    assert await claims_a_place_of(ledger, 3, "c", now_s=NOW_S + 100)
    assert not await claims_a_place_of(ledger, 3, "d", now_s=NOW_S + 100)
    assert await claims_a_place_of(ledger, 3, "d", now_s=NOW_S + 901)


async def happens(ledger: Ledger, draw: random.Random, now_s: float) -> bool | None:
    """One event of a story; what the ledger says to it."""
    holder, until_s = Holder(f"sid{draw.randrange(12)}", draw.choice((0, 1, 2, 3, 3, 3))), now_s + draw.randrange(1, 30)
    match draw.choice(("claim", "claim", "claim", "bare", "touch", "resume", "leave")):
        case "touch":
            return await ledger.touch(holder, until_s=until_s, now_s=now_s)
        case "resume":
            return await ledger.resume(holder, until_s=until_s, now_s=now_s)
        case "leave":
            return await ledger.leave(holder.sid, now_s=now_s)
        case way:
            holder = holder._replace(lane=3) if way == "bare" else holder
            room = Room(PLACES, unproven=2 if way == "bare" else None, others=OTHERS_PLACES)
            return await ledger.claim(holder, source="192.0.2.1", room=room, until_s=until_s, now_s=now_s)


def kinds(census: Census) -> tuple[int, ...]:
    return census.inside, census.inside_staff, census.inside_others, census.unproven, census.claims.limited


@pytest.mark.engines
@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_both_ledgers_count_alike_and_no_claim_takes_more_than_the_half(
    redis_server: str, seed: int
) -> None:
    memory, redis = MemoryLedger(), RedisLedger(redis_server, prefix=f"{{test:{secrets.token_hex(4)}}}")
    before, refused = kinds(await memory.census(now_s=NOW_S)), 0
    for second in range(300):
        now_s = NOW_S + second
        said = [await happens(ledger, random.Random(f"{seed} {second}"), now_s) for ledger in (memory, redis)]  # noqa: S311
        counted = kinds(await memory.census(now_s=now_s))
        assert said[0] == said[1]
        assert counted == kinds(await redis.census(now_s=now_s))
        assert counted[3] <= counted[2] <= counted[0]
        claimed = counted[4] > before[4]
        assert not (claimed and counted[2] > max(before[2], OTHERS_PLACES))
        before, refused = counted, refused + (said[0] is False)
    assert refused > 20
    await redis.close()
