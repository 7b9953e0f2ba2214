"""The school's database at the start of a command: is it there, and is it the one that this version needs?"""

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from preau.cli.terminal import printable, stop
from preau.project.options import Options


def is_up_to_date() -> bool:
    """Whether no migration is missing. A database that does not answer ends the command with a sentence."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        if "locked" in str(error):  # SQLite, while another process is just making the file
            return False
        reason = printable(str(error).strip().partition("\n")[0])
        stop(f"La base ne répond pas ({reason}) : vérifiez DATABASE_URL et PREAU_DATA.")


def make_ready(options: Options) -> None:
    """Applies missing migrations on SQLite; on PostgreSQL, where several processes share one base, asks for it.

    Only for who holds the data folder: a migration under a running server would take its tables away.
    """
    if is_up_to_date():
        return
    if options.database_url.startswith("postgres") and not options.demo:
        stop("La base n’est pas à jour : lancez « preau manage migrate », puis recommencez.")
    call_command("migrate", interactive=False, verbosity=0)
