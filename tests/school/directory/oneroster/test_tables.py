"""The reader takes any bytes: what comes out is lines or findings, never an exception."""

import csv
import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preau.school.directory.oneroster.cells import Bad, read_id, read_name
from preau.school.directory.oneroster.checking import check
from preau.school.directory.oneroster.columns import READ, REQUIRED
from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.oneroster.roster import Known
from preau.school.directory.oneroster.tables import Tables, read_folder, shown
from school import factories
from school.directory.oneroster.folders import SMALL, write_folder

fast = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@fast
@given(name=st.sampled_from(sorted(REQUIRED)), content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path: Path, name: str, content: bytes) -> None:
    findings = Findings()
    files: dict[str, bytes | None] = {"manifest": None, name: content}
    tables = read_folder(write_folder(tmp_path, **files), findings)
    for line in tables.lines.get(name, []):
        assert line.number > 1


@fast
@given(name=st.sampled_from(sorted(REQUIRED)), data=st.data())
def test_any_cells_under_the_right_heading_are_checked_without_an_exception(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    columns = sorted(READ[name])
    known = st.sampled_from(
        ["o1", "c1", "u1", "t1", "school", "student", "CM2", "active", "2026-09-01", "", "=x", "\u202e"]
    )
    row = st.lists(known | cell, min_size=0, max_size=len(columns) + 1)
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([columns, *data.draw(st.lists(row, max_size=6))])
    findings = Findings()
    tables = read_folder(write_folder(tmp_path, manifest=None, **{name: file.getvalue()}), findings)
    found = check(tables, Known(), findings, factories.NOW.date())
    for person in found.people.values():
        assert person.given_name
        assert not isinstance(read_name(person.given_name, 100), Bad)
    for person_id, group_id, _ in found.enrolments:
        assert person_id in found.people
        assert group_id in found.groups


@fast
@given(rows=st.lists(st.lists(cell, min_size=3, max_size=3), max_size=8))
def test_what_a_spreadsheet_writes_is_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["sourcedId", "name", "type"], *rows])
    findings = Findings()
    tables = read_folder(write_folder(tmp_path, orgs=file.getvalue()), findings)
    read = [[line["sourcedId"], line["name"], line["type"]] for line in tables.lines["orgs"]]
    assert read == [[text.strip() for text in row] for row in rows if any(row)]


@given(st.text(max_size=120))
def test_ids_and_names_are_read_or_refused(text: str) -> None:
    for value in (read_id(text), read_name(text, 100)):
        assert isinstance(value, Bad) or (value.isprintable() and not value.startswith(("=", "+")))
    assert len(shown(text)) <= 40
    assert shown(text).isprintable()


def test_a_missing_cell_is_empty_and_said(tmp_path: Path) -> None:
    findings = Findings()
    tables = read_folder(write_folder(tmp_path, orgs="sourcedId,name,type,identifier\no1,École,school\n"), findings)
    assert tables.lines["orgs"][0]["identifier"] == ""
    assert [finding.code for finding in findings.kept] == ["short_line"]


def test_unknown_columns_are_said_once(tmp_path: Path) -> None:
    orgs = "sourcedId,name,type,ext_x,metadata.y\n" + "".join(f"o{n},École,school,1,2\n" for n in range(9))
    findings = Findings()
    read_folder(write_folder(tmp_path, orgs=orgs), findings)
    assert [(finding.line, finding.code) for finding in findings.kept] == [(1, "unknown_columns")]


def test_complete_and_partial_files_are_told_apart_by_the_manifest(tmp_path: Path) -> None:
    manifest = SMALL["manifest"].replace("users,bulk", "users,delta").replace("classes,bulk", "classes,absent")
    findings = Findings()
    tables: Tables = read_folder(write_folder(tmp_path, manifest=manifest), findings)
    assert tables.bulk == {"orgs", "enrollments"}
    assert set(tables.lines) == {"orgs", "users", "enrollments"}
    assert [finding.code for finding in findings.kept] == ["file_not_announced"]
