"""The journal in one SQLite file: one thread, write-ahead log, full synchronisation.

``synchronous=FULL`` because an acknowledged event must survive a power cut; group commit pays for it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from preau.live.journal.groupcommit import Append, GroupCommit, Outcome
from preau.live.journal.interface import END_KIND, RESULTS_KEPT, Fenced, JournalUnavailable, Line, Recovered

T = TypeVar("T")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS live_session(
  session TEXT PRIMARY KEY, epoch INTEGER NOT NULL, alive_at_ms INTEGER NOT NULL DEFAULT 0,
  ended INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live_event(
  session TEXT NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
  kind TEXT NOT NULL, body BLOB NOT NULL, op_id TEXT, PRIMARY KEY (session, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live_snapshot(
  session TEXT PRIMARY KEY, seq INTEGER NOT NULL, body BLOB NOT NULL
) WITHOUT ROWID;
"""
_BUSY_S: Final = 5.0
"""Another process holding the file (a backup) is waited for this long."""
_LINES: Final = "SELECT seq, at_ms, actor, kind, body, op_id FROM live_event"

_INSERT: Final = """
INSERT INTO live_event(session, seq, epoch, at_ms, actor, kind, body, op_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_RESULTS: Final = """
SELECT actor, op_id, seq FROM live_event WHERE session = ? AND op_id IS NOT NULL ORDER BY seq DESC LIMIT ?
"""
_UNENDED: Final = """
SELECT s.session, (SELECT e.kind FROM live_event e WHERE e.session = s.session ORDER BY e.seq DESC LIMIT 1)
FROM live_session s WHERE NOT s.ended
"""


class SqliteJournal:
    """The journal in the file ``path`` (made with its folder where missing)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: ThreadPoolExecutor | None = None
        self._group = GroupCommit(self._write_group)
        self._db: sqlite3.Connection

    async def start(self) -> None:
        """Opens the file."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        await self._run(self._open)

    async def stop(self) -> None:
        """Writes what is waiting, closes the file and ends the thread."""
        if self._thread is None:
            return
        await self._group.settle()
        await self._run(self._db.close)
        self._thread.shutdown()
        self._thread = None

    async def claim(self, session: str) -> Recovered:
        """Takes the class over."""
        return await self._run(lambda: self._claim(session))

    async def append(self, session: str, epoch: int, lines: Sequence[Line]) -> None:
        """Adds lines; returns when they are on disk."""
        await self._group.append(Append(session, epoch, lines))

    async def read(self, session: str, after_seq: int, limit: int) -> tuple[Line, ...]:
        """Lines of the log."""
        where = f"{_LINES} WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?"
        return await self._run(lambda: _to_lines(self._db.execute(where, (session, after_seq, limit))))

    async def keep_snapshot(self, session: str, epoch: int, seq: int, body: bytes) -> None:
        """Replaces the snapshot of the class."""
        await self._run(lambda: self._keep_snapshot(session, epoch, seq, body))

    async def touch(self, session: str, epoch: int, at_ms: int, *, ended: bool = False) -> None:
        """Notes that the owner lives."""
        update = "UPDATE live_session SET alive_at_ms = ?, ended = ? WHERE session = ? AND epoch = ?"
        await self._run(lambda: self._db.execute(update, (at_ms, ended, session, epoch)))

    async def unended(self) -> tuple[tuple[str, bool], ...]:
        """Classes not noted as ended, and whether their log has its end."""
        rows = await self._run(lambda: self._db.execute(_UNENDED).fetchall())
        return tuple((session, kind == END_KIND) for session, kind in rows)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._thread is None:
            raise JournalUnavailable("the journal is not open")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as failure:
            raise JournalUnavailable(str(failure)) from failure

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def _claim(self, session: str) -> Recovered:
        with _transaction(self._db):
            claim = (
                "INSERT INTO live_session(session, epoch) VALUES (?, 1)"
                " ON CONFLICT(session) DO UPDATE SET epoch = epoch + 1 RETURNING epoch, alive_at_ms"
            )
            [(epoch, alive_at_ms)] = self._db.execute(claim, (session,)).fetchall()
            where = "SELECT seq, body FROM live_snapshot WHERE session = ?"
            snapshot = self._db.execute(where, (session,)).fetchone()
            after = (session, snapshot[0] if snapshot else 0)
            lines = _to_lines(self._db.execute(f"{_LINES} WHERE session = ? AND seq > ? ORDER BY seq", after))
            results = {(by, op): seq for by, op, seq in self._db.execute(_RESULTS, (session, RESULTS_KEPT))}
        return Recovered(epoch, snapshot, lines, results, alive_at_ms)

    def _keep_snapshot(self, session: str, epoch: int, seq: int, body: bytes) -> None:
        with _transaction(self._db):
            _check_epoch(self._db, session, epoch)
            self._db.execute("REPLACE INTO live_snapshot(session, seq, body) VALUES (?, ?, ?)", (session, seq, body))

    async def _write_group(self, group: Sequence[Append]) -> Sequence[Outcome]:
        return await self._run(lambda: self._write(group))

    def _write(self, group: Sequence[Append]) -> Sequence[Outcome]:
        with _transaction(self._db):
            return [self._write_one(append) for append in group]

    def _write_one(self, append: Append) -> Outcome:
        """One append inside the group's transaction; a fenced one must not take its neighbours down with it."""
        self._db.execute("SAVEPOINT one")
        try:
            _check_epoch(self._db, append.session, append.epoch)
            for line in append.lines:
                row = (line.seq, append.epoch, line.at_ms, line.by, line.kind, line.body, line.op_id)
                self._db.execute(_INSERT, (append.session, *row))
        except (Fenced, sqlite3.IntegrityError) as fenced:
            self._db.execute("ROLLBACK TO one")
            return Fenced(f"{append.session} at epoch {append.epoch}: {fenced}")
        finally:
            self._db.execute("RELEASE one")
        return None


class _transaction:  # noqa: N801  reads as the statement it stands for
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK when anything raised."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # raised inside, or the commit itself failed (disk full)
                self._db.execute("ROLLBACK")


def _check_epoch(db: sqlite3.Connection, session: str, epoch: int) -> None:
    row = db.execute("SELECT epoch FROM live_session WHERE session = ?", (session,)).fetchone()
    if row is None or row[0] != epoch:
        raise Fenced(f"{session} at epoch {epoch}")


def _to_lines(cursor: sqlite3.Cursor) -> tuple[Line, ...]:
    return tuple(Line(*row) for row in cursor)
