"""HAProxy's control socket: maps swapped whole, tables read, entries cleared. One connection for each conversation.

The socket knows no passwords, so it is a file of mode 600 in the folder of the edge.
HAProxy answers in words; words that are not the expected ones, and silence, raise ``EdgeUnavailable``.
"""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from preau.gate.haproxy.maps import Lines, chunks
from preau.gate.haproxy.refusals import FIGURES

ANSWER_WITHIN_S: Final = 5.0
"""HAProxy answers in milliseconds; after so long the look has failed, and the next one is due five times over."""
MOST_BYTES: Final = 12_000
"""A command with its payload has to fit HAProxy's buffer of 16 KiB."""

_USED = re.compile(r"^# table: (\w+), .*used:(\d+)", re.MULTILINE)
_VARIABLE = re.compile(r"^proc\.(\w+): type=sint value=<(\d+)>", re.MULTILINE)
_ENTRY = re.compile(r"key=(\S+) .*?exp=(\d+)(.*)")
_DATUM = re.compile(r"(\w+)(?:\(\d+\))?=(\d+)")


class EdgeUnavailable(Exception):  # noqa: N818  it says what is the case
    """HAProxy does not answer on its socket, or does not understand."""


class Entry(NamedTuple):
    """One entry of a stick table: key, milliseconds until it is forgotten, stored figures by name."""

    key: str
    expires_in_ms: int
    data: dict[str, int]


class Control:
    """The socket of one HAProxy.

    Args:
        path: the socket's file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def ask(self, command: str) -> str:
        """Sends one line (several commands separated by ``;``), with its payload if it has one; returns the answer.

        Raises:
            EdgeUnavailable: nobody listens, or no answer came in time.
        """
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                reader, writer = await asyncio.open_unix_connection(self._path)
                try:
                    writer.write(f"{command}\n".encode())
                    await writer.drain()
                    return (await reader.read(-1)).decode("utf-8", "replace").strip("\n")
                finally:
                    writer.close()
        except (OSError, TimeoutError) as error:
            raise EdgeUnavailable(str(error) or "no answer") from error

    async def swap_map(self, path: Path, lines: Lines) -> None:
        """Replaces a map at once: no request ever sees half of it."""
        answer = await self.ask(f"prepare map {path}")
        found = re.fullmatch(r"New version created: (\d+)", answer.strip())
        if found is None:
            raise EdgeUnavailable(answer)
        version = found[1]
        for piece in chunks(lines, most_bytes=MOST_BYTES):
            await self._expect_silence(f"add map @{version} {path} <<\n{piece}")
        await self._expect_silence(f"commit map @{version} {path}")

    async def used(self) -> dict[str, int]:
        """How many entries each table holds."""
        return {name: int(number) for name, number in _USED.findall(await self.ask("show table"))}

    async def variables(self) -> dict[str, int]:
        """The figures that the rules keep for the whole process, by name."""
        answer = await self.ask(";".join(f"get var proc.{name}" for name in FIGURES))
        return {name: int(number) for name, number in _VARIABLE.findall(answer)}

    async def entries(self, table: str) -> list[Entry]:
        """The entries of a table."""
        answer = await self.ask(f"show table {table}")
        if not answer.startswith("# table"):
            raise EdgeUnavailable(answer)
        found = (_ENTRY.search(line) for line in answer.splitlines()[1:])
        return [_entry(match) for match in found if match]

    async def clear(self, keys: Iterable[tuple[str, str]]) -> None:
        """Clears entries (table, key); one that is in use stays, and has to be cleared again."""
        commands = [f"clear table {table} key {key}" for table, key in keys]
        for start in range(0, len(commands), 100):
            await self.ask(";".join(commands[start : start + 100]))

    async def process_id(self) -> int:
        """The process that answers: another one has lost what the agent wrote, and knows the files alone."""
        found = re.search(r"^Pid: (\d+)", await self.ask("show info"), re.MULTILINE)
        if found is None:
            raise EdgeUnavailable("no process id")
        return int(found[1])

    async def _expect_silence(self, command: str) -> None:
        answer = (await self.ask(command)).strip()
        if answer:
            raise EdgeUnavailable(answer[:200])


def _entry(match: re.Match[str]) -> Entry:
    return Entry(match[1], int(match[2]), {name: int(value) for name, value in _DATUM.findall(match[3])})
