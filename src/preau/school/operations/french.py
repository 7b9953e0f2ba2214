"""Numbers and hours of the operators' page, in French: this page is not translated, like the status page. Pure.

Figures are exact here: operators are few, known by name, and decide by them. No figure is about one person.
"""

from datetime import datetime, tzinfo
from typing import Final

from preau.published.shapes import GateOrders

NONE: Final = "–"
_NBSP: Final = "\N{NO-BREAK SPACE}"
_THIN: Final = "\N{NARROW NO-BREAK SPACE}"


def number(value: float | None, *, digits: int = 0) -> str:
    """``1 612,5``; a dash for what was not measured."""
    if value is None:
        return NONE
    return f"{value:,.{digits}f}".replace(",", _THIN).replace(".", ",")


def between(interval: tuple[int, int, int]) -> str:
    """``310 à 330``, when only a sample was heard; nothing when everybody was counted."""
    low, _, high = interval
    return "" if low == high else f"{number(low)}{_NBSP}à{_NBSP}{number(high)}"


def moment(at_s: float, zone: tzinfo, *, seconds: bool = True) -> str:
    """``8 h 30 min 05 s``."""
    at = datetime.fromtimestamp(at_s, zone)
    text = f"{at.hour} h {at.minute:02d}" + (f" min {at.second:02d} s" if seconds else "")
    return text.replace(" ", _NBSP)


def dated(at_s: float, now_s: float, zone: tzinfo) -> str:
    """The moment, with its day when that is not today."""
    at, today = datetime.fromtimestamp(at_s, zone), datetime.fromtimestamp(now_s, zone).date()
    said = moment(at_s, zone)
    return said if at.date() == today else f"{at.day:02d}/{at.month:02d}/{at.year}, {said}"


def duration(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``2 h 05 min``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    text = f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {left:02d} s" if minutes else f"{left} s"
    return text.replace(" ", _NBSP)


def capacity_of(orders: GateOrders) -> str:
    """The ordered capacity, in words."""
    return "celle de l’installation" if orders.capacity is None else f"{number(orders.capacity)} personnes"
