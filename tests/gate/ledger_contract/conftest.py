"""Every ledger: the memory of one process, and a real Redis."""

import secrets
from collections.abc import AsyncIterator

import pytest

from preau.gate.ledger.interface import Ledger
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.ledger.redis import RedisLedger


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.engines)])
async def ledger(request: pytest.FixtureRequest) -> AsyncIterator[Ledger]:
    if request.param == "memory":
        made: Ledger = MemoryLedger()
    else:
        made = RedisLedger(request.getfixturevalue("redis_server"), prefix=f"{{test:{secrets.token_hex(4)}}}")
    yield made
    await made.close()
