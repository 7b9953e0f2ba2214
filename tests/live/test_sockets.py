"""The whole way: Granian, real sockets, a real client library, a class that outlives its server."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from live.harness import CLASS, INES, KARIM, TEACHER, ZOE, Client, Closed, House, browser_of, cookie
from preau.live.server import LiveServer

NODE = Path(__file__).with_name("node.py")


class SocketLine:
    """A real websocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, message: str | bytes) -> None:
        await self._connection.send(message)

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            frame = closed.rcvd
            raise Closed(frame.code if frame else 1006, frame.reason if frame else "") from None

    async def close(self) -> None:
        await self._connection.close()


@asynccontextmanager
async def serving(app: LiveServer, port: int) -> AsyncIterator[None]:
    """Granian in this loop, as the application runs it."""
    granian = Server(app, port=port, interface=Interfaces.ASGINL, log_enabled=False)
    task = asyncio.create_task(granian.serve())
    try:
        async with asyncio.timeout(20):
            while not await _listens(port):
                assert not task.done(), "Granian ended before it listened"
        yield
    finally:
        granian.stop()
        await asyncio.wait([task], timeout=20)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        await asyncio.sleep(0.02)
        return False
    writer.close()
    await writer.wait_closed()
    return True


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def join(port: int, person: str, **hello: object) -> Client:
    address, headers = f"ws://127.0.0.1:{port}/classe/{CLASS}/ws", cookie(browser_of(person))
    connection = await connect(address, additional_headers=headers, compression=None, proxy=None)
    client = Client(SocketLine(connection), person)
    await client.hello(**hello)
    return client


async def welcomed(port: int, person: str) -> Client:
    client = await join(port, person)
    await client.key("snapshot")
    return client


async def test_a_class_with_voice_outlives_its_server(tmp_path: Path, port: int) -> None:
    house = House(tmp_path)
    await house.server.start()
    async with serving(house.server, port):
        teacher = await welcomed(port, TEACHER)
        pupils = [await welcomed(port, person) for person in (INES, KARIM, ZOE)]
        sent = await pupils[0].ask("chat.send", op_id="0" * 32, text="Bonjour à tous")
        await pupils[1].ask("hand.up")
        await teacher.ask("voice.start")
        speakers = await pupils[2].ephemeral("speakers")
        while not speakers["speakers"]:
            speakers = await pupils[2].ephemeral("speakers")
        packets = [
            b"\x01" + n.to_bytes(4, "big") + (n * 20_000).to_bytes(8, "big") + bytes([n]) * 60 for n in range(20)
        ]
        for packet in packets:
            await teacher.send(packet)
        prefix = speakers["speakers"][0]["index"].to_bytes(2, "big")
        for pupil in pupils:
            assert [await pupil.packet() for _ in packets] == [prefix + packet for packet in packets]
        await house.server.stop()
        for client in (teacher, *pupils):
            closed = await client.closed()
            assert closed.code == 1012
            assert any("move" in frame for frame in client.seen)
        house.server = house.build()
    await house.server.start()
    async with serving(house.server, port):
        resumed = await join(port, INES, resume={"seq": pupils[0].seq})
        assert (await resumed.key("welcome"))["from"] == pupils[0].seq + 1
        again = await resumed.ask("chat.send", op_id="0" * 32, text="Bonjour à tous")
        assert again["seq"] == sent["seq"]
        fresh = await join(port, ZOE)
        snapshot = await fresh.key("snapshot")
        assert [line["text"] for line in snapshot["chat"]] == ["Bonjour à tous"]
        assert [hand["person"] for hand in snapshot["hands"]] == [KARIM]
        assert set(snapshot["present"]) == {TEACHER, INES, KARIM, ZOE}
        assert snapshot["voices"] == [TEACHER]
        await house.server.stop()


@asynccontextmanager
async def node(folder: Path, port: int) -> AsyncIterator[None]:
    """A server in a process of its own, ended by SIGKILL."""
    command = [sys.executable, str(NODE), str(folder), str(port)]
    child = await asyncio.create_subprocess_exec(
        *command, cwd=NODE.parents[1], env={"PYTHONPATH": str(NODE.parents[1])}
    )
    try:
        async with asyncio.timeout(30):
            while not await _listens(port):
                assert child.returncode is None, "the node ended before it listened"
        yield
    finally:
        child.kill()
        await child.wait()


async def say_until_cut(client: Client, acked: dict[str, int]) -> None:
    """Raises and lowers a hand without end; notes each acknowledgement."""
    with suppress(Closed):
        while True:
            for op in ("hand.up", "hand.down"):
                op_id = uuid4().hex
                answer = await client.ask(op, op_id=op_id)
                if "seq" in answer:
                    acked[op_id] = answer["seq"]


async def test_kill_minus_nine_in_mid_class_loses_nothing_and_nobody_signs_in_again(tmp_path: Path, port: int) -> None:
    acked: dict[str, dict[str, int]] = {INES: {}, KARIM: {}, ZOE: {}}
    async with node(tmp_path, port):
        teacher = await welcomed(port, TEACHER)
        pupils = [await welcomed(port, person) for person in acked]
        talk = [asyncio.create_task(say_until_cut(pupil, acked[pupil.person])) for pupil in pupils]
        async with asyncio.timeout(20):
            while sum("t" in frame for frame in teacher.seen) < 30:
                await teacher.frame()
    await asyncio.wait(talk)
    assert all(acked.values())
    async with node(tmp_path, port):
        for pupil in pupils:
            back = await join(port, pupil.person, resume={"seq": pupil.seq})
            back.seq = pupil.seq
            assert (await back.key("welcome"))["from"] == pupil.seq + 1
            for op_id, seq in tuple(acked[pupil.person].items())[-5:]:
                assert (await back.ask("hand.up", op_id=op_id))["seq"] == seq
        fresh = await join(port, TEACHER)
        assert set((await fresh.key("snapshot"))["present"]) == {TEACHER, *acked}


async def test_strangers_are_shown_out_by_code(tmp_path: Path, port: int) -> None:
    house = House(tmp_path)
    house.server._allowed_origin = lambda scope: (b"origin", b"https://elsewhere.example") not in scope["headers"]
    await house.server.start()
    async with serving(house.server, port):
        stranger = await join(port, INES, seat="s1.forged")
        closed = await stranger.closed()
        assert (closed.code, closed.reason) == (4401, "token_malformed")
        assert stranger.seen[-1]["bye"]["code"] == 4401
        address = f"ws://127.0.0.1:{port}/classe/{CLASS}/ws"
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, origin="https://elsewhere.example", proxy=None)  # type: ignore[arg-type]
        assert refused.value.response.status_code == 403
        await house.server.stop()
