import json
from pathlib import Path

from bench.gate.page import of, render, table
from bench.gate.spread import spread

HEAD = {
    "quick": False,
    "date": "2026-11-23T08:30+00:00",
    "machine": {
        "cpu": "a processor", "cores": 2, "memory_gib": 8.0, "system": "Debian", "kernel": "6.1",
        "load_1min_before": 0.1,
    },
    "versions": {"python": "3.11", "haproxy": "absent"},
    "commit": "0" * 7,
    "command": "python -m bench.gate",
    "took_s": 1,
}  # fmt: skip


def slow_clients(*, availability: float, p99_ms: float) -> dict[str, object]:
    probe = {"asked": 400, "availability": availability, "p50_ms": 1.0, "p99_ms": p99_ms, "worst_ms": p99_ms}
    return {
        **HEAD,
        "rows": [
            {
                "gate": "engine",
                "attack": "slow headers",
                "held_most": 10_000,
                "held_mean": 5_000,
                "turned_away": "5 s for the head",
                "probes": {"/": probe},
            }
        ],
        "connections_wanted": 10_000,
        "seconds": 20,
        "target_availability": 0.999,
        "target_p99_ms": 200.0,
    }


def page_of(folder: Path, result: dict[str, object]) -> str:
    (folder / "gate-slow.json").write_text(json.dumps(result))
    return render(folder)


def test_a_spread_shows_its_extremes_unless_there_was_one_round() -> None:
    assert of(spread([1.0, 2.0, 4.0])._asdict()) == "2.00 (1.00-4.00)"
    assert of(spread([1234.5])._asdict(), 0) == "1,234"
    assert of(None) == ""


def test_a_table_is_one_of_markdown() -> None:
    assert table(("a", "b"), [(1, "x")]) == "| a | b |\n| --- | --- |\n| 1 | x |\n"


def test_a_target_that_is_reached_is_said_and_one_that_is_not_too(tmp_path: Path) -> None:
    assert "not reached" not in page_of(tmp_path, slow_clients(availability=0.999, p99_ms=200.0))
    assert "not reached" in page_of(tmp_path, slow_clients(availability=0.998, p99_ms=1.0))
    assert "not reached" in page_of(tmp_path, slow_clients(availability=1.0, p99_ms=201.0))


def test_the_page_says_machine_date_versions_and_command_and_what_did_not_run(tmp_path: Path) -> None:
    page = page_of(tmp_path, slow_clients(availability=1.0, p99_ms=1.0))
    for said in ("a processor", "2026-11-23T08:30+00:00", "python 3.11", "`python -m bench.gate`"):
        assert said in page
    assert "haproxy absent" not in page
    assert "## wire\nNot run." in page


def test_a_quick_run_warns_who_would_quote_it(tmp_path: Path) -> None:
    assert "not to be quoted" in page_of(tmp_path, {**slow_clients(availability=1.0, p99_ms=1.0), "quick": True})
