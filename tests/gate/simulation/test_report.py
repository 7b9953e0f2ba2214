"""The report: what was measured comes back from the file, and the page says it."""

from pathlib import Path

import pytest

pytest.importorskip("numpy")

from click.testing import CliRunner  # noqa: E402

from preau.cli.main import main  # noqa: E402
from preau.gate.simulation import suites  # noqa: E402
from preau.gate.simulation.page import page  # noqa: E402
from preau.gate.simulation.report import Report, Target, decoded, encoded  # noqa: E402


@pytest.fixture(scope="module")
def report() -> Report:
    suite = suites.Suite("order", command="preau gate simulate order", seed=1, say=lambda _: None)
    suites.order(suite, people=1040)
    return suite.report()


def test_a_report_comes_back_from_its_file_as_it_was(report: Report) -> None:
    assert decoded(encoded(report)) == report
    assert len(encoded(report).splitlines()) < 40  # a run a line


def test_a_report_says_where_and_how_it_was_made(report: Report) -> None:
    assert report.command == "preau gate simulate order"
    assert report.machine.cores > 0
    assert {"preau", "numpy", "msgspec"} <= set(report.machine.versions)
    assert report.seed == 1


def test_the_page_has_a_row_for_every_run_and_owns_up_to_missed_targets(report: Report) -> None:
    text = page([report])
    for entry in report.entries:
        assert f"| {entry.measures.policy} | " in text
    assert text.count("**missed**") == sum(not target.is_met for target in report.targets)


def test_a_target_may_be_a_floor_or_a_ceiling() -> None:
    assert Target("used", 0.88, 0.9, at_most=False).is_met
    assert not Target("overloaded", 35, 36, at_most=True).is_met


def test_the_command_writes_report_page_and_pictures(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["gate", "simulate", "order", "--people", "1040", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    written = {path.name for path in tmp_path.iterdir()}
    assert {"gate-simulation-order.json", "gate-simulation.md"} <= written


def test_an_unknown_policy_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["gate", "simulate", "drains", "--policy", "magic", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "magic" in result.output
    assert "preau" in result.output
