"""`bench/results/gate.md`: the page rendered from the JSON of the benches. Target and reached stand side by side.

usage: python -m bench.gate.page [folder]
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Result = Mapping[str, Any]


def render(folder: Path) -> str:
    """The page of every result in ``folder``; a bench that has not run says so."""
    parts = ["# The gate, measured\n\nRendered from the JSON files beside it by `python -m bench.gate.page`.\n"]
    for name, section in SECTIONS.items():
        path = folder / f"gate-{name}.json"
        if path.exists():
            result = json.loads(path.read_text())
            parts.append(f"{section(result)}\n{_head(result)}")
        else:
            parts.append(f"## {name}\nNot run.\n")
    return "\n".join(parts)


def _head(result: Result) -> str:
    machine, versions = result["machine"], result["versions"]
    known = ", ".join(f"{name} {text}" for name, text in versions.items() if text != "absent")
    took = f", {result['took_s']} s" if "took_s" in result else ""
    quick = " **Quick run: seconds in place of minutes, not to be quoted.**" if result["quick"] else ""
    return (
        f"\n{result['date']}, {machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Linux {machine['kernel']}, load before {machine['load_1min_before']}; commit "
        f"{result['commit']}; `{result['command']}`{took}.{quick}\n{known}.\n"
    )


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table of Markdown."""
    names = list(columns)
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def of(spread: Result | None, digits: int = 2) -> str:
    """A spread as « median (least-most) »; nothing for none."""
    if spread is None:
        return ""
    median, least, most = (f"{spread[name]:,.{digits}f}" for name in ("median", "least", "most"))
    return median if spread["rounds"] == 1 else f"{median} ({least}-{most})"


def verdict(*, reached: bool) -> str:
    return "reached" if reached else "**not reached**"


def _wire(result: Result) -> str:
    return (
        "## Costs on the wire\nRequests per CPU-second of the server's processes, 64 connections kept alive; ratios "
        "round by round. Median (least-most). No proxy can answer a pass check as fast as a static file, since it has "
        "to ask the application: so that row also has its ratio to an HAProxy that only hands requests on.\n\n"
        f"{_wire_table(result)}\n{_cycles(result)}"
    )


def _tls(result: Result) -> str:
    return f"## The same with TLS 1.3\n{_wire_table(result)}"


def _handshakes(result: Result) -> str:
    return f"## A connection and a full TLS handshake per request\n{_wire_table(result)}"


def _wire_table(result: Result) -> str:
    columns = (
        "path", "system", "per CPU-s", "CPU µs", "p99 ms", "to plain HAProxy", "target", "to proxying", "to bare",
        "target ", "to nginx", "bad",
    )  # fmt: skip
    rows = (
        (
            row["path"], row["system"], of(row["per_cpu_s"], 0), of(row["cpu_us"], 1), of(row["p99_ms"], 1),
            of(row["to plain haproxy"]), _target(row, "plain haproxy"), of(row["to proxying haproxy"]),
            of(row["to bare"]), _target(row, "bare"), of(row["to plain nginx"]), row["bad"],
        )
        for row in result["rows"]
    )  # fmt: skip
    return f"HAProxy engine {result['haproxy engine']}.\n\n{table(columns, rows)}"


def _cycles(result: Result) -> str:
    rows = ((step["does"], step["system"], of(step["more_us"], 1), of(step["cpu_us"], 1)) for step in result["cycles"])
    return (
        "### Where the cycles of a pass check go\nEach row is a system that does one thing more than the one above it; "
        "its own cost is the difference, round by round.\n\n"
        + table(("what it does", "system", "CPU µs of this", "CPU µs in all"), rows)
    )


def _target(row: Result, other: str) -> str:
    wanted, found = row[f"target to {other}"], row[f"to {other}"]
    if wanted is None or found is None:
        return ""
    return f">= {wanted}: {verdict(reached=found['median'] >= wanted)}"


def _latency(result: Result) -> str:
    added, target = result["added"], result["target_added_p99_ms"]
    rows = [
        (
            gate, f"{one['most_per_s']:,.0f}", of(one["asked_per_s"]["gate"], 0),
            *(f"{of(one[name]['bare'])} / {of(one[name]['gate'])}" for name in ("p50_ms", "p99_ms")),
            of(one["added_p50_ms"]), of(one["added_p99_ms"]), one["bad"],
            verdict(reached=one["added_p99_ms"]["median"] <= target),
        )
        for gate, one in added.items()
    ]  # fmt: skip
    columns = (
        "gate", "carries per s", "asked per s", "p50 ms without / with", "p99 ms without / with", "added p50 ms",
        "added p99 ms", "bad", f"added p99 <= {target} ms",
    )  # fmt: skip
    return (
        f"## Latency: HAProxy engine {result['haproxy engine']}\n### Added for somebody inside, at half of what the "
        f"gate carries\nThe same application without the gate, at the same pace, in turns.\n\n{table(columns, rows)}\n"
        f"### Waiting page while Django is saturated on the same core ({result['clients_inside']} clients, "
        f"{result['page']})\n{_saturated(result)}"
    )


def _saturated(result: Result) -> str:
    target = result["target_saturated_p99_ms"]
    rows = [
        (
            gate, number + 1, *(f"{one['waiting page'][name]:.1f}" for name in ("p50_ms", "p99_ms", "worst_ms")),
            f"{one['waiting page']['availability']:.2%}", f"{one['pages_per_s']:.0f}", f"{one['core_used']:.2f}",
        )
        for gate, found in result["saturated"].items()
        for number, one in enumerate(found["rounds"])
    ]  # fmt: skip
    columns = ("gate", "round", "p50 ms", "p99 ms", "worst ms", "answered", "Django pages/s", "cores used")
    ends = (
        f"{gate}: p99 {of(found['p99_ms'], 1)} ms (idle {found['idle']['p99_ms']:.1f}); target <= {target} ms: "
        f"{verdict(reached=found['p99_ms']['median'] <= target)}.\n"
        for gate, found in result["saturated"].items()
    )
    return table(columns, rows) + "\n" + "\n".join(ends)


def _overload(result: Result) -> str:
    rows = [
        (
            row["gate"], f"{row['times']}x", f"{row['work_per_s']:.1f}", f"{row['share_of_peak']:.1%}",
            f"{row['work_p50_ms']:.0f} / {row['work_p99_ms']:.0f}", row["requests"], row["5xx or refusals shown"] or 0,
            row["our own 5xx pages"], row["unanswered"] or 0, row["fell out"], row["entries_per_10_s"],
        )
        for row in result["rows"]
    ]  # fmt: skip
    columns = (
        "gate", "pupils", "work/s", "of the peak", "p50 / p99 ms", "requests", "5xx shown", "our 5xx pages",
        "unanswered", "fell out", "entries per 10 s",
    )  # fmt: skip
    with_gate = [row for row in result["rows"] if row["gate"] != "none"]
    least = min(row["share_of_peak"] for row in with_gate)
    return (
        f"## Under overload\nThe application alone: {result['application_alone_per_s']:.1f}/s; {result['capacity']} "
        f"places.\n{table(columns, rows)}\nOf the peak: of the same gate's most. Least with a gate {least:.1%}; "
        f"target >= {result['target_share_of_peak']:.0%}: {verdict(reached=least >= result['target_share_of_peak'])}. "
        f"Claims against plan per 10 s (target {result['target_claims']:.0%}): "
        + "; ".join(f"{row['times']}x {_deviation(row['claims_against_plan'])}" for row in with_gate)
        + ".\n"
        + "".join(_killed(gate, found) for gate, found in result["killings"].items())
    )


def _killed(gate: str, found: Result) -> str:
    deaths, polls = ", ".join(f"{one['did']} {one['part']}" for one in found["deaths"]), found["polls beside"]
    if "edges" not in found:
        return f"\nParts killed and revived, {gate}: measured by an earlier version of this bench.\n"
    return (
        f"\nParts killed and revived at 5x, {gate}, {found['edges']} edge(s): {deaths}; beside them "
        f"{polls['requests']} polls, of which {polls['5xx']} answered 5xx and {polls['connections broken']} not at all "
        f"({polls['asked_again']} asked again, {polls['went_over']} times over to the other edge); the pupils: "
        f"{found['requests']} requests, 5xx shown {found['5xx or refusals shown'] or 0}, our own 5xx pages "
        f"{found['our own 5xx pages']}, unanswered {found['unanswered'] or 0}, fell out {found['fell out']}; works per "
        f"window {found['works_per_window']}.\n"
    )


def _deviation(found: list[float] | str) -> str:
    return found if isinstance(found, str) else "worst " + format(max(found, key=abs), "+.1%")


def _one_address(result: Result) -> str:
    head = f"## One address: {result['options']['pupils']} card holders, {result['options']['capacity']} places\n"
    return head + "".join(_address_of(gate, found, result) for gate, found in result["engines"].items())


def _address_of(gate: str, found: Result, result: Result) -> str:
    rows = [
        (
            name, number + 1, one["entries"], one["blocked"], f"{one['entry_mean_s']:.2f}",
            f"{one['entry_median_s']:.2f}", f"{one['entry_p90_s']:.2f}", f"{one['entry_last_s']:.2f}",
            f"{one['flood']['per_s']:.0f}" if one["flood"] else "",
        )
        for name, rounds in found["rounds"].items()
        for number, one in enumerate(rounds)
    ]  # fmt: skip
    columns = ("pupils", "round", "entered", "blocked", "mean s", "median s", "p90 s", "last s", "flood /s")
    slower, target = found["slower"], result["target_slower"]
    return (
        f"### {gate}\n{table(columns, rows)}\nBlocked {found['blocked']}; target 0: "
        f"{verdict(reached=found['blocked'] == 0)}. Mean entry beside the flood / alone {of(slower)}; target <= "
        f"{target}: {verdict(reached=slower is not None and slower['median'] <= target)}.\n"
    )


def _slow(result: Result) -> str:
    rows = [
        (
            row["gate"], row["attack"], f"{row['held_most']:,}", f"{row['held_mean']:,}", row["turned_away"], path,
            found["asked"], f"{found['availability']:.2%}", f"{found['p50_ms']:.1f}", f"{found['p99_ms']:.1f}",
            f"{found['worst_ms']:.1f}",
            verdict(
                reached=found["availability"] >= result["target_availability"]
                and found["p99_ms"] <= result["target_p99_ms"]
            ),
        )
        for row in result["rows"]
        for path, found in row["probes"].items()
    ]  # fmt: skip
    columns = (
        "gate", "attack", "held at most", "on average", "turned away", "probe", "asked", "availability", "p50 ms",
        "p99 ms", "worst ms", "target",
    )  # fmt: skip
    return (
        f"## Slow clients: {result['connections_wanted']:,} connections wanted at once, {result['seconds']} s\n"
        f"Target: availability >= {result['target_availability']:.1%}, p99 <= {result['target_p99_ms']:.0f} ms. Held: "
        "connections that the server had accepted and not closed, at most, and on average while the probes came. Who "
        f"was turned away comes again.\n{table(columns, rows)}"
    )


SECTIONS = {
    "wire": _wire,
    "tls": _tls,
    "handshakes": _handshakes,
    "latency": _latency,
    "overload": _overload,
    "one-address": _one_address,
    "slow": _slow,
}

if __name__ == "__main__":
    results = Path(sys.argv[1] if len(sys.argv) > 1 else "bench/results")
    (results / "gate.md").write_text(render(results))
