"""`preau serve` and `preau demo`: make the database ready, then run the process."""

import errno
import sys
from collections.abc import Callable

import click

from preau.cli.main import set_up_django
from preau.project import installation, logs
from preau.project.options import Options
from preau.project.serve import DataFolderBusyError, serve


def run_serve(options: Options) -> None:
    """Serves a school."""
    _run(options, before=lambda: None, announce=lambda: click.echo(f"Préau répond à {options.base_url}"))


def run_demo(options: Options) -> None:
    """Serves the demo: seeds it once, prints where it is and how to sign in."""

    def seed_demo() -> None:
        from django.utils import timezone  # noqa: PLC0415  needs Django set up first

        from preau.school.demo.seed import seed  # noqa: PLC0415

        seed(timezone.now())

    _run(options, before=seed_demo, announce=lambda: _announce_demo(options))


def _run(options: Options, *, before: Callable[[], None], announce: Callable[[], None]) -> None:
    logs.configure(as_json=options.log_json)
    set_up_django()
    make_database_ready(options)
    before()
    keyring = installation.keyring(options)
    try:
        serve(options, keyring, ready=announce)
    except DataFolderBusyError:
        _stop(f"Un autre processus sert déjà depuis le dossier {options.data} : arrêtez-le ou changez PREAU_DATA.")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        _stop(f"L’adresse {options.bind[0]}:{options.bind[1]} est déjà prise : choisissez-en une autre avec BIND.")


def make_database_ready(options: Options) -> None:
    """Applies missing migrations on SQLite; on PostgreSQL, where several processes share one base, asks for it."""
    from django.core.management import call_command  # noqa: PLC0415  needs Django set up first
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if options.database_url.startswith("postgres") and not options.demo:
        _stop("La base n’est pas à jour : lancez « preau manage migrate », puis recommencez.")
    call_command("migrate", interactive=False, verbosity=0)


def _announce_demo(options: Options) -> None:
    from preau.school.demo.accounts import demo_accounts  # noqa: PLC0415  needs Django set up first

    rows = [(account.who, account.role, account.sign_in, account.lands_on) for account in demo_accounts()]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    click.echo(
        f"\nPréau répond à {options.base_url}\n\nComptes de démonstration (publics : ne servez jamais ceci ailleurs)\n"
    )
    for row in rows:
        click.echo("  " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    if options.bind[0] not in {"127.0.0.1", "localhost", "::1"}:
        click.echo(
            "\nATTENTION : d’autres machines peuvent entrer avec ces mots de passe. N’y mettez personne de réel."
        )
    click.echo("\nArrêter : Ctrl-C. Tout est dans le dossier " + str(options.data) + ".\n")


def _stop(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(2)
