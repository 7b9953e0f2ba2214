"""The victim of the SIGKILL test: one live server behind Granian in a process of its own."""

import asyncio
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from live.harness import House


async def main(folder: str, port: str) -> None:
    house = House(Path(folder))
    await house.server.start()
    await Server(house.server, port=int(port), interface=Interfaces.ASGINL, log_enabled=False).serve()


asyncio.run(main(*sys.argv[1:]))
