"""The machine as a bench finds it: what it is, what is installed, and how much CPU a tree of processes has used."""

import os
import platform
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_TOOLS: Final = {
    "haproxy": ("haproxy", "-v"),
    "nginx": ("nginx", "-v"),
    "wrk": ("wrk", "-v"),
    "slowhttptest": ("slowhttptest", "-h"),
    "openssl": ("openssl", "version"),
}
_PACKAGES: Final = ("granian", "uvloop", "msgspec", "django", "a2wsgi")


def facts() -> dict[str, Any]:
    """Machine, date, versions and command: the head of every result."""
    return {
        "machine": {
            "cpu": _cpu_model(),
            "cores": os.cpu_count(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "kernel": platform.release(),
            "system": _system(),
            "load_1min_before": round(os.getloadavg()[0], 2),
        },
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "versions": versions(),
        "commit": _commit(),
        "command": " ".join(["python -m bench.gate", *sys.argv[1:]]),
    }


def versions() -> dict[str, str]:
    """The versions of everything that takes part; « absent » where a tool is not installed."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    for name, command in _TOOLS.items():
        found[name] = first_version(_said(command)) if tool(name) else "absent"
    return found


def tool(name: str) -> str | None:
    """The path of an installed tool; Debian keeps servers out of the ordinary PATH."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def cpu_s(pid: int) -> float:
    """CPU seconds (user and system) that ``pid`` and its descendants have used, ended children included."""
    return sum(sum(map(int, fields[11:15])) for fields in _tree(pid).values()) / TICKS_PER_S


def named(name: str, pid: int) -> int | None:
    """A descendant of ``pid`` by the name of its program; None if there is none."""
    return next((found for found in _tree(pid) if _name(found) == name), None)


def _tree(pid: int) -> dict[int, list[str]]:
    """What the kernel says of ``pid`` and each of its descendants."""
    known = {int(folder.name): _stat(folder / "stat") for folder in Path("/proc").iterdir() if folder.name.isdigit()}
    parents = {found: int(fields[1]) for found, fields in known.items() if fields}
    return {found: known[found] for found in parents if _descends(found, pid, parents)}


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _descends(found: int, ancestor: int, parents: dict[int, int]) -> bool:
    while found > 1:
        if found == ancestor:
            return True
        found = parents.get(found, 0)
    return False


def _stat(path: Path) -> list[str]:
    """The fields after the name of the process, which may hold blanks; empty if it has ended meanwhile."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def first_version(text: str) -> str:
    """The first thing that looks like a version in what a tool says of itself."""
    found = re.search(r"\d+\.\d+[^\s]*", text)
    return found[0] if found else "?"


def _said(command: tuple[str, ...]) -> str:
    done = subprocess.run([tool(command[0]) or "", *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout + done.stderr


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip() or "unknown"
