"""The report: what was measured comes back from the file, and the page says it."""

from pathlib import Path

import pytest

pytest.importorskip("numpy")

from click.testing import CliRunner

from preau.cli.main import main
from preau.gate.simulation import suites
from preau.gate.simulation.page import page
from preau.gate.simulation.report import Report, Target, decoded, encoded

COMMAND = ["gate", "simulate", "order", "--people", "1040", "--seed", "1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command wrote."""
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suites, "ORDER_RATES_PER_S", (80.0,))
        result = CliRunner().invoke(main, [*COMMAND, "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def report(folder: Path) -> Report:
    return decoded((folder / "gate-simulation-order.json").read_bytes())


def test_a_report_comes_back_from_its_file_as_it_was(report: Report) -> None:
    assert decoded(encoded(report)) == report
    assert len(encoded(report).splitlines()) < 40  # a run a line


def test_a_report_says_where_and_how_it_was_made(report: Report) -> None:
    assert report.command.startswith("preau ")
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


def test_the_command_writes_report_and_page(folder: Path, report: Report) -> None:
    assert {path.suffix for path in folder.iterdir()} >= {".json", ".md"}
    assert [entry.measures.policy for entry in report.entries] == ["fifo-80", "preau-80"]


def test_an_unknown_policy_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["gate", "simulate", "drains", "--policy", "magic", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "magic" in result.output
    assert "preau" in result.output
