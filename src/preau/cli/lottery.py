"""`preau gate lottery …`: the commitment, the key of a past term, and the order of a day for who doubts it."""

import re
import time
from datetime import date
from pathlib import Path
from typing import Final

import click

from preau.cli.terminal import printable, stop
from preau.gate.rules.lottery import commitment, first_day, is_past, next_term, order, rank_key, term_of
from preau.project import installation
from preau.project.options import Options
from preau.tokens.keyring import DAY_S, Keyring

MAX_BYTES: Final = 10_000_000
"""Of a file of groups: 500,000 classes, more than the country has."""

_KEY: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_GROUP: Final = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)
_EPOCH: Final = date(1970, 1, 1)


def kept_keyring(options: Options) -> Keyring:
    """The keys of this installation. Unlike a server's start it draws no secret: with a new one a promise is none."""
    if not options.secret_key and not (options.data / "secret_key").exists():
        stop(f"{printable(str(options.data))} n’a pas de secret : vérifiez PREAU_DATA, ou démarrez Préau une fois.")
    return installation.keyring(options)


def commit(keyring: Keyring) -> int:
    """Prints what to publish before a term begins; returns the exit code."""
    term = term_of(_today())
    for each in (term, next_term(term)):
        click.echo(f"{each}  {commitment(rank_key(keyring, each))}")
    return 0


def reveal(keyring: Keyring, term: str) -> int:
    """Prints the key of a past term; returns the exit code."""
    if first_day(term) is None:
        return _refuse("Un semestre s’écrit comme 2026-2027-1 (août à décembre) ou 2026-2027-2 (janvier à juillet).")
    if not is_past(term, today=_today()):
        return _refuse(
            f"Le semestre {term} n’est pas terminé : sa clé décide encore de l’ordre des classes. "
            "Elle se montre à partir du premier jour du semestre suivant."
        )
    key = rank_key(keyring, term)
    click.echo(f"{term}  clé        {key.hex()}")
    click.echo(f"{term}  empreinte  {commitment(key)}")
    return 0


def order_of_day(key: str, day: str, groups: str) -> int:
    """Prints the order of the classes of ``day`` with a revealed key; returns the exit code."""
    if not _KEY.fullmatch(key):
        return _refuse("La clé d’un semestre a 64 chiffres hexadécimaux.")
    try:
        number = (date.fromisoformat(day) - _EPOCH).days
    except ValueError:
        return _refuse(f"« {printable(day)} » n’est pas un jour : écrivez-le comme 2026-11-23.")
    named = _named(Path(groups))
    if isinstance(named, int):
        return named
    click.echo(f"Jour {day}, semestre {term_of(number)}.")
    click.echo(f"Empreinte de cette clé, à comparer à celle publiée : {commitment(bytes.fromhex(key))}")
    for place, drawn in enumerate(order(bytes.fromhex(key), named, day=number), start=1):
        click.echo(f"{place:5}  {drawn.rank:6}  {drawn.group}  {named[drawn.group]}".rstrip())
    return 0


def _named(path: Path) -> dict[str, str] | int:
    """The groups of a file with what stands after them, or the exit code."""
    if path.stat().st_size > MAX_BYTES:
        return _refuse(f"{printable(str(path))} : ce fichier est trop gros pour une liste de classes.")
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
        group, _, rest = line.strip().replace(";", " ").replace(",", " ").replace("\t", " ").partition(" ")
        if not group or group.startswith("#"):
            continue
        if not _GROUP.fullmatch(group):
            return _refuse(
                f"{printable(str(path))}, ligne {number} : « {printable(group[:40])} » n’est pas un pseudonyme de "
                "classe (11 caractères)."
            )
        found[group] = printable(rest.strip())
    return found or _refuse(
        f"{printable(str(path))} : aucune classe. Un pseudonyme de 11 caractères est attendu par ligne."
    )


def _today() -> int:
    return int(time.time() // DAY_S)


def _refuse(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 2
