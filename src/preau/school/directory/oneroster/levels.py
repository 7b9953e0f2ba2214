"""From the grades of a roster to French ones. Pure.

Exports name grades in French (``CM2``, ``6EME``), in CEDS codes (``PK``, ``KG``, ``01`` … ``13``: North American
grades, matched here by age) or by one bare digit, which is French in a collège or a lycée (``6`` is the 6e) and CEDS
elsewhere.
Source of the codes: 1EdTech OneRoster 1.2 recommends CEDS *Entry Grade Level*.
"""

import re
import unicodedata
from typing import Final

import msgspec

from preau.school.directory.grades import Grade
from preau.school.directory.models import SchoolKind

_CEDS: Final = dict(
    zip(
        ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"),
        list(Grade)[list(Grade).index(Grade.CP) :],
        strict=True,
    )
) | {"PR": Grade.PS, "PK": Grade.MS, "TK": Grade.GS, "KG": Grade.GS, "13": Grade.TERMINALE}
_WORDS: Final = {
    "SIXIEME": Grade.SIXIEME,
    "CINQUIEME": Grade.CINQUIEME,
    "QUATRIEME": Grade.QUATRIEME,
    "TROISIEME": Grade.TROISIEME,
    "SECONDE": Grade.SECONDE,
    "PREMIERE": Grade.PREMIERE,
    "TERMINALE": Grade.TERMINALE,
}
_FRENCH: Final = re.compile(
    r"(?P<plain>PS|MS|GS|CP|CE1|CE2|CM1|CM2)|(?P<college>[3-6])E(?:ME)?|(?P<seconde>2(?:N?DE?|E))|(?P<premiere>1E?RE)"
    r"|(?P<tle>TLE|TERM)|(?P<word>" + "|".join(_WORDS) + ")",
    re.ASCII,
)
_BARE: Final = {
    "6": Grade.SIXIEME,
    "5": Grade.CINQUIEME,
    "4": Grade.QUATRIEME,
    "3": Grade.TROISIEME,
    "2": Grade.SECONDE,
    "1": Grade.PREMIERE,
    "T": Grade.TERMINALE,
}
YOUNGEST: Final = {SchoolKind.ECOLE: Grade.CP, SchoolKind.COLLEGE: Grade.SIXIEME, SchoolKind.LYCEE: Grade.SECONDE}


class Read(msgspec.Struct, frozen=True):
    """A grade, and whether it was guessed (by age, or from a bare digit)."""

    grade: Grade
    is_guess: bool


def plain(text: str) -> str:
    """Capitals without accents nor blanks."""
    folded = unicodedata.normalize("NFKD", text.upper())
    return "".join(c for c in folded if not unicodedata.combining(c) and not c.isspace())


def _french(match: re.Match[str]) -> Grade:
    if match["plain"]:
        return Grade(match["plain"])
    if match["college"]:
        return Grade(f"{match['college']}E")
    if match["word"]:
        return _WORDS[match["word"]]
    return Grade.SECONDE if match["seconde"] else Grade.PREMIERE if match["premiere"] else Grade.TERMINALE


def read_grade(text: str, kind: SchoolKind | None) -> Read | None:
    """The grade of a cell, in a school of ``kind`` (None = not known). None if it says nothing."""
    code = plain(text)
    match = _FRENCH.fullmatch(code)
    if match:
        return Read(_french(match), is_guess=False)
    if code in _BARE and (kind in {SchoolKind.COLLEGE, SchoolKind.LYCEE} or code == "T"):
        return Read(_BARE[code], is_guess=True)
    grade = _CEDS.get(code) or _CEDS.get(code.zfill(2))
    return None if grade is None else Read(grade, is_guess=True)


def grade_in_title(title: str) -> Grade | None:
    """The grade that the name of a class begins with: ``CM2 B``, ``6e 2``, ``3EME4``, ``Tle G1``."""
    match = _FRENCH.match(plain(title))
    return _french(match) if match else None


def kind_in_name(name: str) -> SchoolKind | None:
    """What a school's name says it is."""
    words = plain(name)
    for kind, starts in (
        (SchoolKind.LYCEE, ("LYCEE", "LPO", "LGT")),
        (SchoolKind.COLLEGE, ("COLLEGE", "CLG")),
        (SchoolKind.ECOLE, ("ECOLE", "EEPU", "EMPU")),
    ):
        if words.startswith(starts):
            return kind
    return None
