from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from live.harness import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A running node with one published class."""
    made = House(tmp_path)
    await made.server.start()
    yield made
    await made.server.stop()
    await made.hang_up()
