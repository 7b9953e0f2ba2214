"""The command as an operator meets it: what is wrong is a sentence and exit code 2, never a traceback."""

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from preau.project import installation

SOURCES = Path(__file__).parents[2] / "src"
"""The command of this tree, wherever another one is installed."""
COURSE = "# Une séance\n\nUn texte.\n"


def command(data: Path | str, *arguments: str | bytes, **environ: str) -> tuple[str | bytes, ...]:
    return (sys.executable, "-m", "preau.cli", *arguments)


def preau(data: Path | str, *arguments: str | bytes, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {"PREAU_DATA": str(data), "PATH": os.environ["PATH"], "PYTHONUTF8": "1", "PYTHONPATH": str(SOURCES)}
    given |= environ
    return subprocess.run(  # noqa: S603
        command(data, *arguments), env=given, capture_output=True, text=True, timeout=120, check=False, umask=0o022
    )


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database is up to date, made from a folder that others could read."""
    data = tmp_path_factory.mktemp("cli") / "var"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    course = data.parent / "cours"
    course.mkdir()
    (course / "un.md").write_text(COURSE)
    assert preau(data, "import", "markdown", str(course), "--grade", "6E").returncode == 0
    return data


def test_a_folder_that_others_could_read_is_closed_and_what_is_written_in_it_is_its_owners(school: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (school, *school.rglob("*"))}
    assert (modes[school], modes[school / "school.sqlite3"]) == (0o700, 0o600)
    assert not {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077}


def test_the_doctor_says_who_may_read_the_data_and_what_to_do(school: Path) -> None:
    assert "0700, lisible par Préau seul" in preau(school, "doctor").stdout
    school.chmod(0o755)
    (school / "school.sqlite3").chmod(0o644)
    try:
        found = preau(school, "doctor")
    finally:
        school.chmod(0o700)
        (school / "school.sqlite3").chmod(0o600)
    assert found.returncode == 2
    assert "0755, lisible par d’autres" in found.stdout
    assert f"chmod 700 {school}" in found.stdout
    assert f"chmod 600 {school / 'school.sqlite3'}" in found.stdout


@pytest.mark.parametrize("arguments", [("serve",), ("demo",), ("import", "timetable", "/dev/null")])
def test_nobody_touches_the_database_of_a_folder_that_another_process_holds(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    data = tmp_path / "var"
    installation.prepare(data)
    with installation.held(data):
        refused = preau(data, *arguments, BIND="127.0.0.1:9")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert "n autre processus" in refused.stderr
    database = data / "school.sqlite3"
    if database.exists():
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_an_import_runs_beside_a_server_when_nothing_has_to_be_migrated(school: Path, tmp_path: Path) -> None:
    (tmp_path / "deux.md").write_text(COURSE)
    with installation.held(school):
        done = preau(school, "import", "markdown", str(tmp_path), "--grade", "6E")
    assert (done.returncode, done.stderr) == (0, "")


def test_two_imports_at_once_on_an_empty_folder_end_with_a_report_or_a_sentence(tmp_path: Path) -> None:
    course = tmp_path / "cours"
    course.mkdir()
    (course / "un.md").write_text(COURSE)
    environ = {**os.environ, "PREAU_DATA": str(tmp_path / "var")}
    arguments = command(tmp_path, "import", "markdown", str(course), "--grade", "6E")
    both = [subprocess.Popen(arguments, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(2)]  # noqa: S603
    said = [process.communicate(timeout=120)[1] for process in both]
    assert {process.returncode for process in both} <= {0, 2}
    assert 0 in {process.returncode for process in both}
    assert not any("Traceback" in text for text in said), said


@pytest.mark.parametrize(
    ("environ", "subject"),
    [
        ({"PREAU_DATA": "/dev/null/x"}, "/dev/null/x"),
        ({"DATABASE_URL": "postgres://["}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgres://h:port/x"}, "DATABASE_URL"),
        ({"PREAU_PUBLIC_URL": "https://["}, "PREAU_PUBLIC_URL"),
        ({"PREAU_PUBLIC_URL": "https://"}, "PREAU_PUBLIC_URL"),
        ({"DATABASE_URL": "sqlite:////dev/null/x"}, "DATABASE_URL"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(tmp_path: Path, environ: dict[str, str], subject: str) -> None:
    refused = preau(environ.pop("PREAU_DATA", tmp_path / "var"), "serve", BIND="127.0.0.1:9", **environ)
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr
    assert subject in refused.stderr


def test_the_doctor_sees_a_folder_that_cannot_be_made() -> None:
    found = preau("/dev/null/x", "doctor")
    assert (found.returncode, "À VOIR  dossier" in found.stdout, found.stderr) == (2, True, "")


def test_incidents_say_it_too_when_the_folder_cannot_be_written() -> None:
    refused = preau("/dev/null/x", "incident", "open", "Panne", "On cherche.")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr


def test_a_file_name_that_is_no_text_is_refused_by_name_and_forges_no_line(school: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/cours"
    os.mkdir(folder)  # noqa: PTH102  names in bytes
    for name in (b"un.md", b"\xff.md", b"deux.md\nERREUR trois", b"\x1b[2Jquatre.md"):
        with open(folder + b"/" + name, "w") as file:  # noqa: PTH123  names in bytes
            file.write(COURSE)
    done = preau(school, "import", "markdown", folder, "--grade", "6E")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    for shown in (r"\udcff.md", r"deux.md\nERREUR trois", r"\x1b[2Jquatre.md"):
        assert any(shown in line and "name_not_text" in line for line in done.stdout.splitlines()), done.stdout


def test_a_folder_whose_name_is_no_text_is_refused(school: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    os.mkdir(folder)  # noqa: PTH102  names in bytes
    refused = preau(school, "import", "markdown", folder, "--grade", "6E")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr
    assert "name_not_text" in refused.stderr


def test_the_gate_is_ordered_about_and_told_from_the_terminal(tmp_path: Path) -> None:
    data = tmp_path / "var"
    silent = preau(data, "gate", "status")
    assert (silent.returncode, "pas encore donné de nouvelles" in silent.stderr) == (1, True)
    assert preau(data, "gate", "capacity", "600").returncode == 2  # no reason
    for order in (("capacity", "600"), ("drain",), ("pre-open", "10")):
        given = preau(data, "gate", *order, "--reason", "répétition générale")
        assert given.returncode == 0
        assert "aucun portier ne tourne sur" in given.stderr, "an order given in the wrong folder is noticed"
    assert "mode vidange, capacité 600, ouverture 10 min avant" in given.stdout
    held = (data / "published" / "gate_orders.json").read_text()
    assert '"mode":"drain","pre_open_s":600' in held
    assert len((data / "gate_orders.jsonl").read_text().splitlines()) == 3
    vector = Path(__file__).parents[2] / "docs/protocol/vectors/published/gate_report.json"
    (data / "published" / "gate_report.json").write_bytes(vector.read_bytes())
    told = preau(data, "gate", "status")
    assert "1 lissage, depuis" in told.stdout
    assert "attendent 320 (entre 310 et 330), arrivés 840, entrés 520" in told.stdout
    assert "Pages et réponses" in told.stdout
    assert told.returncode == 1
    assert "le portier ne tourne plus" in told.stderr
    report = json.loads(vector.read_bytes()) | {"at_s": int(time.time())}
    (data / "published" / "gate_report.json").write_text(json.dumps(report))
    given = preau(data, "gate", "auto", "--reason", "fin")
    assert (given.returncode, given.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("gat",), "gat : cette commande n’existe pas. Vouliez-vous dire gate ?"),
        (("--nope",), "--nope : cette option n’existe pas."),
        (("gate", "open"), "Il manque --reason : une valeur est attendue."),
        (("gate", "open", "--reason"), "--reason : il manque sa valeur."),
        (("gate", "open", "now", "--reason", "x"), "Il y a un mot de trop"),
        (("gate", "capacity", "--reason", "x"), "Il manque PEOPLE : un entier de 0 à 1000000 est attendu."),
        (("gate", "capacity", "many", "--reason", "x"), "PEOPLE : un entier de 0 à 1000000 est attendu."),
        (("gate", "pre-open", "90", "--reason", "x"), "MINUTES : un entier de 0 à 60 est attendu."),
        (("gate", "simulate", "all"), "l’un de order, drains, resources, days, france est attendu."),
        (("edge", "render", "--bind", ":443"), "Il manque --out : le chemin d’un dossier est attendu."),
        (("edge", "agent", "--folder", "/nowhere"), "--folder : le chemin d’un dossier qui existe est attendu."),
        (("edge", "agent", "--folder", "/"), "/ n’a pas de haproxy.cfg : écrivez-le d’abord avec preau edge render"),
    ],
)
def test_what_the_command_line_refuses_is_said_in_french(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    refused = preau(tmp_path / "var", *arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert sentence in refused.stderr
    assert not re.search("Usage|Error|Try|Traceback", refused.stderr)


def test_only_staff_is_given_the_gate(school: Path) -> None:
    refused = preau(school, "operator", "nobody")
    assert (refused.returncode, "Aucun membre du personnel" in refused.stderr) == (2, True)
