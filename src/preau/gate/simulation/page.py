"""The report as a page: tables from the data, no figure typed by hand."""

from collections.abc import Sequence

from preau.gate.simulation.measures import Measures
from preau.gate.simulation.report import Report, Target

HEAD = """# The gate, simulated

Written by `preau gate simulate` from `gate-simulation-*.json`; do not edit. The gate's own rules (`preau.gate.rules`)
decide in all runs of `preau`; worlds, application and the others are described in `src/preau/gate/simulation/`, and
every policy of a scenario meets the same people. Figures are of a model: they
compare policies, they do not promise seconds.

- *lost*: minutes of lesson lost per pupil who would have come, without them or without their teacher;
- *ready*: teacher and 80 % of the class are in, mean minutes after the start;
- *by +1*: share of classes ready a minute after it; *per s*: entries a second while a crowd waits;
- *waits*: P50 / P90 / P99 in minutes of all who came, those who gave up included (Kaplan-Meier);
- *used*: work answered in time over capacity while a crowd waits; *over*: seconds with over 0.5 s of queueing;
- *95 %*: seconds from the first hundredth of arrivals until 95 % of those who would come are in;
- *time told*: median and P90 error of the middle of the interval on the page, and the share of intervals that held;
- *inversions*: pairs who waited and entered against the order of arrival / against the policy's own order.
"""

COLUMNS = (
    "| policy | lost | ready | by +1 | per s | waits | used | over | 95 % | time told | inversions |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def page(reports: Sequence[Report], *, plots: Sequence[str] = ()) -> str:
    """The whole page, Markdown."""
    parts = [HEAD, *(f"![{name.removesuffix('.svg')}]({name})\n" for name in plots)]
    for report in reports:
        parts += [f"## Suite `{report.suite}`\n", _origin(report)]
        if report.targets:
            parts.append(_targets(report.targets))
        for scenario in dict.fromkeys(entry.measures.scenario for entry in report.entries):
            parts.append(_scenario(report, scenario))
        if report.spreads:
            parts.append(_spreads(report))
    return "\n".join(parts)


def _origin(report: Report) -> str:
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    slowest = max((entry.cpu_s for entry in report.entries), default=0.0) + report.worlds_cpu_s
    return (
        f"`{report.command}`, seed {report.seed}, {machine.date}; {machine.processor}, {machine.cores} cores, "
        f"{machine.memory_gb} GB, Python {machine.python}, {versions}. Longest run, world included: {slowest:.0f} s of "
        f"one core; most memory {report.peak_memory_mb} MB.\n"
    )


def _targets(targets: Sequence[Target]) -> str:
    rows = (
        f"| {target.name} | {'≤' if target.at_most else '≥'} {target.wanted:g} | {target.got:.3g} | "
        f"{'reached' if target.is_met else '**missed**'} |"
        for target in targets
    )
    return "\n".join(("| target | wanted | got | |", "|---|---|---|---|", *rows, ""))


def _scenario(report: Report, scenario: str) -> str:
    rows = [entry.measures for entry in report.entries if entry.measures.scenario == scenario]
    title = f"### {scenario}: {rows[0].people:,} people"
    return "\n".join((title, "", COLUMNS, *(_row(measures) for measures in rows), ""))


def _row(measures: Measures) -> str:
    told = measures.eta
    eta = (
        "–" if told.median_error is None else f"{told.median_error:.0%} / {told.p90_error:.0%}, {told.within:.0%} held"
    )
    waits = " / ".join("never" if wait_s is None else f"{wait_s / 60:.1f}" for wait_s in measures.waits)
    used = "–" if measures.utilisation_waiting is None else f"{measures.utilisation_waiting:.0%}"
    per_s = "–" if measures.entries_per_s is None else f"{measures.entries_per_s:.0f}"
    in_95 = "never" if measures.in_95_s is None else f"{measures.in_95_s:.0f}"
    name = measures.policy if not measures.day else f"{measures.policy}, day {measures.day + 1}"
    return (
        f"| {name} | {measures.minutes_lost:.1f} | {measures.class_ready_mean_min:.1f} | "
        f"{measures.ready_after_1_min:.0%} | {per_s} | {waits} | {used} | {measures.overloaded_s} | {in_95} | {eta} | "
        f"{measures.inversions_of_arrival:.1%} / {measures.inversions_of_keys:.1%} |"
    )


def _spreads(report: Report) -> str:
    rows = (
        f"| {spread.name} | {spread.classes:,} | {spread.worst:.3f} | {spread.p99:.3f} | "
        f"{spread.twice_in_last_tenth:.1%} |"
        for spread in report.spreads
    )
    head = ("### Fairness over five days", "", "Mean place of a class, 0 = always first, 1 = always last.", "")
    table = ("| by | classes | worst | P99 | in the last tenth twice |", "|---|---|---|---|---|")
    return "\n".join((*head, *table, *rows, ""))
