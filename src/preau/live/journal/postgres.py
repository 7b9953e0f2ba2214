"""The journal in PostgreSQL, for several nodes. Needs the extra ``postgres`` (psycopg 3).

Two connections: one writes the groups, one answers reads, so that a claim never waits behind the disk. A lost one is
opened again by the next call; what was under way is reported as ``JournalUnavailable``, and the room claims again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from psycopg.errors import UniqueViolation

from preau.live.journal.groupcommit import Append, GroupCommit, Outcome
from preau.live.journal.interface import END_KIND, RESULTS_KEPT, Fenced, JournalUnavailable, Line, Recovered

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS live_session(
  session text PRIMARY KEY, epoch bigint NOT NULL, alive_at_ms bigint NOT NULL DEFAULT 0,
  ended boolean NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS live_event(
  session text NOT NULL, seq bigint NOT NULL, epoch bigint NOT NULL, at_ms bigint NOT NULL, actor text NOT NULL,
  kind text NOT NULL, body bytea NOT NULL, op_id text, PRIMARY KEY (session, seq));
CREATE TABLE IF NOT EXISTS live_snapshot(session text PRIMARY KEY, seq bigint NOT NULL, body bytea NOT NULL);
"""
_SCHEMA_LOCK: Final = 0x70726561
"""Two nodes starting together would both create the tables, and one would fail: they take turns ("prea")."""
_TIMEOUT_S: Final = 10
"""Connecting, and any one statement: beyond this the class is better told to try again."""
_LINES: Final = "SELECT seq, at_ms, actor, kind, body, op_id FROM live_event"
_INSERT: Final = """
INSERT INTO live_event(session, seq, epoch, at_ms, actor, kind, body, op_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_RESULTS: Final = """
SELECT actor, op_id, seq FROM live_event WHERE session = %s AND op_id IS NOT NULL ORDER BY seq DESC LIMIT %s
"""
_UNENDED: Final = """
SELECT s.session, (SELECT e.kind FROM live_event e WHERE e.session = s.session ORDER BY e.seq DESC LIMIT 1)
FROM live_session s WHERE NOT s.ended
"""
Connection = psycopg.AsyncConnection[Any]


class _Line:
    """One connection used by one call at a time, opened again when it was lost."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction; any failure of the engine is ``JournalUnavailable``."""
        async with self._turn:
            try:
                connection = await self._open()
                async with connection.transaction():
                    yield connection
            except psycopg.Error as failure:
                raise JournalUnavailable(str(failure)) from failure

    async def close(self) -> None:
        async with self._turn:
            if self._connection is not None:
                await self._connection.close()
                self._connection = None

    async def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            options = f"-c statement_timeout={_TIMEOUT_S}s -c synchronous_commit=on"
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, connect_timeout=_TIMEOUT_S, options=options
            )
        return self._connection


class PostgresJournal:
    """The journal in the database ``dsn`` (a libpq connection string or URL)."""

    def __init__(self, dsn: str) -> None:
        self._writer = _Line(dsn)
        self._reader = _Line(dsn)
        self._group = GroupCommit(self._write_group)

    async def start(self) -> None:
        """Makes the schema."""
        async with self._writer.transaction() as db:
            await db.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            await db.execute(_SCHEMA)

    async def stop(self) -> None:
        """Writes what is waiting and closes both connections."""
        await self._group.settle()
        await self._writer.close()
        await self._reader.close()

    async def claim(self, session: str) -> Recovered:
        """Takes the class over. Locks its row, so a group of the former owner is either before or fenced."""
        claim = (
            "INSERT INTO live_session AS s (session, epoch) VALUES (%s, 1)"
            " ON CONFLICT (session) DO UPDATE SET epoch = s.epoch + 1 RETURNING epoch, alive_at_ms"
        )
        async with self._reader.transaction() as db:
            [(epoch, alive_at_ms)] = await _rows(db, claim, (session,))
            found = await _rows(db, "SELECT seq, body FROM live_snapshot WHERE session = %s", (session,))
            after_seq = found[0][0] if found else 0
            lines = await _rows(db, f"{_LINES} WHERE session = %s AND seq > %s ORDER BY seq", (session, after_seq))
            results = {(by, op): seq for by, op, seq in await _rows(db, _RESULTS, (session, RESULTS_KEPT))}
        return Recovered(epoch, found[0] if found else None, _to_lines(lines), results, alive_at_ms)

    async def append(self, session: str, epoch: int, lines: Sequence[Line]) -> None:
        """Adds lines; returns when they are on disk."""
        await self._group.append(Append(session, epoch, lines))

    async def read(self, session: str, after_seq: int, limit: int) -> tuple[Line, ...]:
        """Lines of the log."""
        where = f"{_LINES} WHERE session = %s AND seq > %s ORDER BY seq LIMIT %s"
        async with self._reader.transaction() as db:
            return _to_lines(await _rows(db, where, (session, after_seq, limit)))

    async def keep_snapshot(self, session: str, epoch: int, seq: int, body: bytes) -> None:
        """Replaces the snapshot of the class."""
        keep = (
            "INSERT INTO live_snapshot(session, seq, body) VALUES (%s, %s, %s)"
            " ON CONFLICT (session) DO UPDATE SET seq = excluded.seq, body = excluded.body"
        )
        async with self._reader.transaction() as db:
            await _check_epoch(db, session, epoch)
            await db.execute(keep, (session, seq, body))

    async def touch(self, session: str, epoch: int, at_ms: int, *, ended: bool = False) -> None:
        """Notes that the owner lives."""
        update = "UPDATE live_session SET alive_at_ms = %s, ended = %s WHERE session = %s AND epoch = %s"
        async with self._reader.transaction() as db:
            await db.execute(update, (at_ms, ended, session, epoch))

    async def unended(self) -> tuple[tuple[str, bool], ...]:
        """Classes not noted as ended, and whether their log has its end."""
        async with self._reader.transaction() as db:
            return tuple((session, kind == END_KIND) for session, kind in await _rows(db, _UNENDED, ()))

    async def _write_group(self, group: Sequence[Append]) -> Sequence[Outcome]:
        async with self._writer.transaction() as db:
            return [await _write_one(db, append) for append in group]


async def _write_one(db: Connection, append: Append) -> Outcome:
    """One append in a savepoint of the group's transaction; a fenced one leaves its neighbours alone."""
    rows = [
        (append.session, line.seq, append.epoch, line.at_ms, line.by, line.kind, line.body, line.op_id)
        for line in append.lines
    ]
    try:
        async with db.transaction():
            await _check_epoch(db, append.session, append.epoch)
            await db.cursor().executemany(_INSERT, rows)
    except (Fenced, UniqueViolation) as fenced:
        return Fenced(f"{append.session} at epoch {append.epoch}: {fenced}")
    return None


async def _check_epoch(db: Connection, session: str, epoch: int) -> None:
    """Holds the session's row until the commit: a claim waits for it, or has already raised the epoch."""
    rows = await _rows(db, "SELECT epoch FROM live_session WHERE session = %s FOR SHARE", (session,))
    if not rows or rows[0][0] != epoch:
        raise Fenced(f"{session} at epoch {epoch}")


async def _rows(db: Connection, query: str, values: Sequence[Any]) -> list[Any]:
    cursor = await db.execute(query, values)
    return await cursor.fetchall()


def _to_lines(rows: Sequence[Any]) -> tuple[Line, ...]:
    return tuple(Line(*row) for row in rows)
