"""Reads the cells of a timetable. Each function returns the value, or a Bad with the code and the sentence. Pure.

Clock times are minutes since midnight, on the school's clock.
"""

import re
from datetime import date
from typing import Final

import msgspec

from preau.school.directory.oneroster.cells import Bad
from preau.school.directory.oneroster.tables import shown
from preau.school.directory.timetable_import.columns import folded

DAY_STARTS_MIN: Final = 6 * 60
DAY_ENDS_MIN: Final = 21 * 60
"""Schools overseas begin at 6:30, evening lessons of a lycée end at 20:00: a lesson outside is a slip of the pen."""
SHORTEST_MIN: Final = 10
LONGEST_MIN: Final = 240
"""The longest lesson is an examination of four hours; a longer one is a morning written in one line."""
_STEP_MIN: Final = 5
"""Lessons begin at a multiple of five minutes where a decimal number would otherwise have two meanings."""

_H_TIME: Final = re.compile(r"(\d{1,2}) ?h(?: ?(\d{2})(?: ?min| ?mn)?)?", re.ASCII)
_COLON_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)
_DECIMAL: Final = re.compile(r"\d{1,2}(?:[.,](\d{1,17}))?", re.ASCII)
_MINUTES: Final = re.compile(r"(\d{1,4}) ?(?:min|mn|minutes)?", re.ASCII)
_FRENCH_DATE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)

WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_YES: Final = frozenset({"", "oui", "o", "vrai", "true", "yes", "x", "1"})
_NO: Final = frozenset({"non", "n", "faux", "false", "no", "0"})


class Clock(msgspec.Struct, frozen=True):
    """Minutes since midnight. ``is_guess``: the cell had another meaning that somebody may have meant."""

    minute: int
    is_guess: bool = False


def clock_text(minute: int) -> str:
    """``8 h 30``."""
    return f"{minute // 60} h {minute % 60:02}"


def read_clock(text: str) -> Clock | Bad:
    """``8h30``, ``8 h``, ``08:30``, ``08:30:00``; decimal hours (``8,5``); a spreadsheet's fraction of a day.

    ``8.25`` is a quarter past eight, and a guess; ``8.30`` would be 8 h 18, which nobody means: it is refused.
    """
    said = folded(text)
    read = _hours_and_minutes(said)
    if read is not None:
        return Clock(read)
    decimal = _DECIMAL.fullmatch(said)
    if decimal is None:
        return _bad_time(text)
    value, digits = float(said.replace(",", ".")), decimal.group(1) or ""
    if 0 < value < 1:
        return Clock(round(value * 24 * 60))
    minute = round(value * 60)
    if minute % _STEP_MIN or abs(value * 60 - minute) > 1e-6 or value >= 24:  # noqa: PLR2004  hours of a day
        return _bad_time(text)
    return Clock(minute, is_guess=len(digits) > 1 and float(digits) > 0)


def _bad_time(text: str) -> Bad:
    return Bad("bad_time", f"Heure illisible : « {shown(text)} ». Attendu : 8h30 ou 08:30.")


def _hours_and_minutes(said: str) -> int | None:
    found = _H_TIME.fullmatch(said) or _COLON_TIME.fullmatch(said)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None  # noqa: PLR2004  the clock's own bounds


def read_minutes(text: str) -> int | Bad:
    """A length: ``55``, ``55 min``, ``1h``, ``1 h 30``, ``01:00``."""
    said = folded(text)
    bare = _MINUTES.fullmatch(said)
    minutes = int(bare[1]) if bare else _hours_and_minutes(said)
    if minutes is None:
        return Bad("bad_minutes", f"Durée illisible : « {shown(text)} ». Attendu : un nombre de minutes.")
    return minutes


def read_weekday(text: str) -> int | Bad:
    """0 = Monday, from a French name, whole or its first three letters."""
    said = folded(text).removesuffix(".")
    for number, name in enumerate(WEEKDAYS):
        if said in {name, name[:3]}:
            return number
    return Bad("bad_day", f"Jour inconnu : « {shown(text)} ». Attendu : lundi, mardi…")


def read_day(text: str) -> date | Bad | None:
    """A date, French (``01/09/2026``) or ISO; None for an empty cell."""
    if not text:
        return None
    french = _FRENCH_DATE.fullmatch(text)
    try:
        return date(int(french[3]), int(french[2]), int(french[1])) if french else date.fromisoformat(text)
    except ValueError:
        return Bad("bad_date", f"Date illisible : « {shown(text)} ». Attendu : 01/09/2026.")


def read_live(text: str) -> bool | Bad:
    """Whether the lesson is taught as a live class: yes if nothing is said."""
    said = folded(text)
    if said in _YES or said in _NO:
        return said in _YES
    return Bad("bad_live", f"« En direct » : ni oui ni non : « {shown(text)} ».")
