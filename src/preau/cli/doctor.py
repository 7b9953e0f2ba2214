"""`preau doctor`: is this machine ready, and what has to be corrected? And the options' reference page."""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import click

from preau.cli.terminal import printable
from preau.gate import spool
from preau.gate.spool import counted
from preau.project import installation
from preau.project.options import TABLE, Kind, Options, parse

LOWEST_FREE_BYTES = 1_000_000_000
LOWEST_SQLITE = (3, 35)  # RETURNING


class Finding(NamedTuple):
    """One line of the report; ``advice`` is what to do when it is not ``ok``."""

    ok: bool
    subject: str
    fact: str
    advice: str = ""


def report(environ: Mapping[str, str]) -> int:
    """Prints every finding; returns 0 when all is well and 2 when something has to be corrected."""
    options = parse(environ)
    if not isinstance(options, Options):
        findings = [Finding(False, mistake.name, "valeur refusée", mistake.sentence) for mistake in options]
    else:
        findings = list(_examine(options))
    for finding in findings:
        mark = "bon    " if finding.ok else "À VOIR "
        click.echo(f"{mark} {finding.subject:<18} {finding.fact}")
        if not finding.ok:
            click.echo(f"        → {finding.advice}")
    return 0 if all(finding.ok for finding in findings) else 2


def _examine(options: Options) -> Iterator[Finding]:
    yield Finding(sys.version_info >= (3, 11), "Python", sys.version.split()[0], "installez Python 3.11 ou plus récent")
    yield Finding(
        sqlite3.sqlite_version_info >= LOWEST_SQLITE, "SQLite", sqlite3.sqlite_version, "mettez Debian à jour"
    )
    yield _folder(options.data)
    yield from _modes(options.data)
    yield _disk(options.data)
    yield _work(options.data)
    yield from _database(options)
    yield from _redis(options)
    yield _cookies(options)


def _nearest(data: Path) -> Path:
    """The folder itself, or the nearest above it that is there."""
    place = data.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def _folder(data: Path) -> Finding:
    place = _nearest(data)
    ok = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return Finding(ok, "dossier", printable(str(data)), "donnez à Préau le droit d’écrire dans PREAU_DATA")


def _modes(data: Path) -> Iterator[Finding]:
    """Who may read the names of pupils: a closed folder closes all that is in it."""
    if not data.is_dir():
        return
    mode = stat.S_IMODE(data.stat().st_mode)
    closed = not mode & installation.OTHERS
    fact = f"{mode:04o}, {'lisible par Préau seul' if closed else 'lisible par d’autres'}"
    advice = f"des noms d’élèves s’y trouvent : chmod 700 {printable(str(data))}"
    yield Finding(closed, "droits du dossier", fact, advice)
    for name in ("secret_key", "school.sqlite3", "journal.sqlite3"):
        if os.access(data, os.X_OK) and (data / name).exists():
            mode = stat.S_IMODE((data / name).stat().st_mode)
            fine = closed or not mode & installation.OTHERS
            yield Finding(fine, name, f"{mode:04o}", f"chmod 600 {printable(str(data / name))}")


def _disk(data: Path) -> Finding:
    free_bytes = shutil.disk_usage(_nearest(data)).free
    advice = "libérez de la place : le journal des classes s’arrête quand le disque est plein"
    return Finding(free_bytes >= LOWEST_FREE_BYTES, "disque", f"{free_bytes / 1e9:.1f} Go libres", advice)


def _work(data: Path) -> Finding:
    waiting, aside = counted(data / spool.FOLDER)
    advice = (
        f"lisez pourquoi dans {printable(str(data / spool.FOLDER / spool.ASIDE))}, puis renvoyez-les ou effacez-les"
    )
    return Finding(not aside, "travaux remis", f"{waiting} à transmettre, {aside} refusés", advice)


def _database(options: Options) -> Iterator[Finding]:
    if not options.database_url.startswith("postgres"):
        yield Finding(True, "base", "SQLite, dans le dossier des données")
        return
    if find_spec("psycopg") is None:
        yield Finding(False, "base", "PostgreSQL", "installez l’extra : pip install preau[postgres]")
        return
    import psycopg  # noqa: PLC0415  an extra

    def ask() -> str:
        with psycopg.connect(options.database_url, connect_timeout=3) as connection:
            return f"PostgreSQL {connection.info.server_version // 10000}"

    yield _tried("base", ask, "vérifiez DATABASE_URL et que PostgreSQL répond")


def _redis(options: Options) -> Iterator[Finding]:
    if not options.redis_url:
        yield Finding(True, "compteurs", "en mémoire (un seul processus)")
        return
    if find_spec("redis") is None:
        yield Finding(False, "compteurs", "Redis", "installez l’extra : pip install preau[redis]")
        return
    import redis  # noqa: PLC0415  an extra

    def ask() -> str:
        with redis.Redis.from_url(options.redis_url, socket_connect_timeout=3) as client:
            client.ping()
        return "Redis répond"

    yield _tried("compteurs", ask, "vérifiez REDIS_URL et que Redis répond")


def _tried(subject: str, ask: Callable[[], str], advice: str) -> Finding:
    try:
        return Finding(True, subject, ask())
    except Exception as error:  # noqa: BLE001  whatever the driver raises, the operator wants its first line
        return Finding(False, subject, str(error).splitlines()[0][:100], advice)


def _cookies(options: Options) -> Finding:
    local = options.bind[0] in {"127.0.0.1", "localhost", "::1"}
    fact = f"{options.base_url} ; cookies {'réservés à TLS' if options.secure else 'sans TLS'}"
    advice = "donnez PREAU_PUBLIC_URL en https : sans TLS, un carnet se lit sur le réseau"
    return Finding(options.secure or local, "adresse", fact, advice)


def options_page() -> str:
    """The reference page of the options, from the table."""
    lines = [
        "# Options",
        "",
        "Cette page est écrite par `preau doctor --options`. Aucune option n’est nécessaire pour la démonstration.",
        "Chaque option se donne aussi par fichier : `NOM_FILE=/chemin` lit la valeur dans ce fichier.",
        "",
        "| option | type | défaut | bornes | sens |",
        "|---|---|---|---|---|",
    ]
    for option in TABLE:
        default = f"`{option.default}`" if option.default else "(vide)"
        bounds = f"{option.lowest} à {option.highest} {option.unit}".strip() if option.kind is Kind.INTEGER else ""
        bounds = bounds or ", ".join(option.schemes)
        lines.append(f"| `{option.name}` | {option.kind} | {default} | {bounds} | {option.meaning} |")
    return "\n".join(lines) + "\n"
