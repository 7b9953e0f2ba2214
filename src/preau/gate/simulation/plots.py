"""The report as pictures (SVG, matplotlib): who waits, what is used, how long work queues, what it cost the classes."""

from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from preau.gate.simulation.report import Entry, Report

MINUTES_SHOWN: Final = 45
DRAWN: Final = {("drains", "base"), ("drains", "dear-entry"), ("drains", "deep-failure"), ("france", "morning")}
"""The others differ by figures, not by shapes."""

PANELS: Final = (
    ("waiting", "before the gate, people"),
    ("useful", "useful work / capacity"),
    ("queue_s", "queueing, s"),
)


def write(report: Report, folder: Path) -> list[str]:
    """Writes the pictures of a suite; returns their names."""
    # Text stays text, and the same data gives the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "preau", "font.size": 8})
    names = []
    for scenario in dict.fromkeys(entry.measures.scenario for entry in report.entries):
        if (report.suite, scenario) not in DRAWN:
            continue
        entries = [e for e in report.entries if e.measures.scenario == scenario and not e.measures.day]
        name = f"gate-simulation-{report.suite}-{scenario}.svg"
        _figure(scenario, entries).savefig(folder / name, metadata={"Date": None})
        names.append(name)
    return names


def _figure(scenario: str, entries: list[Entry]) -> Figure:
    figure = Figure(figsize=(11, 6.2), layout="constrained")
    figure.suptitle(f"{scenario}: {entries[0].measures.people:,} people")
    axes = figure.subplots(2, 3)
    begins_s = min(entry.series.at_s[0] for entry in entries)
    for axis, (field, label) in zip(axes[0], PANELS, strict=True):
        for entry in entries:
            minutes = (np.array(entry.series.at_s) - begins_s) / 60
            axis.plot(minutes, getattr(entry.series, field), label=entry.measures.policy, linewidth=1)
        axis.set(xlabel="minutes after the first arrival", ylabel=label, xlim=(0, _shown_min(entries)), ylim=(0, None))
        axis.grid(alpha=0.3)
    axes[0][2].set_yscale("symlog", linthresh=0.5)  # half a second and half a minute in one picture
    axes[0][0].legend(fontsize=6)
    names = [entry.measures.policy for entry in entries]
    bars = (
        ("minutes_lost", "minutes lost per pupil"),
        ("class_ready_mean_min", "class ready, minutes after the start"),
        ("overloaded_s", "seconds overloaded"),
    )
    for axis, (field, label) in zip(axes[1], bars, strict=True):
        axis.barh(names, [getattr(entry.measures, field) for entry in entries], color="#3a5f8a")
        axis.set(xlabel=label)
        axis.invert_yaxis()
    return figure


def _shown_min(entries: list[Entry]) -> float:
    """Up to the end of the longest queue that ends at all, within reason."""
    ends = [
        entry.series.at_s[index] - entry.series.at_s[0]
        for entry in entries
        for index in [int(np.flatnonzero(np.array(entry.series.waiting) > 0).max(initial=0))]
    ]
    return max(min(max(ends) / 60 + 2, MINUTES_SHOWN * 2), 1)
