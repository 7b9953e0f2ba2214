"""The command ``preau``. French on the terminal; exit code 2 for what the operator can correct, 1 for our failures."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

from preau.cli.french import sentences
from preau.cli.terminal import printable, stop
from preau.project import installation
from preau.project.options import Options, parse

FOLDER = click.Path(exists=True, file_okay=False)
FILE = click.Path(exists=True, dir_okay=False)


class FrenchGroup(click.Group):
    """Commands listed in the order they are written here, which is the order one needs them in."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(self.commands)

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Reads what stands on the command line."""
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as error:
            _stop_in_french(error)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; a file or a folder that refuses itself is a sentence, for the operator can correct it."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            _stop_in_french(error)
        except OSError as error:
            if error.filename is None:
                raise
            stop(f"{printable(os.fsdecode(error.filename))} : {error.strerror}. Vérifiez ce chemin et ses droits.")


def _stop_in_french(error: click.UsageError) -> NoReturn:
    if isinstance(error, NoArgsIsHelpError):
        raise error
    stop(*(printable(sentence) for sentence in sentences(error)))


@click.group(cls=FrenchGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="preau", message="Préau %(version)s")
def main() -> None:
    """Préau : la plateforme de classe à distance qui tient à 8 h 30."""
    os.umask(installation.PRIVATE_UMASK)


def options(**changes: str) -> Options:
    """The options, with changes from the command line put into the environment (Django's settings read it too)."""
    os.environ.update(changes)
    parsed = parse(os.environ)
    if not isinstance(parsed, Options):
        stop(*(f"{mistake.name} : {printable(mistake.sentence)}" for mistake in parsed))
    return parsed


def set_up_django() -> None:
    """Loads the school; commands that do not need it start without."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "preau.project.settings")
    import django  # noqa: PLC0415  slow, and not needed by --help

    django.setup()


def ready_school() -> None:
    """The school loaded, its database up to date: what every command on people or courses needs.

    They may run beside a server; its database they leave as it is.
    """
    parsed = options()
    set_up_django()
    from preau.cli.database import is_up_to_date, make_ready  # noqa: PLC0415  need Django set up first

    if is_up_to_date():
        return
    try:
        with installation.held(parsed.data):
            make_ready(parsed)
    except installation.DataFolderBusyError:
        stop(
            "La base n’est pas à jour, et un autre processus se sert de ce dossier : s’il vient de démarrer, "
            "attendez qu’il ait fini ; si c’est un serveur d’une version plus ancienne, arrêtez-le. Puis recommencez."
        )


@main.command()
@click.option("--bind", help="adresse et port d’écoute (sinon la variable BIND)")
@click.option("--edge", help="portail : embedded ou haproxy (sinon la variable PREAU_EDGE)")
def demo(bind: str | None, edge: str | None) -> None:
    """Sert la démonstration : trois établissements, dix classes, une leçon en cours à toute heure."""
    from preau.cli.serving import run_demo  # noqa: PLC0415

    changes = {"PREAU_DEMO": "1", **({"BIND": bind} if bind else {}), **({"PREAU_EDGE": edge} if edge else {})}
    os.environ.setdefault("PREAU_LOG_JSON", "0")
    run_demo(options(**changes))


@main.command()
@click.option("--bind", help="adresse et port d’écoute (sinon la variable BIND)")
@click.option("--edge", help="portail : embedded ou haproxy (sinon la variable PREAU_EDGE)")
def serve(bind: str | None, edge: str | None) -> None:
    """Sert un établissement."""
    from preau.cli.serving import run_serve  # noqa: PLC0415

    run_serve(options(**({"BIND": bind} if bind else {}), **({"PREAU_EDGE": edge} if edge else {})))


@main.group("edge", cls=FrenchGroup)
def edge_group() -> None:
    """Écrit et nourrit un portail HAProxy."""


@edge_group.command("render")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False), help="dossier à écrire")
@click.option("--bind", required=True, help="où HAProxy écoute, par exemple :443")
@click.option(
    "--peer", "peers", multiple=True, metavar="NOM=ADRESSE:PORT", help="chacun des portails, celui-ci compris"
)
@click.option("--name", default="", help="le nom de celui-ci parmi eux")
def edge_render(folder: str, bind: str, peers: tuple[str, ...], name: str) -> None:
    """Écrit et vérifie la configuration d’un HAProxy 2.6 ou plus récent, devant l’application qui écoute sur BIND."""
    from preau.cli.edges import render  # noqa: PLC0415

    sys.exit(render(options(), Path(folder), bind=bind, peers=peers, name=name))


@edge_group.command("agent")
@click.option("--folder", required=True, type=click.Path(exists=True, file_okay=False), help="dossier écrit par render")
def edge_agent(folder: str) -> None:
    """Nourrit, chaque seconde, le HAProxy lancé sur ce dossier."""
    from preau.cli.edges import agent  # noqa: PLC0415

    sys.exit(agent(options(), Path(folder)))


@main.command()
@click.option("--options", "as_page", is_flag=True, help="écrit la page de référence des options")
@click.option("--metrics", "of_metrics", is_flag=True, help="écrit la page de référence des métriques")
def doctor(*, as_page: bool, of_metrics: bool) -> None:
    """Vérifie l’installation et dit quoi corriger."""
    from preau.cli.doctor import options_page, report  # noqa: PLC0415

    if as_page:
        click.echo(options_page(), nl=False)
        return
    if of_metrics:
        from preau.watch.metrics import reference_page  # noqa: PLC0415

        click.echo(reference_page(), nl=False)
        return
    sys.exit(report(os.environ))


@main.group("import", cls=FrenchGroup)
def import_group() -> None:
    """Importe des listes ou des parcours."""


@import_group.command("oneroster")
@click.argument("folder", type=FOLDER)
@click.option("--apply", "write", is_flag=True, help="écrit ; sans cette option, rien n’est changé")
@click.option("--skip-errors", is_flag=True, help="laisse de côté les lignes refusées au lieu de tout refuser")
def import_oneroster(folder: str, *, write: bool, skip_errors: bool) -> None:
    """Importe un dossier OneRoster (CSV 1.1 ou 1.2)."""
    ready_school()
    from preau.cli.imports import oneroster  # noqa: PLC0415

    sys.exit(oneroster(folder, write=write, skip_errors=skip_errors))


@import_group.command("timetable")
@click.argument("file", type=FILE)
@click.option("--apply", "write", is_flag=True, help="écrit ; sans cette option, rien n’est changé")
@click.option("--skip-errors", is_flag=True, help="laisse de côté les lignes refusées au lieu de tout refuser")
def import_timetable(file: str, *, write: bool, skip_errors: bool) -> None:
    """Importe un emploi du temps (un fichier CSV de tableur)."""
    ready_school()
    from preau.cli.imports import timetable  # noqa: PLC0415

    sys.exit(timetable(file, write=write, skip_errors=skip_errors))


@import_group.command("markdown")
@click.argument("folder", type=FOLDER)
@click.option("--dry-run", is_flag=True, help="vérifie sans rien changer")
@click.option("--grade", default="", help="niveau (CP, 6E, TLE…) d’un dossier qui ne le dit pas")
def import_markdown(folder: str, *, dry_run: bool, grade: str) -> None:
    """Importe un dossier de fichiers Markdown comme parcours."""
    ready_school()
    from preau.cli.imports import markdown  # noqa: PLC0415

    sys.exit(markdown(folder, dry_run=dry_run, grade=grade))


@main.group(cls=FrenchGroup)
def incident() -> None:
    """Écrit sur la page d’état."""


@incident.command("open")
@click.argument("title")
@click.argument("body")
@click.option("--impact", type=click.Choice(["none", "minor", "major", "critical"]), default="minor")
def incident_open(title: str, body: str, impact: str) -> None:
    """Ouvre un incident."""
    from preau.cli.incidents import open_one  # noqa: PLC0415

    sys.exit(open_one(options().data, title=title, body=body, impact=impact))


@incident.command("update")
@click.argument("incident_id")
@click.argument("body")
@click.option("--status", type=click.Choice(["investigating", "identified", "monitoring"]), default="investigating")
def incident_update(incident_id: str, body: str, status: str) -> None:
    """Ajoute une ligne à un incident."""
    from preau.cli.incidents import update_one  # noqa: PLC0415

    sys.exit(update_one(options().data, incident_id, body=body, status=status))


@incident.command("correct")
@click.argument("incident_id")
@click.argument("message", type=click.IntRange(1, 1000))
@click.argument("body")
def incident_correct(incident_id: str, message: int, body: str) -> None:
    """Corrige le message numéro MESSAGE (1 = l’ouverture), sans l’effacer."""
    from preau.cli.incidents import correct_one  # noqa: PLC0415

    sys.exit(correct_one(options().data, incident_id, message=message, body=body))


@incident.command("resolve")
@click.argument("incident_id")
@click.argument("body")
def incident_resolve(incident_id: str, body: str) -> None:
    """Clôt un incident."""
    from preau.cli.incidents import resolve_one  # noqa: PLC0415

    sys.exit(resolve_one(options().data, incident_id, body=body))


@main.group(cls=FrenchGroup)
def gate() -> None:
    """Règle le portail et dit où il en est."""


_REASON = click.option("--reason", required=True, help="pourquoi, en quelques mots : le journal le garde")


@gate.command("status")
@click.option("--json", "as_json", is_flag=True, help="écrit le rapport tel quel")
def gate_status(*, as_json: bool) -> None:
    """Dit qui attend, qui est entré, ce qui vaut."""
    from preau.cli.gate import status  # noqa: PLC0415

    sys.exit(status(options().data, as_json=as_json))


@gate.command("capacity")
@click.argument("people", type=click.IntRange(0, 1_000_000))
@_REASON
def gate_capacity(people: int, reason: str) -> None:
    """Fixe la capacité à PEOPLE personnes ; 0 : celle de PREAU_CAPACITY."""
    from preau.cli.gate import order_capacity  # noqa: PLC0415

    sys.exit(order_capacity(options().data, people, reason=reason))


def _gate_mode(name: str, mode: str, help_text: str) -> None:
    @gate.command(name, help=help_text)
    @_REASON
    def order(reason: str) -> None:
        from preau.cli.gate import order_mode  # noqa: PLC0415

        sys.exit(order_mode(options().data, mode, reason=reason))


_gate_mode("auto", "auto", "Laisse le portier décider (ce qui vaut sans ordre).")
_gate_mode("open", "open", "Appelle tout le monde, sans limite de capacité.")
_gate_mode("drain", "drain", "N’appelle plus personne de nouveau ; qui est entré reste.")
_gate_mode("close", "closed", "N’appelle plus personne, sauf les personnels ; qui est entré reste.")


@gate.command("pre-open")
@click.argument("minutes", type=click.IntRange(0, 60))
@_REASON
def gate_pre_open(minutes: int, reason: str) -> None:
    """Appelle une classe au plus tôt MINUTES minutes avant son cours, quand on attend."""
    from preau.cli.gate import order_pre_open  # noqa: PLC0415

    sys.exit(order_pre_open(options().data, minutes, reason=reason))


@gate.command("simulate")
@click.argument("suites", nargs=-1, type=click.Choice(["order", "drains", "resources", "days", "france"]))
@click.option("--people", type=click.IntRange(1000, 100_000_000), help="personnes (sinon selon la série)")
@click.option("--policy", "policies", multiple=True, help="seulement ces politiques (séries drains et france)")
@click.option("--seed", type=click.IntRange(0, 2**31), default=2021, show_default=True, help="graine du hasard")
@click.option("--out", type=click.Path(file_okay=False), default="bench/results", show_default=True, help="dossier")
def gate_simulate(
    suites: tuple[str, ...], *, people: int | None, policies: tuple[str, ...], seed: int, out: str
) -> None:
    """Simule une matinée avec les vraies règles du portail, et le compare à ce que font les autres."""
    from preau.cli.simulating import simulate  # noqa: PLC0415

    sys.exit(simulate(suites, people=people, policies=policies, seed=seed, out=Path(out)))


@gate.group("lottery", cls=FrenchGroup)
def gate_lottery() -> None:
    """Le tirage de l’ordre des classes : promis avant le semestre, montré après, vérifiable par chacun."""


@gate_lottery.command("commit")
def gate_lottery_commit() -> None:
    """Écrit l’empreinte de la clé de ce semestre et du prochain : à publier avant."""
    from preau.cli.lottery import commit, kept_keyring  # noqa: PLC0415

    sys.exit(commit(kept_keyring(options())))


@gate_lottery.command("reveal")
@click.argument("term")
def gate_lottery_reveal(term: str) -> None:
    """Écrit la clé du semestre TERM (2025-2026-2, par exemple), s’il est terminé."""
    from preau.cli.lottery import kept_keyring, reveal  # noqa: PLC0415

    sys.exit(reveal(kept_keyring(options()), term))


@gate_lottery.command("order")
@click.option("--key", required=True, help="clé révélée du semestre, 64 chiffres hexadécimaux")
@click.option("--day", required=True, help="jour du cours, AAAA-MM-JJ")
@click.option("--groups", required=True, type=FILE, help="pseudonymes des classes, un par ligne, puis ce qu’on veut")
def gate_lottery_order(key: str, day: str, groups: str) -> None:
    """Recalcule l’ordre des classes d’un jour, sans le secret de l’établissement."""
    from preau.cli.lottery import order_of_day  # noqa: PLC0415

    sys.exit(order_of_day(key, day, groups))


@main.command()
@click.argument("login")
@click.option("--remove", is_flag=True, help="retire le droit au lieu de le donner")
def operator(login: str, *, remove: bool) -> None:
    """Donne à un membre du personnel le droit de conduire le portail."""
    ready_school()
    from preau.cli.people import set_operator  # noqa: PLC0415

    sys.exit(set_operator(login, remove=remove))


@main.command()
@click.argument("login")
def password(login: str) -> None:
    """Donne un mot de passe à un adulte (enseignant, responsable, direction)."""
    ready_school()
    from preau.cli.people import set_password  # noqa: PLC0415

    secret = click.prompt("Mot de passe", hide_input=True, confirmation_prompt="Encore une fois")
    sys.exit(set_password(login, secret))


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Passe une commande à Django (migrate, shell, dbshell…)."""
    options()
    set_up_django()
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["preau manage", *arguments])
