import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.watch.status.incident_file import (
    correct_incident,
    open_incident,
    read_incidents,
    resolve_incident,
    update_incident,
)
from preau.watch.status.incidents import Refused, Stage
from status_readings import HALF_PAST_EIGHT_S

NOW = HALF_PAST_EIGHT_S


def opened(path: Path, **changes: Any) -> str:
    fields = {"title": "Lenteurs", "body": "Nous regardons.", "impact": "minor", "now_s": NOW} | changes
    number = open_incident(path, **fields)
    assert isinstance(number, str)
    return number


def test_the_life_of_an_incident_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "incidents.jsonl"
    number = opened(path)
    assert number == "2026-11-23-1"
    update_incident(path, number, body="Cause trouvée.", stage="identified", now_s=NOW + 60)
    resolve_incident(path, number, body="C’est fini.", now_s=NOW + 120)
    (incident,) = read_incidents(path).incidents
    assert [(u.stage, u.body) for u in incident.updates] == [
        (Stage.INVESTIGATING, "Nous regardons."),
        (Stage.IDENTIFIED, "Cause trouvée."),
        (Stage.RESOLVED, "C’est fini."),
    ]


def test_a_correction_may_come_after_the_end_and_changes_no_earlier_byte(tmp_path: Path) -> None:
    path = tmp_path / "incidents.jsonl"
    number = opened(path)
    resolve_incident(path, number, body="Fini.", now_s=NOW + 60)
    before = path.read_bytes()
    assert isinstance(correct_incident(path, number, message=1, body="À 8 h 24.", now_s=NOW + 90), str)
    assert path.read_bytes().startswith(before)
    (incident,) = read_incidents(path).incidents
    assert [c.body for c in incident.updates[0].corrections] == ["À 8 h 24."]


def test_no_file_means_no_incident(tmp_path: Path) -> None:
    assert read_incidents(tmp_path / "nothing.jsonl").incidents == ()


@given(st.integers(min_value=1))
def test_a_line_torn_anywhere_loses_that_line_and_no_other(cut: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.jsonl"
        number = opened(path)
        kept = path.read_bytes()
        update_incident(path, number, body="Perdue.", stage="monitoring", now_s=NOW + 1)
        torn = path.read_bytes()
        path.write_bytes(torn[: len(kept) + cut % (len(torn) - len(kept) - 1)])
        (incident,) = read_incidents(path).incidents
        assert [u.body for u in incident.updates] == ["Nous regardons."]
        update_incident(path, number, body="Après.", stage="monitoring", now_s=NOW + 2)
        (incident,) = read_incidents(path).incidents
        assert [u.body for u in incident.updates] == ["Nous regardons.", "Après."]


def test_lines_that_are_not_entries_are_counted_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "incidents.jsonl"
    opened(path)
    with path.open("ab") as file:
        file.write(b'\n{"kind":"nuke"}\n\xff\xfe\n[]\n')
    reading = read_incidents(path)
    assert (len(reading.incidents), reading.skipped_lines) == (1, 3)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda p: open_incident(p, title="", body="b", impact="minor", now_s=NOW), "incident_title_missing"),
        (lambda p: open_incident(p, title="t", body="", impact="minor", now_s=NOW), "incident_body_missing"),
        (lambda p: open_incident(p, title="t", body="b", impact="huge", now_s=NOW), "incident_impact_unknown"),
        (lambda p: update_incident(p, "2026-11-23-1", body="b", stage="resolved", now_s=NOW), "incident_stage_unknown"),
        (lambda p: update_incident(p, "nope", body="b", stage="monitoring", now_s=NOW), "incident_unknown"),
        (lambda p: resolve_incident(p, "nope", body="b", now_s=NOW), "incident_unknown"),
        (lambda p: resolve_incident(p, "2026-11-23-1", body="", now_s=NOW), "incident_body_missing"),
        (lambda p: correct_incident(p, "2026-11-23-1", message=4, body="b", now_s=NOW), "incident_message_unknown"),
        (lambda p: correct_incident(p, "2026-11-23-1", message=1, body="", now_s=NOW), "incident_body_missing"),
    ],
)
def test_a_refused_command_has_a_code_and_writes_nothing(tmp_path: Path, call: Any, code: str) -> None:
    path = tmp_path / "incidents.jsonl"
    opened(path)
    before = path.read_bytes()
    refused = call(path)
    assert isinstance(refused, Refused)
    assert (refused.code, path.read_bytes()) == (code, before)


def test_operators_writing_at_once_never_share_a_number(tmp_path: Path) -> None:
    path, numbers = tmp_path / "incidents.jsonl", []
    threads = [threading.Thread(target=lambda: numbers.append(opened(path))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 12
