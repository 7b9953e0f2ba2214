"""The gates of the suite. HAProxy's part is skipped, and says so, where HAProxy is not installed."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gate.conformance.client import ENGINES, GateOnAPort, gate_running, is_missing

MONDAY_0830_S = 1_795_422_600
"""Monday 2026-11-23, 08:30 UTC: the instant of the vectors."""

MakeGate = Callable[..., GateOnAPort]


def offset_to(at_s: int) -> int:
    """Seconds to add to the clock, so that it shows ``at_s`` now."""
    return at_s - int(time.time())


@pytest.fixture(params=ENGINES, scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    if is_missing(request.param):
        pytest.skip("HAPROXY IS NOT INSTALLED, its half of the suite is not run (apt-get install haproxy)")
    return str(request.param)


@pytest.fixture
def make_gate(engine: str, tmp_path: Path) -> Iterator[MakeGate]:
    """Starts gates, and ends them with the test."""
    with ExitStack() as stack:

        def make(capacity: int = 1, *, at_s: int | None = None, **options: int) -> GateOnAPort:
            offset_s = 0 if at_s is None else offset_to(at_s)
            running = gate_running(engine, tmp_path, capacity=capacity, offset_s=offset_s, **options)
            return stack.enter_context(running)

        yield make


@pytest.fixture(scope="session")
def closed_gate(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnAPort]:
    """A gate without a single place, so that everybody but teachers is told their place in the queue."""
    with gate_running(engine, tmp_path_factory.mktemp(engine), capacity=0) as gate:
        yield gate
