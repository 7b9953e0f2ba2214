"""What one client, or all of them together, cannot take from the others."""

import pytest

from live.harness import INES, TEACHER, House
from preau.live import classroom, server
from preau.live.connection import MAX_FLOODED
from preau.live.room import orders
from preau.live.room.bucket import COMMANDS


async def test_a_node_that_has_all_its_sockets_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_SOCKETS", 1)
    await house.enter(TEACHER)
    ines = house.connect(INES)
    await ines.hello()
    closed = await ines.closed()
    assert (closed.code, closed.reason) == (4429, "server_full")


async def test_a_connection_that_was_replaced_commands_nothing_any_more(house: House) -> None:
    teacher = await house.enter(TEACHER)
    await house.enter(INES)
    [room] = house.server._rooms
    older = room.seating.inside[INES]
    newer = await house.enter(INES)
    assert room.state.present(INES)
    room.command(older, "a" * 32, orders.ChatSend("de l’ancienne fenêtre"))
    assert (await newer.ask("chat.send", text="de la nouvelle"))["seq"]
    assert (await teacher.event("chat.msg"))["d"]["text"] == "de la nouvelle"


async def test_a_room_with_a_full_inbox_refuses_commands_and_says_when_to_come_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = await house.enter(TEACHER)
    with monkeypatch.context() as full:
        full.setattr(classroom, "MAX_INBOX", 0)
        assert (await teacher.ask("chat.send", text="a"))["err"]["code"] == "rate_limited"
        await house.enter(INES)  # who comes in is not a command
    assert (await teacher.ask("chat.send", text="b"))["seq"]


async def test_a_connection_that_floods_is_closed(house: House) -> None:
    teacher = await house.enter(TEACHER)
    for _ in range(COMMANDS.burst + MAX_FLOODED):
        await teacher.send({"op": "ping"})
    closed = await teacher.closed()
    assert (closed.code, closed.reason) == (4400, "bad_messages")
    assert sum("err" in frame for frame in teacher.seen) == MAX_FLOODED
