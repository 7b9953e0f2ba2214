"""`preau import …`: prints what became of each line or file; exit code 2 when something is refused."""

from collections.abc import Iterator
from pathlib import Path

import click
from django.utils import timezone

from preau.cli.terminal import printable
from preau.school.content.services import import_markdown
from preau.school.directory.oneroster import ImportReport, import_folder
from preau.school.directory.oneroster.findings import Finding, Level
from preau.school.directory.timetable_import import import_timetable


def markdown(folder: str, *, dry_run: bool, grade: str) -> int:
    """Imports a folder of Markdown; returns the exit code."""
    report = import_markdown(Path(folder), timezone.now(), dry_run, grade=grade)
    for entry in report.files:
        click.echo(
            f"{entry.outcome.value:<11} {printable(entry.path)}"
            + (f"  {entry.sentence} ({entry.code})" if entry.code else "")
        )
    for problem in report.problems:
        path = printable(problem.path)
        where = f"{path}:{problem.line}" if problem.line else path
        click.echo(
            f"{'ERREUR' if problem.fatal else 'À VOIR':<11} {where}  {problem.sentence} ({problem.code})", err=True
        )
    counts = ", ".join(f"{count} {outcome}" for outcome, count in report.counts().items() if count)
    click.echo(f"\n« {printable(report.title)} » : {len(report.files)} fichiers ({counts}).")
    if not report.ok:
        click.echo("Rien n’a été changé : corrigez ce qui est marqué ERREUR et recommencez.", err=True)
        return 2
    if report.dry_run:
        click.echo("Essai à blanc : rien n’a été changé.")
    elif report.new_edition:
        click.echo(
            f"Édition {report.edition_number} publiée, {report.lesson_count} séances, {report.item_count} questions."
        )
    else:
        click.echo(f"Déjà publié à l’identique (édition {report.edition_number}) : rien à changer.")
    return 0


LEVELS = {Level.WARNING: "À VOIR", Level.ERROR: "ERREUR"}
WORDS = {
    "added": "ajouts",
    "changed": "modifications",
    "closed": "fermetures",
    "reopened": "réouvertures",
    "removed": "suppressions",
}
TABLES = {
    "School": "établissements",
    "Person": "personnes",
    "ClassGroup": "classes",
    "Membership": "appartenances",
    "Guardianship": "responsables",
    "Subject": "matières",
    "TimetableSlot": "créneaux",
}


def oneroster(folder: str, *, write: bool, skip_errors: bool) -> int:
    """Imports a OneRoster folder, or says what it would do; returns the exit code."""
    return _say(import_folder(Path(folder), now=timezone.now(), apply=write, skip_errors=skip_errors))


def timetable(path: str, *, write: bool, skip_errors: bool) -> int:
    """Imports a timetable from a CSV file, or says what it would do; returns the exit code."""
    return _say(import_timetable(Path(path), now=timezone.now(), apply=write, skip_errors=skip_errors))


def _say(report: ImportReport) -> int:
    """Prints the report; returns the exit code."""
    for line in _lines(report):
        click.echo(line)
    if report.findings_left_out:
        click.echo(f"… et {report.findings_left_out} autres remarques.")
    for name, count in report.files.items():
        click.echo(f"{printable(name):<22} {count.ok} bonnes, {count.warnings} à voir, {count.errors} refusées")
    for table, counts in report.changes.items():
        done = ", ".join(f"{WORDS.get(what, what)} : {number}" for what, number in counts.items() if number)
        click.echo(f"{TABLES.get(table, table):<22} {done or 'rien ne change'}")
    if report.is_refused:
        click.echo("Rien n’a été changé : corrigez les lignes refusées, ou laissez-les avec --skip-errors.", err=True)
        return 2
    click.echo("Écrit." if report.is_applied else "Essai à blanc : rien n’a été changé. Pour écrire : --apply")
    return 0


def _lines(report: ImportReport) -> Iterator[str]:
    """One line for each line of each file: good, to be looked at, or refused, with the reason."""
    said: dict[tuple[str, int], list[Finding]] = {}
    for finding in report.findings:
        said.setdefault((finding.file, finding.line), []).append(finding)
    for name, count in report.files.items():
        for number in count.numbers:
            remarks = said.pop((name, number), [])
            yield from map(_remark, remarks) if remarks else (f"bon     {printable(name)}:{number}",)
    for findings in said.values():  # of files that are missing or could not be read
        yield from map(_remark, findings)


def _remark(finding: Finding) -> str:
    where = f"{printable(finding.file)}:{finding.line}"
    return f"{LEVELS[finding.level]:<7} {where}  {printable(finding.sentence)} ({finding.code})"
