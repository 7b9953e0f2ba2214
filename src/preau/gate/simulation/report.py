"""The report as data: what was run, on which machine, what came out, and whether it reached its targets."""

import os
import platform
import resource
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from preau.gate.simulation.fairness import Spread
from preau.gate.simulation.measures import Measures
from preau.gate.simulation.run import Run, Second

STEP_S: Final = 20
"""Of the series: enough for a plot, little enough for a file."""


class Machine(msgspec.Struct, frozen=True):
    """Where it ran, and with what."""

    date: str
    system: str
    processor: str
    cores: int
    memory_gb: float
    python: str
    versions: dict[str, str]


class Series(msgspec.Struct, frozen=True):
    """Means of ``STEP_S`` seconds, for plots."""

    at_s: list[int]
    waiting: list[int]
    entered_per_s: list[float]
    useful: list[float]
    """Share of the capacity spent on answers in time."""
    queue_s: list[float]


class Entry(msgspec.Struct, frozen=True):
    """One run. ``cpu_s``: what it cost one core, without the drawing of the world; ``wall_s`` on a shared machine."""

    measures: Measures
    series: Series
    cpu_s: float
    wall_s: float


class Target(msgspec.Struct, frozen=True):
    """One thing to reach. ``at_most``: whether less is better."""

    name: str
    wanted: float
    got: float
    at_most: bool

    @property
    def is_met(self) -> bool:
        """Whether it was reached."""
        return self.got <= self.wanted if self.at_most else self.got >= self.wanted


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One suite."""

    v: int = 1
    suite: str
    command: str
    seed: int
    machine: Machine
    peak_memory_mb: int
    worlds_cpu_s: float
    """The drawing of all worlds of the suite."""
    entries: list[Entry]
    spreads: list[Spread] = []
    targets: list[Target] = []


def machine() -> Machine:
    """This machine, now."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        system=platform.platform(),
        processor=_processor(),
        cores=os.cpu_count() or 0,
        memory_gb=round(pages / 2**30, 1),
        python=sys.version.split()[0],
        versions={name: _version(name) for name in ("preau", "numpy", "msgspec")},
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def encoded(report: Report) -> bytes:
    """As JSON, a run a line: so that a difference between two versions can be read."""
    fields = msgspec.to_builtins(report)
    lines = []
    for name, value in fields.items():
        items = ",\n  ".join(msgspec.json.encode(item).decode() for item in value) if isinstance(value, list) else ""
        text = f"[\n  {items}\n ]" if items else msgspec.json.encode(value).decode()
        lines.append(f' "{name}": {text}')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def decoded(data: bytes) -> Report:
    """From ``encoded``; raises ``msgspec.ValidationError`` for anything else."""
    return msgspec.json.decode(data, type=Report)


def peak_memory_mb() -> int:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def series(run: Run) -> Series:
    """The record of a run, shortened."""
    steps = np.arange(0, len(run.seconds), STEP_S)
    sums = np.add.reduceat(run.seconds, steps, axis=0)
    lengths = np.diff(steps, append=len(run.seconds))
    column = {name: sums[:, index] / lengths for index, name in enumerate(Second._fields)}
    return Series(
        at_s=[int(run.first_s + step) for step in steps],
        waiting=[int(value) for value in column["waiting"]],
        entered_per_s=[round(float(value), 2) for value in column["entered"]],
        useful=[round(float(value), 4) for value in column["useful_per_s"] / column["capacity_per_s"]],
        queue_s=[round(float(value), 3) for value in column["queue_s"]],
    )
