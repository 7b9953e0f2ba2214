"""Hours and days as the language of the page says them."""

from datetime import date, datetime, timedelta
from zlib import crc32

from django.utils.formats import date_format
from django.utils.translation import gettext

HUES = 6
"""Colours that mark subjects in a timetable; see ``.hue-0`` and its neighbours in the style sheet."""


def clock(moment: datetime) -> str:
    """``8 h 42``, with non-breaking spaces, ``8:42`` in English, in the zone that ``moment`` is given in."""
    return gettext("{hour}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{minute}").format(
        hour=moment.hour, minute=f"{moment.minute:02d}"
    )


def long_day(day: date) -> str:
    """``mardi 24 novembre``, or as the language of the page says it."""
    return date_format(day, "l j F")


def short_day(day: date) -> str:
    """``mar. 24``."""
    return date_format(day, "D j").lower()


def school_week(day: date, today: date) -> list[date]:
    """Monday to Friday of the week of ``day``; with its weekend when either day is in it."""
    monday = day - timedelta(days=day.weekday())
    length = 7 if day.weekday() > 4 or (today.weekday() > 4 and 0 <= (today - monday).days < 7) else 5  # noqa: PLR2004  Friday, week
    return [monday + timedelta(days=offset) for offset in range(length)]


def hue_of(subject: str) -> int:
    """The colour of a subject: always the same for the same name."""
    return crc32(subject.encode()) % HUES
