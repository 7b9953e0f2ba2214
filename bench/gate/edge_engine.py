"""The gate as HAProxy, run as it is rendered. Where this Préau has no such engine, the bench says so and goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bench.gate import plain
from bench.gate.machine import tool
from bench.gate.process import LOAD_CORE, TMP, Running


@cache
def why_absent() -> str | None:
    """Why this engine cannot be measured here; None if it can."""
    if find_spec("preau.gate.haproxy") is None:
        return "not available: this version has none"
    return None if tool("haproxy") else "not available: HAProxy is not installed"


def gates() -> tuple[str, ...]:
    """The engines that can be measured here, as ``bench.gate.served`` names them."""
    return ("engine",) if why_absent() else ("engine", "haproxy")


@contextmanager
def edge_engine(capacity: int, *, tls: bool) -> Iterator[Running]:
    """HAProxy with the core to itself; agent and application run beside the load generator and are not counted."""
    order = {"gate": "haproxy", "capacity": capacity, "alone": True}
    with plain.granian(order, tls=tls, core=LOAD_CORE) as running:
        running.measured_pid = int(Path(TMP / f"published-{running.port}" / "measured.pid").read_text())
        yield running
