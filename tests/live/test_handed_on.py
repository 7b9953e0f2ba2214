"""A seat that was handed on, or that outlived its person: what a copy of it opens, which is nothing."""

import asyncio

import pytest

from live.harness import CLASS, INES, KARIM, START_S, TEACHER, House, browser_of, roster, seat
from preau.live.room.refusals import SENTENCES, sentence

WITHIN_S = 2.0
"""How soon who may no longer be in class is out."""


def withdrawn(person: str, *, from_s: int) -> dict[str, object]:
    """The roster after ``person`` was signed out or given a new card."""
    content = roster()
    for member in content["members"]:
        if member["person"] == person:
            member["seats_from_s"] = from_s
    return content


@pytest.mark.parametrize("browser", [None, browser_of(KARIM), "", "x", "é" * 22])
async def test_a_stranger_with_a_copied_seat_is_not_welcomed(house: House, browser: str | None) -> None:
    await house.enter(TEACHER)
    ines = await house.enter(INES)
    stranger = house.connect(INES, browser=browser)
    await stranger.hello(seat=seat(INES), client="another-browser-altogether")
    closed = await stranger.closed()
    assert (closed.code, closed.reason) == (4401, "seat_not_yours")
    assert stranger.seen[-1]["bye"]["message"] == SENTENCES["seat_not_yours"]
    assert "seq" in await ines.ask("chat.send", text="toujours à ma place")


async def test_a_seat_is_bound_for_every_person_and_browser_alone(house: House) -> None:
    await house.enter(TEACHER)
    shared = house.connect(INES, browser=browser_of(KARIM))
    await shared.hello(seat=seat(INES, browser=browser_of(KARIM)))
    assert (await shared.key("welcome"))["you"]["person"] == INES


async def test_who_is_signed_out_is_refused_with_the_old_seat_and_enters_with_a_new_one(house: House) -> None:
    await house.enter(TEACHER)
    house.publish(withdrawn(INES, from_s=START_S + 1))
    late = house.connect(INES)
    await late.hello()
    closed = await late.closed()
    assert (closed.code, closed.reason) == (4401, "seat_withdrawn")
    assert sentence("seat_withdrawn") == SENTENCES["seat_withdrawn"]
    await house.enter(INES, seat=seat(INES, minted_at_s=START_S + 1))


async def test_an_open_connection_is_closed_soon_after_a_sign_out_and_nobody_has_to_knock(house: House) -> None:
    await house.enter(TEACHER)
    ines, karim = await house.enter(INES), await house.enter(KARIM)
    house.publish(withdrawn(INES, from_s=START_S + 1))
    async with asyncio.timeout(WITHIN_S):
        closed = await ines.closed()
    assert (closed.code, closed.reason) == (4401, "seat_withdrawn")
    assert "seq" in await karim.ask("chat.send", text="toujours là")
    assert house.server.snapshot().seats_connected == 2


async def test_an_open_connection_is_closed_soon_after_a_departure(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await teacher.ask("floor.give", person=INES, voice=True)
    await ines.ask("voice.start")
    house.publish(roster(persons=(TEACHER, KARIM)))
    async with asyncio.timeout(WITHIN_S):
        closed = await ines.closed()
    assert (closed.code, closed.reason) == (4403, "not_on_roster")
    again = house.connect(INES)
    await again.hello()
    assert (await again.closed()).reason == "not_on_roster"


async def test_who_waits_at_the_door_is_shown_out_as_well(house: House) -> None:
    early = house.connect(INES)
    await early.hello()
    await early.ephemeral("waiting_door")
    house.publish(withdrawn(INES, from_s=START_S + 1))
    async with asyncio.timeout(WITHIN_S):
        assert (await early.closed()).reason == "seat_withdrawn"


async def test_a_teacher_who_has_left_is_shown_out(house: House) -> None:
    teacher = await house.enter(TEACHER)
    house.publish(roster(persons=(INES, KARIM)))
    async with asyncio.timeout(WITHIN_S):
        assert (await teacher.closed()).reason == "not_on_roster"


async def test_a_pupil_published_a_moment_before_they_knock_is_let_in(house: House) -> None:
    house.publish(roster(persons=(TEACHER,)))
    await house.enter(TEACHER)
    house.publish(roster(persons=(TEACHER, INES)))
    assert (await house.enter(INES)).person == INES


async def test_a_roster_of_before_the_seats_had_an_age_lets_everybody_in(house: House) -> None:
    assert all("seats_from_s" not in member for member in roster(CLASS)["members"])
    await house.enter(TEACHER)
    await house.enter(INES, seat=seat(INES, minted_at_s=0))
