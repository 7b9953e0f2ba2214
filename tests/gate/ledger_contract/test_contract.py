"""One exam for every ledger: the memory of one process, and a real Redis."""

import asyncio
import secrets

import pytest

from preau.gate.ledger import interface
from preau.gate.ledger.interface import Holder, Ledger, LedgerUnavailable, Room, Wait, Waiter
from preau.gate.ledger.redis import RedisLedger
from preau.gate.rules.entries import Claims

NOW_S = 1_795_422_600.0


async def claims(ledger: Ledger, sid: str, *, lane: int = 3, capacity: int = 2, now_s: float = NOW_S) -> bool:
    holder = Holder(sid, lane)
    return await ledger.claim(holder, source="192.0.2.1", room=Room(capacity), until_s=now_s + 900, now_s=now_s)


async def claims_unproven(ledger: Ledger, sid: str, *, now_s: float = NOW_S) -> bool:
    """A device without any cookie, in a house of ten places of which two are for such."""
    return await ledger.claim(
        Holder(sid, 3), source="192.0.2.1", room=Room(10, unproven=2), until_s=now_s + 15, now_s=now_s
    )


async def test_claims_stop_at_the_capacity(ledger: Ledger) -> None:
    assert [await claims(ledger, sid) for sid in ("a", "b", "c")] == [True, True, False]
    census = await ledger.census(now_s=NOW_S)
    assert (census.inside, census.claims.limited) == (2, 2)


async def test_lanes_one_and_three_share_the_capacity_and_lane_zero_comes_on_top(ledger: Ledger) -> None:
    assert await claims(ledger, "pupil", lane=1)
    assert await claims(ledger, "unknown", lane=3)
    assert await claims(ledger, "teacher", lane=0)
    assert not await claims(ledger, "other pupil", lane=1)
    census = await ledger.census(now_s=NOW_S)
    assert (census.inside, census.inside_staff, census.claims.limited) == (2, 1, 2)


async def test_no_second_sees_more_claims_than_the_limit_and_staff_or_known_people_make_none(
    ledger: Ledger,
) -> None:
    async def claim(sid: str, *, lane: int = 1, later_s: float = 0.0) -> bool:
        now_s = NOW_S + later_s
        room = Room(100, claims_per_s=3)
        return await ledger.claim(Holder(sid, lane), source="192.0.2.1", room=room, until_s=now_s + 900, now_s=now_s)

    assert [await claim(f"p{number}", later_s=number / 10) for number in range(5)] == [True, True, True, False, False]
    assert await claim("p1", later_s=0.6)
    assert await claim("teacher", lane=0, later_s=0.7)
    assert [await claim(f"q{number}", later_s=1.0) for number in range(4)] == [True, True, True, False]
    assert (await ledger.census(now_s=NOW_S + 1)).claims.limited == 6


async def granted_at(ledger: Ledger, later_s: list[float], *, claims_per_s: int) -> list[bool]:
    """One claim after the other, each by an edge whose clock says so many seconds more than ``NOW_S``."""
    room = Room(1000, claims_per_s=claims_per_s)
    return [
        await ledger.claim(
            Holder(f"sid{number}", 1), source="x", room=room, until_s=NOW_S + later + 900, now_s=NOW_S + later
        )
        for number, later in enumerate(later_s)
    ]


async def test_edges_whose_clocks_differ_do_not_set_the_limit_back_for_each_other(ledger: Ledger) -> None:
    granted = await granted_at(ledger, [0.95, 1.05] * 100, claims_per_s=5)
    assert 5 <= sum(granted) <= 2 * 5


async def test_a_clock_far_ahead_that_is_right_again_holds_nobody_up(ledger: Ledger) -> None:
    assert await granted_at(ledger, [600.0, 0.0, 0.1, 0.2], claims_per_s=1) == [True, True, False, False]


async def test_the_same_ticket_claimed_twice_is_one_person(ledger: Ledger) -> None:
    assert await claims(ledger, "a", capacity=1)
    assert await claims(ledger, "a", capacity=1)
    census = await ledger.census(now_s=NOW_S)
    assert (census.inside, census.claims.limited) == (1, 1)


async def test_simultaneous_claims_never_pass_the_capacity(ledger: Ledger) -> None:
    granted = await asyncio.gather(*(claims(ledger, f"sid{n}", capacity=7) for n in range(40)))
    assert sum(granted) == 7
    assert (await ledger.census(now_s=NOW_S)).inside == 7


async def test_unproven_devices_fill_their_part_of_the_house_and_no_more(ledger: Ledger) -> None:
    assert [await claims_unproven(ledger, sid) for sid in ("a", "b", "c")] == [True, True, False]
    assert await claims(ledger, "proven", capacity=10)
    assert (await ledger.census(now_s=NOW_S)).inside == 3
    assert not await claims_unproven(ledger, "d", now_s=NOW_S + 14)
    assert await claims_unproven(ledger, "e", now_s=NOW_S + 15)


@pytest.mark.parametrize("way", ["touch", "resume", "leave", "claim"])
async def test_an_unproven_device_that_shows_itself_or_leaves_makes_room_for_another(ledger: Ledger, way: str) -> None:
    for sid in ("a", "b"):
        await claims_unproven(ledger, sid)
    if way == "leave":
        await ledger.leave("a", now_s=NOW_S + 1)
    elif way == "claim":
        await claims(ledger, "a", capacity=10, now_s=NOW_S + 1)
    else:
        await getattr(ledger, way)(Holder("a", 3), until_s=NOW_S + 900, now_s=NOW_S + 1)
    assert await claims_unproven(ledger, "c", now_s=NOW_S + 2)
    assert not await claims_unproven(ledger, "d", now_s=NOW_S + 2)


async def test_who_is_silent_too_long_is_not_counted_any_more(ledger: Ledger) -> None:
    await claims(ledger, "a", capacity=1)
    assert not await claims(ledger, "b", capacity=1, now_s=NOW_S + 899)
    assert await claims(ledger, "b", capacity=1, now_s=NOW_S + 901)


async def test_a_touch_moves_the_stay_on_and_never_shortens_it(ledger: Ledger) -> None:
    await claims(ledger, "a")
    assert await ledger.touch(Holder("a", 3), until_s=NOW_S + 1500, now_s=NOW_S + 600)
    assert await ledger.touch(Holder("a", 3), until_s=NOW_S + 1000, now_s=NOW_S + 601)
    assert (await ledger.census(now_s=NOW_S + 1499)).inside == 1
    assert (await ledger.census(now_s=NOW_S + 1501)).inside == 0


async def test_a_valid_pass_that_the_ledger_forgot_enters_even_above_the_capacity(ledger: Ledger) -> None:
    await claims(ledger, "a", capacity=1)
    assert await ledger.touch(Holder("from before the restart", 1), until_s=NOW_S + 900, now_s=NOW_S)
    assert (await ledger.census(now_s=NOW_S)).inside == 2
    assert not await claims(ledger, "b", capacity=2)


async def test_a_touch_in_another_lane_moves_the_person(ledger: Ledger) -> None:
    await claims(ledger, "a", capacity=1)
    await ledger.touch(Holder("a", 0), until_s=NOW_S + 900, now_s=NOW_S)
    census = await ledger.census(now_s=NOW_S)
    assert (census.inside, census.inside_staff) == (0, 1)
    assert await claims(ledger, "b", capacity=1)
    await ledger.touch(Holder("a", 3), until_s=NOW_S + 900, now_s=NOW_S)
    census = await ledger.census(now_s=NOW_S)
    assert (census.inside, census.inside_staff) == (2, 0)


async def test_who_is_counted_inside_may_resume_in_a_full_house_and_that_is_neither_a_claim_nor_an_entry(
    ledger: Ledger,
) -> None:
    for sid in ("a", "b"):
        await claims(ledger, sid)
    await ledger.note_waiting(Waiter(3, 7, "a"), until_s=NOW_S + 990, now_s=NOW_S)
    assert await ledger.resume(Holder("a", 1), until_s=NOW_S + 1700, now_s=NOW_S + 899)
    census = await ledger.census(now_s=NOW_S + 899)
    assert (census.inside, census.claims.limited, census.waiting) == (2, 2, ())
    assert (await ledger.census(now_s=NOW_S + 1699)).inside == 1


async def test_a_resumed_stay_is_never_shortened_and_moves_to_the_lane_of_the_card(ledger: Ledger) -> None:
    await claims(ledger, "a", lane=3)
    assert await ledger.resume(Holder("a", 0), until_s=NOW_S + 60, now_s=NOW_S + 1)
    census = await ledger.census(now_s=NOW_S + 899)
    assert (census.inside, census.inside_staff) == (0, 1)


async def test_who_is_not_counted_inside_resumes_nothing(ledger: Ledger) -> None:
    await claims(ledger, "silent", capacity=3)
    await claims(ledger, "gone", capacity=3)
    await ledger.leave("gone", now_s=NOW_S)
    await ledger.note_waiting(Waiter(3, 7, "waiting"), until_s=NOW_S + 2000, now_s=NOW_S)
    for sid, now_s in (("stranger", NOW_S), ("waiting", NOW_S), ("gone", NOW_S + 1), ("silent", NOW_S + 900)):
        assert not await ledger.resume(Holder(sid, 3), until_s=now_s + 900, now_s=now_s)
    census = await ledger.census(now_s=NOW_S + 900)
    assert (census.inside, len(census.waiting)) == (0, 1)


async def test_a_place_given_back_is_free_and_its_pass_is_refused(ledger: Ledger) -> None:
    await claims(ledger, "a", capacity=1)
    await ledger.leave("a", now_s=NOW_S)
    assert not await ledger.touch(Holder("a", 3), until_s=NOW_S + 900, now_s=NOW_S + 1)
    assert await claims(ledger, "b", capacity=1)
    assert not await claims(ledger, "a", capacity=1)


async def test_a_ticket_that_left_may_claim_again(ledger: Ledger) -> None:
    await claims(ledger, "a", capacity=1)
    await ledger.leave("a", now_s=NOW_S)
    assert await claims(ledger, "a", capacity=1, now_s=NOW_S + 5)
    assert await ledger.touch(Holder("a", 3), until_s=NOW_S + 900, now_s=NOW_S + 6)


async def test_who_gives_up_waiting_is_not_seen_any_more(ledger: Ledger) -> None:
    await ledger.note_waiting(Waiter(3, 7, "a"), until_s=NOW_S + 90, now_s=NOW_S)
    await ledger.leave("a", now_s=NOW_S)
    assert (await ledger.census(now_s=NOW_S)).waiting == ()


async def test_leaving_twice_or_unknown_changes_nothing(ledger: Ledger) -> None:
    await claims(ledger, "a")
    await ledger.leave("unknown", now_s=NOW_S)
    await ledger.leave("unknown", now_s=NOW_S)
    assert (await ledger.census(now_s=NOW_S)).inside == 1


async def test_each_further_ticket_of_a_source_knows_how_many_came_before(ledger: Ledger) -> None:
    drawn = [await ledger.draw_place(source, now_s=NOW_S) for source in ("home", "home", "school", "home")]
    assert drawn == [0, 1, 0, 2]


async def test_a_claim_takes_one_unclaimed_ticket_from_its_source(ledger: Ledger) -> None:
    for _ in range(3):
        await ledger.draw_place("192.0.2.1", now_s=NOW_S)
    await claims(ledger, "a")
    await claims(ledger, "a")
    assert await ledger.draw_place("192.0.2.1", now_s=NOW_S) == 2


@pytest.mark.parametrize("lane", [0, 1, 2])
async def test_a_claim_that_drew_from_no_source_forgives_none(ledger: Ledger, lane: int) -> None:
    await ledger.draw_place("192.0.2.1", now_s=NOW_S)
    assert await claims(ledger, "a", lane=lane)
    assert await ledger.draw_place("192.0.2.1", now_s=NOW_S) == 1


async def test_a_source_quiet_for_an_hour_starts_anew(ledger: Ledger) -> None:
    await ledger.draw_place("home", now_s=NOW_S)
    assert await ledger.draw_place("home", now_s=NOW_S + 3599) == 1
    assert await ledger.draw_place("home", now_s=NOW_S + 3599 + 3601) == 0


async def test_the_sources_remembered_are_bounded(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interface, "SOURCES_MAX", 2)
    for second, source in enumerate(("a", "b", "c")):
        await ledger.draw_place(source, now_s=NOW_S + second)
    assert await ledger.draw_place("c", now_s=NOW_S + 9) == 1
    assert await ledger.draw_place("a", now_s=NOW_S + 9) == 0


async def test_who_waits_is_seen_with_lane_and_key_until_gone(ledger: Ledger) -> None:
    await ledger.note_waiting(Waiter(1, 5_000_000_000_000_001, "a"), until_s=NOW_S + 90, now_s=NOW_S)
    await ledger.note_waiting(Waiter(3, 7, "b"), until_s=NOW_S + 30, now_s=NOW_S)
    seen = (await ledger.census(now_s=NOW_S + 1)).waiting
    assert set(seen) == {Waiter(1, 5_000_000_000_000_001, "a"), Waiter(3, 7, "b")}
    assert (await ledger.census(now_s=NOW_S + 31)).waiting == (Waiter(1, 5_000_000_000_000_001, "a"),)


async def test_a_ticket_waits_in_one_place_the_latest(ledger: Ledger) -> None:
    await ledger.note_waiting(Waiter(3, 7, "a"), until_s=NOW_S + 90, now_s=NOW_S)
    await ledger.note_waiting(Waiter(1, 2, "a"), until_s=NOW_S + 90, now_s=NOW_S)
    assert (await ledger.census(now_s=NOW_S)).waiting == (Waiter(1, 2, "a"),)


async def test_a_ticket_whose_holder_has_another_name_waits_no_longer(ledger: Ledger) -> None:
    for tid in ("a", "b"):
        await ledger.note_waiting(Waiter(3, 17, tid), until_s=NOW_S + 90, now_s=NOW_S)
    await ledger.stop_waiting("a")
    await ledger.stop_waiting("unknown")
    assert (await ledger.census(now_s=NOW_S + 1)).waiting == (Waiter(3, 17, "b"),)


async def test_who_is_inside_by_another_device_does_not_wait(ledger: Ledger) -> None:
    await claims(ledger, "a")
    await ledger.note_waiting(Waiter(3, 17, "a"), until_s=NOW_S + 95, now_s=NOW_S + 5)
    assert (await ledger.census(now_s=NOW_S + 6)).waiting == ()
    await ledger.note_waiting(Waiter(3, 17, "a"), until_s=NOW_S + 990, now_s=NOW_S + 900)
    assert (await ledger.census(now_s=NOW_S + 901)).waiting == (Waiter(3, 17, "a"),)


async def test_who_was_silent_too_long_claims_like_others(ledger: Ledger) -> None:
    assert await claims(ledger, "a", capacity=1)
    assert await claims(ledger, "b", capacity=2, now_s=NOW_S + 899.2)
    assert not await claims(ledger, "a", capacity=1, now_s=NOW_S + 900.0)
    assert await claims(ledger, "a", capacity=2, now_s=NOW_S + 900.5)
    assert (await ledger.census(now_s=NOW_S + 901)).claims.limited == 3


async def test_who_claims_waits_no_longer(ledger: Ledger) -> None:
    await ledger.note_waiting(Waiter(3, 7, "a"), until_s=NOW_S + 90, now_s=NOW_S)
    await claims(ledger, "a")
    assert (await ledger.census(now_s=NOW_S)).waiting == ()


async def test_a_refused_claim_goes_on_waiting(ledger: Ledger) -> None:
    await ledger.note_waiting(Waiter(3, 7, "a"), until_s=NOW_S + 90, now_s=NOW_S)
    await claims(ledger, "a", capacity=0)
    assert len((await ledger.census(now_s=NOW_S)).waiting) == 1


async def test_the_waiting_remembered_are_bounded_and_the_gone_make_room(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interface, "WAITING_MAX", 2)
    for key, tid in enumerate(("a", "b", "c")):
        await ledger.note_waiting(Waiter(3, key, tid), until_s=NOW_S + 90, now_s=NOW_S)
    assert {waiter.tid for waiter in (await ledger.census(now_s=NOW_S)).waiting} == {"a", "b"}
    await ledger.note_waiting(Waiter(3, 2, "c"), until_s=NOW_S + 190, now_s=NOW_S + 100)
    assert {waiter.tid for waiter in (await ledger.census(now_s=NOW_S + 100)).waiting} == {"c"}


async def test_a_wait_at_the_door_grows_and_a_long_silence_begins_another(ledger: Ledger) -> None:
    assert await ledger.note_at_the_door("ines", now_s=NOW_S) == Wait(int(NOW_S), int(NOW_S))
    assert await ledger.note_at_the_door("ines", now_s=NOW_S + 240) == Wait(int(NOW_S), int(NOW_S) + 240)
    later = int(NOW_S) + 240 + interface.WAIT_GAP_S + 1
    assert await ledger.note_at_the_door("ines", now_s=later) == Wait(later, later)
    assert await ledger.at_the_door(now_s=later) == {"ines": Wait(later, later)}


async def test_yesterdays_waits_are_forgotten(ledger: Ledger) -> None:
    await ledger.note_at_the_door("ines", now_s=NOW_S)
    assert await ledger.at_the_door(now_s=NOW_S + 17 * 3600) == {}


async def test_the_waits_remembered_are_bounded(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interface, "AT_THE_DOOR_MAX", 2)
    for second, subject in enumerate(("a", "b", "c")):
        await ledger.note_at_the_door(subject, now_s=NOW_S + second)
    assert set(await ledger.at_the_door(now_s=NOW_S + 9)) == {"b", "c"}


async def test_restored_waits_fill_the_gaps_and_never_overwrite(ledger: Ledger) -> None:
    await ledger.note_at_the_door("ines", now_s=NOW_S)
    await ledger.restore_at_the_door({"ines": Wait(1, 2), "malo": Wait(int(NOW_S) - 60, int(NOW_S) - 30)})
    assert await ledger.at_the_door(now_s=NOW_S) == {
        "ines": Wait(int(NOW_S), int(NOW_S)),
        "malo": Wait(int(NOW_S) - 60, int(NOW_S) - 30),
    }


@pytest.mark.engines
async def test_two_edges_on_one_redis_share_one_capacity(redis_server: str) -> None:
    prefix = f"{{test:{secrets.token_hex(4)}}}"
    here, there = RedisLedger(redis_server, prefix=prefix), RedisLedger(redis_server, prefix=prefix)
    assert await claims(here, "a", capacity=1)
    assert not await claims(there, "b", capacity=1)
    assert (await there.census(now_s=NOW_S)).inside == 1
    await here.close()
    await there.close()


async def test_a_redis_that_is_not_there_says_so() -> None:
    ledger = RedisLedger("redis://127.0.0.1:1/0")
    with pytest.raises(LedgerUnavailable):
        await ledger.census(now_s=NOW_S)
    await ledger.close()


async def test_until_when_each_of_the_waiting_counts_is_told_and_grows_when_they_are_heard(ledger: Ledger) -> None:
    for tid in ("a", "b"):
        await ledger.note_waiting(Waiter(3, 7, tid), until_s=NOW_S + 90, now_s=NOW_S)
    await ledger.note_waiting(Waiter(3, 7, "b"), until_s=NOW_S + 100, now_s=NOW_S + 10)
    census = await ledger.census(now_s=NOW_S + 11)
    until_s = {waiter.tid: until_s for waiter, until_s in zip(census.waiting, census.until_s, strict=True)}
    assert until_s == {"a": NOW_S + 90, "b": NOW_S + 100}


async def test_claims_of_devices_without_a_cookie_are_counted_apart(ledger: Ledger) -> None:
    for sid in ("a", "b"):
        await ledger.claim(
            Holder(sid, 3), source="192.0.2.1", room=Room(10, unproven=5), until_s=NOW_S + 15, now_s=NOW_S
        )
    await claims(ledger, "c", capacity=10)
    await ledger.touch(Holder("b", 3), until_s=NOW_S + 900, now_s=NOW_S + 1)
    census = await ledger.census(now_s=NOW_S + 1)
    assert (census.claims, census.unproven) == (Claims((0, 0, 0, 1), bare=2), 1)


async def test_claims_are_counted_by_lane_and_a_second_claim_of_the_same_person_is_none(ledger: Ledger) -> None:
    for sid, lane in (("teacher", 0), ("ines", 1), ("tom", 1), ("parent", 2), ("ines", 1)):
        holder = Holder(sid, lane)
        await ledger.claim(holder, source="192.0.2.1", room=Room(10), until_s=NOW_S + 900, now_s=NOW_S)
    await ledger.claim(Holder("late", 1), source="192.0.2.1", room=Room(3), until_s=NOW_S + 900, now_s=NOW_S)
    await ledger.leave("tom", now_s=NOW_S + 1)
    assert (await ledger.census(now_s=NOW_S + 2)).claims == Claims((1, 2, 1, 0))
