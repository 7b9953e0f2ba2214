"""What a class keeps when its server is gone: all that was acknowledged."""

import pytest

from live.harness import CLASS, COOKIES, INES, KARIM, START_S, TEACHER, ZOE, House, eventually
from preau.live.bus.memory import MemoryBus
from preau.live.journal.interface import JournalUnavailable, Line
from preau.live.journal.sqlite import SqliteJournal
from preau.live.server import LiveServer


async def test_chat_hands_and_presence_are_there_after_a_crash(house: House) -> None:
    teacher, ines = await house.enter(TEACHER), await house.enter(INES)
    await ines.ask("hand.up")
    await teacher.ask("chat.send", text="Sortez vos cahiers")
    await house.crash()
    back = house.connect(INES)
    await back.hello(resume={"seq": ines.seq})
    welcome = await back.key("welcome")
    assert (welcome["from"], welcome["epoch"]) == (ines.seq + 1, 2)
    fresh = house.connect(TEACHER)
    await fresh.hello()
    state = await fresh.key("snapshot")
    assert [line["text"] for line in state["chat"]] == ["Sortez vos cahiers"]
    assert [hand["person"] for hand in state["hands"]] == [INES]
    assert set(state["present"]) == {TEACHER, INES}


async def test_a_command_repeated_after_a_crash_returns_its_first_result(house: House) -> None:
    await house.enter(TEACHER)
    ines = await house.enter(INES)
    first = await ines.ask("chat.send", op_id="b" * 32, text="une seule fois")
    await house.crash()
    again = await house.enter(INES)
    assert await again.ask("chat.send", op_id="b" * 32, text="une seule fois") == first


async def test_who_does_not_come_back_after_a_crash_was_present_until_the_crash(house: House) -> None:
    await house.enter(TEACHER)
    await house.enter(INES)
    await house.beat(10)
    house.clock.now_s += 60
    await house.crash()
    teacher = await house.enter(TEACHER)
    await house.beat(19)
    await teacher.send({"op": "ping"})
    await teacher.ephemeral("pong")
    assert not any(frame.get("t") == "seat.absent" for frame in teacher.seen)
    await house.beat(1)
    assert (await teacher.event("seat.absent"))["d"] == {"person": INES, "last_at": (START_S + 10) * 1000}


async def test_a_long_class_resumes_from_its_snapshot(house: House) -> None:
    teacher = await house.enter(TEACHER)
    for n in range(450):
        house.clock.now_s += 0.5
        await teacher.ask("chat.send", text=f"{n}")
    first = await teacher.ask("chat.send", op_id="c" * 32, text="dernier")
    await house.crash()
    back = house.connect(TEACHER)
    await back.hello(resume={"seq": 3})
    assert (await back.key("welcome"))["from"] is None
    snapshot = await back.until(lambda frame: "snapshot" in frame)
    assert snapshot["seq"] == first["seq"]
    assert snapshot["snapshot"]["chat"][-1]["text"] == "dernier"
    recovered = await house.server._journal.claim(CLASS)
    assert recovered.snapshot is not None
    assert len(recovered.lines) < 200


async def test_a_register_that_a_crash_left_unwritten_is_written_at_the_next_start(house: House) -> None:
    teacher = await house.enter(TEACHER)
    await house.enter(INES)
    seq = (await teacher.ask("chat.send", text="au revoir"))["seq"]
    journal = house.server._journal
    epoch = (await journal.claim(CLASS)).epoch
    end = Line(seq + 1, (START_S + 60) * 1000, TEACHER, "session.end", b'{"t":"session.end"}')
    await journal.append(CLASS, epoch, [end])  # the last thing a process did before it died
    await house.crash()
    await eventually((house.folder / "published" / "registers" / f"{CLASS}.json").exists)
    assert [entry["status"] for entry in house.register()["entries"]] == ["present", "absent", "absent"]


async def test_a_class_left_behind_by_a_crash_ends_on_time_without_anybody(house: House) -> None:
    await house.enter(TEACHER)
    await house.enter(INES)
    await house.beat(10)
    house.clock.now_s += 3600 + 1800
    await house.crash()
    await house.server._rooms.sweep()
    await house.beat()
    await eventually(lambda: house.server.snapshot().classes_open == 0)
    register = house.register()
    assert [entry["status"] for entry in register["entries"]] == ["present", "absent", "absent"]


async def test_a_node_that_lost_the_class_steps_down_and_its_clients_find_the_new_one(house: House) -> None:
    bus = MemoryBus()
    house.server._rooms._bus = bus
    await bus.subscribe("claims", house.server._rooms._on_claim)
    await house.enter(TEACHER)
    ines = await house.enter(INES)
    other = LiveServer(
        keyring=house.server._keyring,
        journal=SqliteJournal(house.folder / "journal.sqlite3"),
        bus=bus,
        published=house.folder / "published",
        cookies=COOKIES,
        allowed_origin=lambda _: True,
        clock=house.clock,
    )
    await other.start()
    former, house.server = house.server, other
    zoe = await house.enter(ZOE)
    assert (await ines.closed()).code == 1012
    assert "seq" in await zoe.ask("hand.up")
    house.server = former
    await other.stop()


async def test_a_node_that_did_not_hear_of_it_is_fenced_by_the_journal(house: House) -> None:
    await house.enter(TEACHER)
    ines = await house.enter(INES)
    elsewhere = SqliteJournal(house.folder / "journal.sqlite3")
    await elsewhere.start()
    await elsewhere.claim(CLASS)
    await elsewhere.stop()
    assert await ines.refusal("hand.up") == "unavailable"
    assert (await ines.closed()).reason == "restart"
    back = await house.enter(INES)
    assert "seq" in await back.ask("hand.up")


async def test_nothing_is_shown_that_is_not_durable(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.enter(TEACHER)
    ines, karim = await house.enter(INES), await house.enter(KARIM)

    async def full_disk(*_: object) -> None:
        raise JournalUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(house.server._journal, "append", full_disk)
        assert await ines.refusal("chat.send", text="perdu ?") == "unavailable"
        assert (await karim.closed()).code == 1012
    assert not any(frame.get("t") == "chat.msg" for frame in karim.seen)
    fresh = house.connect(KARIM)
    await fresh.hello()
    assert (await fresh.key("snapshot"))["chat"] == []


async def test_a_room_nobody_uses_is_put_away_and_found_again(house: House) -> None:
    teacher = await house.enter(TEACHER)
    await teacher.ask("chat.send", text="à tout de suite")
    await teacher.leave()
    await house.beat(20)
    [room] = house.server._rooms
    await eventually(lambda: not room.state.present(TEACHER))
    house.clock.now_s += 60
    await house.server._rooms._beat(room)
    assert house.server.snapshot().classes_open == 0
    back = house.connect(TEACHER)
    await back.hello()
    assert (await back.key("snapshot"))["chat"][0]["text"] == "à tout de suite"


async def test_a_snapshot_of_another_version_is_passed_over_for_the_log_itself(house: House) -> None:
    teacher = await house.enter(TEACHER)
    said = await teacher.ask("chat.send", text="tout est dans le journal")
    [room] = house.server._rooms
    await house.server._journal.keep_snapshot(CLASS, room.epoch, said["seq"], b'{"seq": "seven"}')
    await house.crash()
    back = house.connect(TEACHER)
    await back.hello()
    snapshot = await back.until(lambda frame: "snapshot" in frame)
    assert snapshot["seq"] == said["seq"]
    assert snapshot["snapshot"]["chat"][0]["text"] == "tout est dans le journal"


async def test_a_log_that_cannot_be_read_closes_politely_and_touches_nothing(house: House) -> None:
    journal = house.server._journal
    epoch = (await journal.claim(CLASS)).epoch
    await journal.append(CLASS, epoch, [Line(1, 1, "p", "door.open", b"nonsense")])
    client = house.connect(TEACHER)
    await client.hello()
    assert (await client.closed()).reason == "restart"
    assert [line.body for line in await journal.read(CLASS, 0, 10)] == [b"nonsense"]


async def test_a_register_that_cannot_be_written_is_tried_again(house: House) -> None:
    blocked = house.folder / "published" / "registers"
    blocked.write_text("a file where the folder should be")
    teacher = await house.enter(TEACHER)
    await teacher.ask("session.end")
    assert (await teacher.closed()).code == 4410
    await eventually(lambda: house.server.snapshot().classes_open == 0)
    blocked.unlink()
    await house.server._rooms.sweep()
    assert len(house.register()["entries"]) == 3
    assert await house.server._journal.unended() == ()
