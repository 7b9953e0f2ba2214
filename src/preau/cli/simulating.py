"""``preau gate simulate``: runs suites of the simulation, writes their reports, renders the page from all reports."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preau.cli.terminal import stop

if TYPE_CHECKING:
    from preau.gate.simulation.report import Report  # numpy is an extra: nothing of the simulation is imported here

SUITES = ("order", "drains", "resources", "days", "france")
PREFIX = "gate-simulation-"
LEAST_DRAINED = 5_000
"""The simulated application grows with the people: for 1,000 it takes less than one a second: no gate paces that."""


def simulate(names: Sequence[str], *, people: int | None, policies: Sequence[str], seed: int, out: Path) -> int:
    """Runs the suites; the exit code is 0 also when a target is missed: a measurement is not a test."""
    try:
        from preau.gate.simulation import suites  # noqa: PLC0415  numpy is an extra
        from preau.gate.simulation.lineup import LINEUP  # noqa: PLC0415
        from preau.gate.simulation.scenario import FRANCE  # noqa: PLC0415
    except ModuleNotFoundError as error:
        stop(f"Il manque {error.name} : pip install preau[simulation]")
    unknown = sorted(set(policies) - set(LINEUP))
    if unknown:
        stop(f"Politique inconnue : {', '.join(unknown)}. Connues : {', '.join(LINEUP)}.")
    if people is not None and people < LEAST_DRAINED and set(names) != {"order"}:
        stop(f"Avec moins de {LEAST_DRAINED} personnes (--people), seule la série order mesure quelque chose.")
    chosen: dict[str, Callable[[suites.Suite], None]] = {
        "order": lambda suite: suites.order(suite, people=people or suites.TOWN),
        "drains": lambda suite: suites.drains(
            suite, people=people or suites.DRAIN_PEOPLE, policies=policies or tuple(LINEUP)
        ),
        "resources": lambda suite: suites.resources(suite, people=people or suites.DRAIN_PEOPLE),
        "days": lambda suite: suites.days(suite, people=people or suites.TOWN),
        "france": lambda suite: suites.france(suite, people=people or FRANCE, policies=policies or ("preau", "fifo")),
    }
    out.mkdir(parents=True, exist_ok=True)
    flags = [*(["--people", str(people)] if people else []), *(f"--policy={policy}" for policy in policies)]
    for name in names or ("order", "drains", "resources", "days"):
        command = shlex.join(["preau", "gate", "simulate", name, *flags, "--seed", str(seed)])
        suite = suites.Suite(name, command=command, seed=seed, say=click.echo)
        chosen[name](suite)
        _write(suite.report(), out / f"{PREFIX}{name}.json")
    render(out)
    return 0


def _write(report: "Report", path: Path) -> None:
    from preau.gate.simulation.report import encoded  # noqa: PLC0415

    path.write_bytes(encoded(report))
    for target in report.targets:
        click.echo(
            f"{'atteint' if target.is_met else 'MANQUÉ ':<8} {target.name} : {target.got:.3g} ({target.wanted:g})"
        )


def render(folder: Path) -> None:
    """Writes the page and, where matplotlib is installed, the pictures of every report in ``folder``."""
    from preau.gate.simulation.page import page  # noqa: PLC0415
    from preau.gate.simulation.report import decoded  # noqa: PLC0415

    reports = [decoded(path.read_bytes()) for path in sorted(folder.glob(f"{PREFIX}*.json"))]
    try:
        from preau.gate.simulation import plots  # noqa: PLC0415
    except ModuleNotFoundError:
        click.echo("Sans images : pip install preau[simulation]")
        pictures = []
    else:
        pictures = [name for report in reports for name in plots.write(report, folder)]
    (folder / "gate-simulation.md").write_text(page(reports, plots=pictures), encoding="utf-8")
    click.echo(f"{folder / 'gate-simulation.md'}")
