"""The headings of a timetable's file: in French, in any order, with or without accents and capitals. Pure."""

import unicodedata
from typing import Final

SCHOOL: Final = "établissement"
CLASS: Final = "classe"
SUBJECT: Final = "matière"
TEACHER: Final = "enseignant"
DAY: Final = "jour"
START: Final = "début"
MINUTES: Final = "durée"
END: Final = "fin"
SINCE: Final = "du"
UNTIL: Final = "au"
LIVE: Final = "en direct"

READ: Final = (SCHOOL, CLASS, SUBJECT, TEACHER, DAY, START, MINUTES, END, SINCE, UNTIL, LIVE)
REQUIRED: Final = (CLASS, SUBJECT, TEACHER, DAY, START)
"""And one of ``MINUTES`` and ``END``."""

_ALIASES: Final = {
    "uai": SCHOOL,
    "ecole": SCHOOL,
    "professeur": TEACHER,
    "enseignante": TEACHER,
    "enseignant(e)": TEACHER,
    "heure de debut": START,
    "heure de fin": END,
    "duree (minutes)": MINUTES,
    "duree (min)": MINUTES,
}
"""What people write instead, folded."""


def folded(text: str) -> str:
    """A text as it is compared: one blank between words, no capitals, no accents."""
    parts = unicodedata.normalize("NFKD", " ".join(text.split()))
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold()


_BY_FOLDED: Final = {folded(column): column for column in READ} | _ALIASES


def column_of(heading: str) -> str | None:
    """The column that a heading names, or None."""
    return _BY_FOLDED.get(folded(heading))
