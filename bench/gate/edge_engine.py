"""The gate as HAProxy: what ``preau edge render`` writes, run as it is. Where there is none yet, the bench says so."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from bench.gate.machine import tool
from bench.gate.process import ROOT, Running, python


@cache
def why_absent() -> str | None:
    """Why this engine cannot be measured here; None if it can."""
    if tool("haproxy") is None:
        return "not available: HAProxy is not installed"
    done = subprocess.run(  # noqa: S603
        python("-m", "preau.cli", "edge", "render", "--help"),
        cwd=ROOT / "src",
        capture_output=True,
        check=False,
    )
    return None if done.returncode == 0 else "not available: there is no `preau edge render` yet"


@contextmanager
def edge_engine(capacity: int, *, tls: bool) -> Iterator[Running]:
    """HAProxy with the rendered gate."""
    raise RuntimeError(f"nobody has asked why_absent() (capacity {capacity}, tls {tls})")
    yield
