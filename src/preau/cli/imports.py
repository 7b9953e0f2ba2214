"""`preau import …`: prints what became of each line or file; exit code 2 when something is refused."""

from pathlib import Path

import click
from django.utils import timezone

from preau.school.content.services import import_markdown


def markdown(folder: str, *, dry_run: bool) -> int:
    """Imports a folder of Markdown; returns the exit code."""
    report = import_markdown(Path(folder), timezone.now(), dry_run)
    for entry in report.files:
        click.echo(
            f"{entry.outcome.value:<11} {entry.path}" + (f"  {entry.sentence} ({entry.code})" if entry.code else "")
        )
    for problem in report.problems:
        where = f"{problem.path}:{problem.line}" if problem.line else problem.path
        click.echo(
            f"{'ERREUR' if problem.fatal else 'À VOIR':<11} {where}  {problem.sentence} ({problem.code})", err=True
        )
    counts = ", ".join(f"{count} {outcome}" for outcome, count in report.counts().items() if count)
    click.echo(f"\n« {report.title} » : {len(report.files)} fichiers ({counts}).")
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
