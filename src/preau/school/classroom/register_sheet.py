"""A register in words, for the page and for the spreadsheet. No input or output here."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import gettext, gettext_noop

from preau.published.shapes import Status
from preau.school.classroom.selectors import RegisterLine


class _Words(msgspec.Struct, frozen=True):
    """How a status is said: of one pupil, the fact behind it, above a count; and its icon."""

    word: str
    fact: str
    heading: str
    icon: str


_WORDS: Final[dict[Status | None, _Words]] = {
    "present": _Words(gettext_noop("présent(e)"), "", gettext_noop("Présents"), "check"),
    "late": _Words(gettext_noop("en retard"), gettext_noop("entrée après le début"), gettext_noop("En retard"), "late"),
    "left": _Words(gettext_noop("parti(e)"), gettext_noop("avant la fin"), gettext_noop("Partis avant la fin"), "left"),
    "at_the_door": _Words(
        gettext_noop("à la porte"),
        gettext_noop("la plateforme l’a fait attendre, n’est pas absent(e)"),
        gettext_noop("À la porte"),
        "door",
    ),
    "offline": _Words(
        gettext_noop("hors ligne"), gettext_noop("la connexion a manqué"), gettext_noop("Hors ligne"), "offline"
    ),
    "absent": _Words(gettext_noop("absent(e)"), "", gettext_noop("Absents"), "absent"),
    None: _Words(
        gettext_noop("non relevé"),
        gettext_noop("ne figurait pas encore dans la classe"),
        gettext_noop("Non relevés"),
        "help",
    ),
}
"""In the order in which they are counted."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for a formula at the start of a cell. Source: OWASP, *CSV Injection*."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the register as it is shown."""

    line: RegisterLine
    word: str
    fact: str
    icon: str


def rows(lines: Iterable[RegisterLine]) -> list[Row]:
    """The lines with their words, in the same order."""
    return [
        Row(
            line=line,
            word=gettext(words.word),
            fact=gettext(words.fact) if words.fact else "",  # gettext("") is the header of the catalogue
            icon=f"icons/{words.icon}.svg",
        )
        for line in lines
        for words in (_WORDS[line.status],)
    ]


def counts(lines: Iterable[RegisterLine]) -> list[tuple[str, int]]:
    """How many of each status, in words; without those of which there are none."""
    found = Counter(line.status for line in lines)
    return [(gettext(words.heading), found[status]) for status, words in _WORDS.items() if found[status]]


def cell(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _heads() -> list[str]:
    return [
        gettext("Nom"),
        gettext("Prénom"),
        gettext("Statut"),
        gettext("Précision"),
        gettext("Première présence"),
        gettext("Dernière présence"),
        gettext("Minutes en classe"),
    ]


def as_csv(lines: Iterable[RegisterLine], zone: ZoneInfo) -> str:
    """The register for a French spreadsheet: semicolons, and a byte order mark so that it reads UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(_heads())
    for row in rows(lines):
        person = row.line.person
        names = person.family_name, person.given_name, row.word, row.fact
        hours = (_hour(instant, zone) for instant in (row.line.first_seen_at, row.line.last_seen_at))
        writer.writerow([*map(cell, names), *hours, row.line.present_min])
    return f"\ufeff{file.getvalue()}"


def _hour(instant: datetime | None, zone: ZoneInfo) -> str:
    return "" if instant is None else f"{instant.astimezone(zone):%H:%M}"
