"""What happens in class over the websocket shell: commands, bad frames, heartbeats, voice, the end."""

import asyncio
import json

import pytest

from live.harness import INES, KARIM, NAMES, START_S, TEACHER, ZOE, House, InProcessLine, roster
from preau.live.connection import MAX_FAULTS
from preau.live.room.orders import MAX_MESSAGE_BYTES


async def test_a_message_reaches_everybody_with_one_number_and_its_sender_is_answered(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    answer = await ines.ask("chat.send", text="  Bonjour\u202e \x00 ")
    event = await teacher.event("chat.msg")
    assert event == {"seq": answer["seq"], "t": "chat.msg", "by": INES, "at": START_S * 1000, "d": {"text": "Bonjour"}}
    assert (await ines.event("chat.msg"))["seq"] == answer["seq"]


async def test_the_same_command_sent_twice_is_done_once(house: House) -> None:
    await house.enter(TEACHER)
    ines = await house.enter(INES)
    frame = {"op": "chat.send", "id": "a" * 32, "d": {"text": "une fois"}}
    await ines.send(frame)
    await ines.send(frame)
    answers = [await ines.until(lambda f: f.get("re") == "a" * 32) for _ in range(2)]
    assert answers[0] == answers[1]
    late = house.connect(ZOE)
    await late.hello()
    assert len((await late.key("snapshot"))["chat"]) == 1


async def test_another_persons_command_id_is_not_theirs(house: House) -> None:
    await house.enter(TEACHER)
    ines, karim = await house.enter(INES), await house.enter(KARIM)
    first = await ines.ask("chat.send", op_id="a" * 32, text="moi")
    second = await karim.ask("chat.send", op_id="a" * 32, text="moi aussi")
    assert second["seq"] > first["seq"]


async def test_a_client_that_was_away_gets_what_it_missed_and_nothing_else(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    seq = ines.seq
    await ines.leave()
    for text in ("un", "deux"):
        await teacher.ask("chat.send", text=text)
    back = house.connect(INES)
    back.seq = seq
    await back.hello(resume={"seq": seq})
    assert (await back.key("welcome"))["from"] == seq + 1
    assert [(await back.event("chat.msg"))["d"]["text"] for _ in range(2)] == ["un", "deux"]
    assert not any("snapshot" in frame for frame in back.seen)


@pytest.mark.parametrize("seq", [999, 2**52])
async def test_a_number_from_the_future_gets_a_snapshot(house: House, seq: int) -> None:
    await house.enter(TEACHER)
    ines = house.connect(INES)
    await ines.hello(resume={"seq": seq})
    assert (await ines.key("welcome"))["from"] is None
    await ines.key("snapshot")


async def test_a_hidden_message_is_not_sent_to_pupils_again(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    start = ines.seq
    answer = await ines.ask("chat.send", text="quelque chose de méchant")
    await teacher.ask("chat.hide", seq=answer["seq"])
    karim = house.connect(KARIM)
    await karim.hello()
    [line] = (await karim.key("snapshot"))["chat"]
    assert (line["hidden"], line["text"]) == (True, "")
    again = house.connect(INES)
    again.seq = start
    await again.hello(resume={"seq": start})
    assert (await again.event("chat.msg"))["d"] == {"text": ""}
    watcher = house.connect(TEACHER)
    await watcher.hello()
    assert (await watcher.key("snapshot"))["chat"][0]["text"] == "quelque chose de méchant"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "malformed"),
        ('{"op":3}', "malformed"),
        ("\ud800", "malformed"),
        ('{"op":"' + "x" * MAX_MESSAGE_BYTES + '"}', "oversized"),
        ('{"op":"dance","id":"' + "a" * 32 + '"}', "unknown_op"),
        ('{"op":"chat.send","id":"1","d":{"text":"x"}}', "bad_id"),
        ('{"op":"chat.send","id":"' + "a" * 32 + '","d":{"text":3}}', "malformed"),
        ('{"op":"chat.send","id":"' + "a" * 32 + '","d":{"text":"\\ud800"}}', "malformed"),
        ('{"op":"chat.send","id":"' + "a" * 32 + '","d":' + "[" * 8000 + "]" * 8000 + "}", "malformed"),
        ('{"op":"floor.give","id":"' + "a" * 32 + '","d":{"person":"Inès"}}', "malformed"),
        ('{"op":"lock.set","id":"' + "a" * 32 + '","d":{"what":"doors","locked":true}}', "malformed"),
        (b"", "malformed"),
    ],
)
async def test_a_frame_that_cannot_be_read_is_answered_and_changes_nothing(
    house: House, frame: str | bytes, code: str
) -> None:
    teacher = await house.enter(TEACHER)
    before = (await teacher.ask("voice.start"))["seq"]
    await teacher.send(frame)
    refused = await teacher.until(lambda f: "err" in f)
    assert refused["err"]["code"] == code
    assert refused["err"]["message"]
    assert (await teacher.ask("chat.send", text="encore là"))["seq"] == before + 1


async def test_the_answer_comes_before_the_event_so_that_nothing_is_shown_twice(house: House) -> None:
    teacher = await house.enter(TEACHER)
    answer = await teacher.ask("chat.send", text="une fois")
    assert not [frame for frame in teacher.seen if frame.get("t") == "chat.msg"]
    assert (await teacher.until(lambda frame: frame.get("t") == "chat.msg"))["seq"] == answer["seq"]


async def test_too_many_unreadable_frames_close_the_connection(house: House) -> None:
    teacher = await house.enter(TEACHER)
    for _ in range(MAX_FAULTS):
        await teacher.send("{")
    closed = await teacher.closed()
    assert (closed.code, closed.reason) == (4400, "bad_messages")
    assert sum("err" in frame for frame in teacher.seen) == MAX_FAULTS


async def test_commands_above_the_rate_are_refused_with_the_time_to_wait(house: House) -> None:
    teacher = await house.enter(TEACHER)
    for _ in range(25):
        await teacher.send({"op": "ping"})
    refused = await teacher.until(lambda f: "err" in f)
    assert refused["err"]["code"] == "rate_limited"
    assert 0 < refused["err"]["retry_ms"] <= 101


async def test_who_is_silent_for_twenty_seconds_is_absent_until_the_last_heartbeat(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await house.beat(15)
    await teacher.ephemeral("ping")
    await ines.ephemeral("ping")
    await teacher.send({"op": "pong"})
    await ines.send({"op": "pong"})
    await teacher.send({"op": "ping"})
    await teacher.ephemeral("pong")
    await ines.send({"op": "ping"})
    await ines.ephemeral("pong")
    await house.beat(15)
    await teacher.ask("chat.send", text="Inès ?")
    await house.beat(5)
    assert (await ines.closed()).reason == "silent"
    absent = await teacher.event("seat.absent")
    assert absent["d"] == {"person": INES, "last_at": (START_S + 15) * 1000}


async def test_a_lost_connection_is_told_after_twenty_seconds_and_not_before(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await ines.leave()
    await house.beat(19)
    await teacher.ask("chat.send", text="toujours là")
    assert not any(frame.get("t") == "seat.absent" for frame in teacher.seen)
    await house.beat(1)
    assert (await teacher.event("seat.absent"))["d"]["last_at"] == START_S * 1000


async def test_a_pupil_struck_off_the_roster_leaves_and_a_new_one_comes_in(house: House) -> None:
    house.publish(roster(persons=(TEACHER, INES)))
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    house.publish(roster(persons=(TEACHER, KARIM)))
    await house.beat()
    assert (await ines.closed()).reason == "not_on_roster"
    told = await teacher.ephemeral("members")
    assert [member["person"] for member in told["members"]] == [TEACHER, KARIM]
    await house.enter(KARIM)


async def test_voice_reaches_the_others_byte_for_byte_only_while_it_is_granted(house: House) -> None:
    teacher, ines, karim = [await house.enter(person) for person in (TEACHER, INES, KARIM)]
    packet = b"\x01" + bytes(12) + b"opus"
    await ines.send(packet)
    assert (await ines.ephemeral("voice_refused"))["code"] == "no_voice"
    await teacher.ask("floor.give", person=INES, voice=True)
    await ines.ask("voice.start")
    index = (await karim.until(lambda f: f.get("e") == "speakers" and f["d"]["speakers"]))["d"]["speakers"][0]
    assert index["person"] == INES
    await ines.send(packet)
    expected = index["index"].to_bytes(2, "big") + packet
    assert await teacher.packet() == expected
    assert await karim.packet() == expected
    await teacher.ask("freeze")
    await house.beat(6)
    await ines.send(packet)
    assert (await ines.ephemeral("voice_refused"))["code"] == "no_voice"
    assert ines.voice == []


async def test_voice_above_the_rate_is_dropped_and_the_speaker_told(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await teacher.ask("voice.start")
    for _ in range(160):
        await teacher.send(b"\x01" + bytes(12) + b"opus")
    assert (await teacher.ephemeral("voice_refused"))["code"] == "voice_rate"
    await ines.packet()


async def test_a_client_that_does_not_read_gets_a_snapshot_and_costs_the_others_nothing(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    assert isinstance(ines.line, InProcessLine)
    ines.line.stalled.clear()
    for n in range(300):
        house.clock.now_s += 1
        await ines.send({"op": "pong"})
        await teacher.ask("chat.send", text=f"message {n}")
    ines.line.stalled.set()
    ines._unread.clear()
    snapshot = await ines.key("snapshot")
    assert snapshot["chat"][-1]["text"] == "message 299"
    assert len(snapshot["chat"]) == 200
    await teacher.ask("chat.send", text="suite")
    assert (await ines.event("chat.msg"))["d"]["text"] == "suite"


async def test_the_end_closes_everybody_and_publishes_a_complete_register(house: House) -> None:
    (house.folder / "published" / "at_the_door.json").write_text(
        json.dumps({"v": 1, "waits": {"subject-222": [START_S - 60, START_S + 600]}})
    )
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await house.beat(1)
    live = await teacher.until(lambda f: f.get("e") == "register" and f["d"]["entries"][0]["status"] == "present")
    assert [entry["status"] for entry in live["d"]["entries"]] == ["present", "at_the_door", "absent"]
    house.clock.now_s += 599
    await teacher.ask("session.end")
    register = house.register()  # there as soon as the end is told
    for client in (teacher, ines):
        closed = await client.closed()
        assert (closed.code, closed.reason) == (4410, "class_ended")
    assert (register["opened_at_s"], register["ended_at_s"]) == (START_S, START_S + 600)
    assert register["entries"][0] == {
        "person": INES,
        "status": "present",
        "first_seen_at_s": START_S,
        "last_seen_at_s": START_S + 600,
        "present_s": 600,
    }
    assert [entry["status"] for entry in register["entries"]] == ["present", "at_the_door", "absent"]
    late = house.connect(ZOE)
    await late.hello()
    assert (await late.closed()).code == 4410


async def test_a_class_nobody_ends_ends_by_itself(house: House) -> None:
    teacher = await house.enter(TEACHER)
    house.clock.now_s += 3600 + 1799
    await teacher.send({"op": "ping"})
    await teacher.ephemeral("pong")
    await house.beat()
    assert (await teacher.ask("chat.send", text="encore"))["seq"]
    await house.beat(1)
    assert (await teacher.event("session.end"))["by"] == "server"
    assert (await teacher.closed()).code == 4410
    assert house.register()["ended_at_s"] == START_S + 5400


async def test_pupils_without_a_teacher_are_frozen_and_freed_when_one_is_back(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await teacher.leave()
    for _ in range(14):
        await house.beat(10)
        await ines.send({"op": "ping"})
        await ines.ephemeral("pong")
    assert (await ines.event("frozen"))["d"] == {"on": True, "reason": "teacher_away"}
    assert await ines.refusal("chat.send", text="on est seuls") == "frozen"
    await house.enter(TEACHER)
    assert (await ines.event("frozen"))["d"]["on"] is False


async def test_counts_are_told(house: House) -> None:
    assert house.server.snapshot().classes_open == 0
    await house.enter(TEACHER)
    snapshot = house.server.snapshot()
    assert (snapshot.classes_open, snapshot.seats_connected, snapshot.events_total) == (1, 1, 2)


async def test_many_pupils_entering_at_once_all_get_in(house: House) -> None:
    persons = tuple(f"{n:032x}" for n in range(0x100, 0x100 + 60))
    NAMES.update({person: f"Élève N{n}" for n, person in enumerate(persons)})
    try:
        house.publish(roster(persons=(TEACHER, *persons)))
        teacher = await house.enter(TEACHER)
        await asyncio.gather(*(house.enter(person) for person in persons))
        while len([f for f in teacher.seen if f.get("t") == "seat.present"]) < len(persons):
            await teacher.frame()
        assert house.server.snapshot().seats_connected == 61
    finally:
        for person in persons:
            del NAMES[person]
