"""Somebody sets the machine's clock in the middle of a lesson: the class does not notice."""

import pytest

from live.harness import INES, KARIM, START_S, TEACHER, Clock, House
from preau.live.connection import VOICE_REFUSED_EVERY_MS
from preau.live.lesson_clock import LessonClock
from preau.live.room.bucket import CHAT_PUPIL, VOICE
from preau.live.rooms import IDLE_MS

HOUR_S = 3600.0
SET = pytest.mark.parametrize("step_s", [-HOUR_S, HOUR_S])
PACKET, LATER = (b"\x01" + bytes(12) + said for said in (b"opus", b"more"))


@SET
async def test_a_pupil_who_wrote_much_may_write_again_after_two_seconds(house: House, step_s: float) -> None:
    await house.enter(TEACHER)
    ines = await house.enter(INES)
    for n in range(CHAT_PUPIL.burst):
        await ines.ask("chat.send", text=f"ligne {n}")
    house.clock.step(step_s)
    assert await ines.refusal("chat.send", text="trop") == "rate_limited"
    house.clock.now_s += 2.1
    assert (await ines.ask("chat.send", text="encore"))["seq"]


@SET
async def test_the_commands_of_a_seat_have_their_rate_again_at_once(house: House, step_s: float) -> None:
    teacher = await house.enter(TEACHER)
    for _ in range(25):
        await teacher.send({"op": "ping"})
    await teacher.until(lambda frame: "err" in frame)
    house.clock.step(step_s)
    house.clock.now_s += 3
    assert (await teacher.ask("chat.send", text="toujours là"))["seq"]


@SET
async def test_voice_goes_on(house: House, step_s: float) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await teacher.ask("voice.start")
    for _ in range(VOICE.burst + 5):
        await teacher.send(PACKET)
    await teacher.ephemeral("voice_refused")
    house.clock.step(step_s)
    house.clock.now_s += VOICE_REFUSED_EVERY_MS / 1000
    await teacher.send(LATER)
    while await ines.packet() != b"\x00\x01" + LATER:
        pass


@SET
async def test_heartbeats_and_absences_keep_their_seconds(house: House, step_s: float) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    karim = await house.enter(KARIM)
    await karim.leave()
    house.clock.step(step_s)
    await house.beat(0)
    assert (await teacher.ask("chat.send", text="personne n’est parti"))["seq"]
    assert not any(frame.get("t") == "seat.absent" for frame in teacher.seen)
    await house.beat(15)
    await teacher.ephemeral("ping")
    await teacher.send({"op": "pong"})
    await teacher.send({"op": "ping"})
    await teacher.ephemeral("pong")
    await house.beat(5)
    assert (await ines.closed()).reason == "silent"
    gone = {(await teacher.event("seat.absent"))["d"]["person"] for _ in range(2)}
    assert gone == {INES, KARIM}


@SET
async def test_the_register_counts_the_minutes_that_passed(house: House, step_s: float) -> None:
    teacher = await house.enter(TEACHER)
    await house.enter(INES)
    house.clock.now_s += 300
    house.clock.step(step_s)
    house.clock.now_s += 300
    await teacher.ask("session.end")
    register = house.register()
    assert register["ended_at_s"] - register["opened_at_s"] == 600
    assert register["entries"][0]["present_s"] == 600


async def test_the_planned_end_is_an_hour_of_the_wall(house: House) -> None:
    teacher = await house.enter(TEACHER)
    house.clock.step(-HOUR_S)
    house.clock.now_s += 3600 + 1800  # with the clock as it stood at the beginning the class would be over
    await teacher.send({"op": "ping"})
    await teacher.ephemeral("pong")
    await house.beat()
    assert (await teacher.ask("chat.send", text="encore une heure"))["seq"]
    house.clock.now_s += HOUR_S
    await teacher.send({"op": "ping"})
    await teacher.ephemeral("pong")
    await house.beat()
    assert (await teacher.event("session.end"))["by"] == "server"


async def test_a_node_that_starts_after_the_clock_was_set_back_goes_on_from_what_the_log_says(house: House) -> None:
    await house.enter(TEACHER)
    ines = await house.enter(INES)
    for n in range(CHAT_PUPIL.burst):
        await ines.ask("chat.send", text=f"ligne {n}")
    house.clock.step(-HOUR_S)
    await house.crash()
    again = await house.enter(INES)
    assert await again.refusal("chat.send", text="trop") == "rate_limited"
    house.clock.now_s += 2.1
    assert (await again.ask("chat.send", text="encore"))["seq"]


async def test_an_empty_room_is_put_away_after_its_minute(house: House) -> None:
    teacher = await house.enter(TEACHER)
    await teacher.leave()
    house.clock.step(-HOUR_S)
    await house.beat(20)  # told absent
    [room] = house.server._rooms
    house.clock.now_s += IDLE_MS / 1000
    await house.server._rooms._beat(room)
    assert house.server.snapshot().classes_open == 0


def test_the_clock_of_a_lesson_runs_evenly_and_knows_the_hours_of_the_wall() -> None:
    wall = Clock()
    clock = LessonClock(wall, wall.elapsed_s)
    seen = [clock.now_ms()]
    for step_s in (0, HOUR_S, -2 * HOUR_S, 30.0):
        wall.step(step_s)
        wall.now_s += 1
        seen.append(clock.now_ms())
    assert [ms - START_S * 1000 for ms in seen] == [0, 1000, 2000, 3000, 4000]
    assert clock.of_wall_s(int(wall())) == START_S + 4


def test_the_clock_of_a_lesson_never_starts_before_its_log() -> None:
    wall = Clock()
    clock = LessonClock(wall, wall.elapsed_s)
    clock.start(not_before_ms=(START_S + 3600) * 1000)
    wall.now_s += 1
    assert clock.now_ms() == (START_S + 3601) * 1000
    assert clock.of_wall_s(START_S) == START_S + 3600
