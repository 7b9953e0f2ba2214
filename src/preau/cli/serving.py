"""`preau serve` and `preau demo`: make the database ready, then run the process."""

import errno
import socket
import sys
import time
from collections.abc import Callable

import click

from preau.cli.main import set_up_django
from preau.cli.terminal import printable, stop
from preau.gate.haproxy.process import EdgeNotStarted
from preau.project import installation, logs
from preau.project.guard import guard, is_guarded
from preau.project.options import Options
from preau.project.serve import serve


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
    """The folder is held before the database is looked at: another server may be working on it."""
    logs.configure(as_json=options.log_json)
    installation.prepare(options.data)
    if is_guarded():
        _serve(options, before, announce)
        return
    try:
        with installation.held(options.data):
            if options.edge == "haproxy":
                _guard(options)
            else:
                _refuse_a_taken_port(options)
                _serve(options, before, announce)
    except installation.DataFolderBusyError:
        stop(f"Un autre processus sert déjà depuis le dossier {options.data} : arrêtez-le ou changez PREAU_DATA.")


def _guard(options: Options) -> None:
    """HAProxy, the standby, and this very command as the application behind them."""
    try:
        code = guard(options, installation.keyring(options), [sys.executable, "-m", "preau.cli", *sys.argv[1:]])
    except EdgeNotStarted as error:
        stop(f"HAProxy n’a pas démarré : {printable(str(error))}")
    sys.exit(code)


def _serve(options: Options, before: Callable[[], None], announce: Callable[[], None]) -> None:
    installation.sweep_drafts(options.data, now_s=time.time())
    set_up_django()
    from preau.cli.database import make_ready  # noqa: PLC0415  needs Django set up first

    make_ready(options)
    before()
    serve(options, installation.keyring(options), ready=announce)


def _refuse_a_taken_port(options: Options) -> None:
    """Granian shares a port with whoever shares it too: two schools would take turns at their visitors."""
    host, port = options.bind
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the last one's connections may still be closing
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            stop(f"L’adresse {host}:{port} est déjà prise : choisissez-en une autre avec BIND.")


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
