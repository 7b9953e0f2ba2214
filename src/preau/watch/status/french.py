"""French for numbers, hours and lists: non-breaking spaces where the typography asks, no count under twenty."""

from datetime import datetime, tzinfo
from typing import Final

SMALLEST_COUNT: Final = 20
"""Below this a count may point at somebody of one class: the page says « moins de 20 » (k-anonymity with k = 20)."""

NBSP: Final = "\u00a0"
_THIN: Final = "\u202f"
_MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def typeset(text: str) -> str:
    """Puts the non-breaking spaces of French typography into a sentence typed with plain ones."""
    for mark in (":", "»"):
        text = text.replace(f" {mark}", NBSP + mark)
    for mark in (";", "?", "!"):
        text = text.replace(f" {mark}", _THIN + mark)
    return text.replace("« ", "«" + NBSP)


def number(value: int) -> str:
    """``1612480`` as « 1 612 480 », with narrow non-breaking spaces."""
    return f"{value:,}".replace(",", _THIN)


def count(value: int, *, none: str) -> str:
    """A count fit to be published: ``none`` for zero, « moins de 20 » below twenty, else the number."""
    if value <= 0:
        return none
    return number(value) if value >= SMALLEST_COUNT else f"moins de {SMALLEST_COUNT}".replace(" ", NBSP)


def published_count(value: int) -> int | None:
    """The same rule for machines: None stands for 1 to 19."""
    return None if 0 < value < SMALLEST_COUNT else max(0, value)


def hour(at_s: float, zone: tzinfo, *, seconds: bool = False) -> str:
    """The hour in the school's zone: « 8 h 24 », or « 8 h 24 min 05 s »."""
    at = datetime.fromtimestamp(at_s, zone)
    text = f"{at.hour} h {at.minute:02d}" + (f" min {at.second:02d} s" if seconds else "")
    return text.replace(" ", NBSP)


def day(at_s: float, zone: tzinfo) -> str:
    """The date: « 6 avril 2021 », « 1er avril 2021 »."""
    at = datetime.fromtimestamp(at_s, zone)
    ordinal = "1er" if at.day == 1 else str(at.day)
    return f"{ordinal}{NBSP}{_MONTHS[at.month - 1]} {at.year}"


def iso(at_s: float, zone: tzinfo) -> str:
    """RFC 3339 with the zone's offset, whole seconds: for ``datetime`` attributes, JSON and Atom alike."""
    return datetime.fromtimestamp(int(at_s), zone).isoformat()


def wait_interval(low_s: int, high_s: int) -> str:
    """« moins d’une minute », « environ 4 minutes », « entre 3 et 5 minutes »: an estimate is said as an interval."""
    low, high = low_s // 60, -(-high_s // 60)
    if high <= 1:
        return "moins d’une minute"
    if low == 0:
        return f"moins de {high}{NBSP}minutes"
    return f"environ {low}{NBSP}minutes" if low == high else f"entre {low} et {high}{NBSP}minutes"


def minutes(duration_s: float) -> str:
    """A measured duration in words: « moins d’une minute », « 1 minute », « 47 minutes »."""
    whole = int(duration_s // 60)
    if whole == 0:
        return "moins d’une minute"
    return f"{whole}{NBSP}minute" + ("s" if whole > 1 else "")
