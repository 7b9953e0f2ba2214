"""What click refuses on the command line, said in French."""

from typing import Any, Final

import click
from click.exceptions import BadOptionUsage, MissingParameter, NoSuchCommand, NoSuchOption

HELP: Final = "--help"


def sentences(error: click.UsageError) -> tuple[str, ...]:
    """Why, and where the help is."""
    why = _why(error)
    if error.ctx is None:
        return (why,)
    return (why, f"Aide : {error.ctx.command_path} {HELP}")


def _why(error: click.UsageError) -> str:
    match error:
        case NoSuchOption():
            return f"{error.option_name} : cette option n’existe pas.{_instead(error.possibilities)}"
        case NoSuchCommand():
            return f"{error.command_name} : cette commande n’existe pas.{_instead(error.possibilities)}"
        case BadOptionUsage():
            return f"{error.option_name} : il manque sa valeur."
        case MissingParameter(param=click.Parameter() as param):
            return f"Il manque {_name(param)} : {_expected(param.type)}."
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_name(param)} : {_expected(param.type)}."
        case _:
            return "Il y a un mot de trop, ou un mot qui ne se comprend pas, dans cette commande."


def _instead(possible: list[str] | None) -> str:
    return f" Vouliez-vous dire {' ou '.join(possible)} ?" if possible else ""


def _name(param: click.Parameter) -> str:
    return param.opts[-1] if isinstance(param, click.Option) else param.human_readable_name


def _expected(kind: click.ParamType[Any]) -> str:
    match kind:
        case click.Choice():
            return f"l’un de {', '.join(kind.choices)} est attendu"
        case click.IntRange():
            return f"un entier de {kind.min} à {kind.max} est attendu"
        case click.Path(exists=exists, dir_okay=dir_okay):
            there = " qui existe" if exists else ""
            return f"le chemin d’un {'dossier' if dir_okay else 'fichier'}{there} est attendu"
        case _:
            return "une valeur est attendue"
