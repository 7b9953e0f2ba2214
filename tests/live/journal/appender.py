"""The victim of the SIGKILL test: appends without end to one class and prints each number once it is acknowledged."""

import asyncio
import sys
from itertools import count
from pathlib import Path

from preau.live.journal.interface import Journal, Line
from preau.live.journal.sqlite import SqliteJournal


async def main(address: str, session: str) -> None:
    if address.startswith("postgresql:"):
        from preau.live.journal.postgres import PostgresJournal

        journal: Journal = PostgresJournal(address)
    else:
        journal = SqliteJournal(Path(address))
    await journal.start()
    epoch = (await journal.claim(session)).epoch
    for first in count(1, 3):
        lines = [Line(first + i, first, "p1", "chat.msg", b"{}") for i in range(3)]
        await asyncio.gather(*(journal.append(session, epoch, [line]) for line in lines))
        sys.stdout.write("".join(f"{line.seq}\n" for line in lines))
        sys.stdout.flush()


asyncio.run(main(*sys.argv[1:]))
