"""The exam of every journal (preau.live.journal.interface)."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from preau.live.journal.interface import Fenced, Journal, JournalUnavailable, Line
from preau.live.journal.sqlite import SqliteJournal

Open = Callable[[], Journal]
APPENDER = Path(__file__).with_name("appender.py")


def line(seq: int, *, kind: str = "chat.msg", op_id: str | None = None) -> Line:
    return Line(seq, 1_000 + seq, "p1", kind, b'{"t":"chat.msg","text":"bonjour"}', op_id)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.engines)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "journal.sqlite3")
    return str(request.getfixturevalue("postgres_server"))


@pytest.fixture
def open_journal(address: str) -> Open:
    if address.startswith("postgresql:"):
        from preau.live.journal.postgres import PostgresJournal

        return lambda: PostgresJournal(address)
    return lambda: SqliteJournal(Path(address))


@pytest.fixture
async def journal(open_journal: Open) -> AsyncIterator[Journal]:
    opened = open_journal()
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
def session() -> str:
    return uuid4().hex


async def test_a_new_class_starts_at_epoch_one_with_an_empty_log(journal: Journal, session: str) -> None:
    found = await journal.claim(session)
    assert (found.epoch, found.snapshot, found.lines, found.results, found.alive_at_ms) == (1, None, (), {}, 0)


async def test_what_was_appended_is_read_back_in_order(journal: Journal, session: str) -> None:
    epoch = (await journal.claim(session)).epoch
    await journal.append(session, epoch, [line(1), line(2, op_id="a")])
    await journal.append(session, epoch, [line(3, op_id="b")])
    assert await journal.read(session, 0, 10) == (line(1), line(2, op_id="a"), line(3, op_id="b"))
    assert await journal.read(session, 1, 1) == (line(2, op_id="a"),)


async def test_a_claim_returns_the_log_and_the_results_of_commands(journal: Journal, session: str) -> None:
    epoch = (await journal.claim(session)).epoch
    await journal.append(session, epoch, [line(1), line(2, op_id="a"), line(3, op_id="b")])
    found = await journal.claim(session)
    assert found.epoch == epoch + 1
    assert [kept.seq for kept in found.lines] == [1, 2, 3]
    assert found.results == {("p1", "a"): 2, ("p1", "b"): 3}


async def test_an_older_epoch_can_append_nothing_any_more(journal: Journal, session: str) -> None:
    stale = (await journal.claim(session)).epoch
    fresh = (await journal.claim(session)).epoch
    with pytest.raises(Fenced):
        await journal.append(session, stale, [line(1)])
    await journal.append(session, fresh, [line(1)])
    assert len(await journal.read(session, 0, 10)) == 1


async def test_the_same_number_is_never_written_twice_and_nothing_of_the_append_stays(
    journal: Journal, session: str
) -> None:
    epoch = (await journal.claim(session)).epoch
    await journal.append(session, epoch, [line(1), line(2)])
    with pytest.raises(Fenced):
        await journal.append(session, epoch, [line(3), line(2)])
    assert [kept.seq for kept in await journal.read(session, 0, 10)] == [1, 2]


async def test_an_unknown_class_cannot_be_written(journal: Journal, session: str) -> None:
    with pytest.raises(Fenced):
        await journal.append(session, 1, [line(1)])


async def test_a_fenced_append_leaves_its_neighbours_in_the_group_alone(journal: Journal, session: str) -> None:
    other = uuid4().hex
    stale = (await journal.claim(session)).epoch
    await journal.claim(session)
    epoch = (await journal.claim(other)).epoch
    outcomes = await asyncio.gather(
        journal.append(session, stale, [line(1)]),
        *(journal.append(other, epoch, [line(seq)]) for seq in range(1, 31)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], Fenced)
    assert outcomes[1:] == [None] * 30
    assert len(await journal.read(other, 0, 100)) == 30


async def test_a_claim_starts_from_the_snapshot_and_still_knows_earlier_results(journal: Journal, session: str) -> None:
    epoch = (await journal.claim(session)).epoch
    await journal.append(session, epoch, [line(1, op_id="a"), line(2), line(3)])
    await journal.keep_snapshot(session, epoch, 1, b"one")
    await journal.keep_snapshot(session, epoch, 2, b"two")
    found = await journal.claim(session)
    assert found.snapshot == (2, b"two")
    assert [kept.seq for kept in found.lines] == [3]
    assert found.results == {("p1", "a"): 1}


async def test_an_older_epoch_can_keep_no_snapshot(journal: Journal, session: str) -> None:
    stale = (await journal.claim(session)).epoch
    await journal.claim(session)
    with pytest.raises(Fenced):
        await journal.keep_snapshot(session, stale, 1, b"stale")
    assert (await journal.claim(session)).snapshot is None


async def test_the_owner_is_remembered_alive_and_a_fenced_one_is_not(journal: Journal, session: str) -> None:
    stale = (await journal.claim(session)).epoch
    await journal.touch(session, stale, 5_000)
    epoch = (await journal.claim(session)).epoch
    await journal.touch(session, stale, 9_000, ended=True)
    assert (await journal.claim(session)).alive_at_ms == 5_000
    assert epoch == stale + 1
    assert (session, False) in await journal.unended()


async def test_classes_that_are_not_finished_are_listed_with_what_is_left_to_do(journal: Journal, session: str) -> None:
    epoch = (await journal.claim(session)).epoch
    await journal.append(session, epoch, [line(1)])
    assert (session, False) in await journal.unended()
    await journal.append(session, epoch, [line(2, kind="session.end")])
    assert (session, True) in await journal.unended()
    await journal.touch(session, epoch, 1_000, ended=True)
    assert session not in dict(await journal.unended())


async def test_a_second_process_sees_what_the_first_has_written(
    journal: Journal, open_journal: Open, session: str
) -> None:
    epoch = (await journal.claim(session)).epoch
    await journal.append(session, epoch, [line(1)])
    other = open_journal()
    await other.start()
    assert (await other.claim(session)).lines == (line(1),)
    await other.stop()
    with pytest.raises(Fenced):
        await journal.append(session, epoch, [line(2)])


async def test_stopping_writes_what_was_under_way_and_refuses_the_rest(open_journal: Open, session: str) -> None:
    journal = open_journal()
    await journal.start()
    epoch = (await journal.claim(session)).epoch
    append = asyncio.create_task(journal.append(session, epoch, [line(1)]))
    await asyncio.sleep(0)
    await journal.stop()
    await append
    reopened = open_journal()
    await reopened.start()
    assert (await reopened.claim(session)).lines == (line(1),)
    await reopened.stop()


async def test_a_cancelled_caller_does_not_disturb_the_others(journal: Journal, session: str) -> None:
    epoch = (await journal.claim(session)).epoch
    impatient = asyncio.create_task(journal.append(session, epoch, [line(1)]))
    await asyncio.sleep(0)
    patient = asyncio.create_task(journal.append(session, epoch, [line(2)]))
    await asyncio.sleep(0)
    impatient.cancel()
    await patient
    assert [kept.seq for kept in await journal.read(session, 0, 10)] == [1, 2]


async def test_kill_minus_nine_loses_nothing_that_was_acknowledged(
    journal: Journal, address: str, session: str
) -> None:
    child = subprocess.Popen(  # noqa: ASYNC220, S603  the child is this repository's own script
        [sys.executable, APPENDER, address, session], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    acked = [int(await asyncio.to_thread(child.stdout.readline)) for _ in range(40)]
    os.kill(child.pid, signal.SIGKILL)
    rest, _ = await asyncio.to_thread(child.communicate)
    with contextlib.suppress(ValueError):  # the last number may have been cut in two
        acked += [int(word) for word in rest.split()]
    found = {kept.seq for kept in (await journal.claim(session)).lines}
    assert set(acked) <= found
    assert found == set(range(1, len(found) + 1))


async def test_a_journal_that_is_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises((JournalUnavailable, OSError)):
        await SqliteJournal(tmp_path / "file" / "journal.sqlite3").start()


async def test_what_is_acknowledged_survives_a_power_cut(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.sqlite3")
    await journal.start()
    asked = await journal._run(lambda: journal._db.execute("PRAGMA synchronous").fetchone())
    assert asked == (2,), "FULL: each commit is on the disk before it is acknowledged"
    await journal.stop()
