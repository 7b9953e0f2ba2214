"""The demo's timetables: every hour of the week has a lesson, so that the demo works whenever it is tried. Pure.

From Monday to Friday, 8:00 to 12:00 and 13:00 to 17:00, a plausible week. All other hours carry one of a few plain
subjects with the group's own teacher. In the collège and the lycée the three groups read one grid on different days;
since the five cells of a row are five subjects, no teacher is in two classes at once.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from preau.school.directory.grades import Grade

SCHOOL_HOURS: Final = (8, 9, 10, 11, 13, 14, 15, 16)
HOURS_PER_DAY: Final = 24
DAYS_PER_WEEK: Final = 7
HOURS_PER_WEEK: Final = DAYS_PER_WEEK * HOURS_PER_DAY
SCHOOL_DAYS: Final = 5

_ECOLE: Final = (
    ("Lecture", "Lecture", "Lecture", "Lecture", "Lecture"),
    ("Mathématiques", "Français", "Mathématiques", "Mathématiques", "Français"),
    ("Français", "Mathématiques", "EPS", "Français", "Mathématiques"),
    ("Écriture", "Anglais", "Français", "Écriture", "Anglais"),
    ("Questionner le monde", "Mathématiques", "Arts plastiques", "Français", "Questionner le monde"),
    ("EPS", "Questionner le monde", "Éducation musicale", "EPS", "Mathématiques"),
    ("Éducation musicale", "Arts plastiques", "Lecture", "Questionner le monde", "Arts plastiques"),
    ("Français", "EPS", "Mathématiques", "Enseignement moral et civique", "Éducation musicale"),
)
_COLLEGE: Final = (
    ("Mathématiques", "Français", "Anglais", "Histoire-géographie", "SVT"),
    ("Français", "Mathématiques", "EPS", "Anglais", "Histoire-géographie"),
    ("Anglais", "SVT", "Mathématiques", "Français", "Physique-chimie"),
    ("Histoire-géographie", "Espagnol", "Français", "Mathématiques", "Technologie"),
    ("Physique-chimie", "EPS", "Arts plastiques", "Espagnol", "Mathématiques"),
    ("Technologie", "EPS", "Éducation musicale", "SVT", "Français"),
    ("Espagnol", "Histoire-géographie", "Mathématiques", "Physique-chimie", "EPS"),
    ("Éducation musicale", "Français", "Histoire-géographie", "Arts plastiques", "Espagnol"),
)
_LYCEE: Final = (
    ("Français", "Histoire-géographie", "Mathématiques", "Anglais", "SES"),
    ("Mathématiques", "SES", "Français", "Physique-chimie", "Anglais"),
    ("SES", "Anglais", "Physique-chimie", "Mathématiques", "Histoire-géographie"),
    ("SVT", "Français", "EPS", "Histoire-géographie", "Mathématiques"),
    ("Physique-chimie", "Mathématiques", "Espagnol", "SES", "Français"),
    ("Anglais", "SVT", "SNT", "Français", "EPS"),
    ("Espagnol", "Physique-chimie", "Histoire-géographie", "SVT", "SNT"),
    ("Histoire-géographie", "SNT", "SVT", "Espagnol", "Mathématiques"),
)
GRIDS: Final = {"ecole": _ECOLE, "college": _COLLEGE, "lycee": _LYCEE}

_CM: Final = {"Questionner le monde": "Sciences et technologie", "Écriture": "Histoire et géographie"}
NAMED_OTHERWISE: Final[dict[Grade, dict[str, str]]] = {
    Grade.CM1: _CM,
    Grade.CM2: _CM,
    Grade.SIXIEME: {
        "SVT": "Sciences et technologie",
        "Physique-chimie": "Sciences et technologie",
        "Technologie": "Sciences et technologie",
        "Espagnol": "Découverte des langues",
    },
    Grade.PREMIERE: {"SNT": "NSI"},
    Grade.TERMINALE: {"SNT": "NSI"},
}
"""What a subject of the grid is called in some grades; its teacher stays the same."""

OTHER_TEACHER: Final[dict[Grade, dict[str, str]]] = {Grade.TERMINALE: {"Français": "Philosophie"}}
"""Subjects that another teacher gives in some grades, under their own name."""

_OUTSIDE: Final = {
    "ecole": ("Jeux de calcul", "Lecture offerte", "Histoire et géographie"),
    "college": ("Aide aux devoirs", "Lecture suivie", "Mathématiques"),
    "lycee": ("Étude dirigée", "Méthodologie", "Grand oral"),
}


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of the week. ``taught_as``: whose teacher gives it; None = the group's own teacher."""

    weekday: int
    hour: int
    subject: str
    taught_as: str | None


def week_of(section: str, grade: Grade, shift: int) -> Iterator[Lesson]:
    """The 168 lessons of a group's week. ``shift``: how many days further in the grid it reads, distinct by group."""
    for weekday in range(DAYS_PER_WEEK):
        for hour in range(HOURS_PER_DAY):
            if weekday < SCHOOL_DAYS and hour in SCHOOL_HOURS:
                cell = GRIDS[section][SCHOOL_HOURS.index(hour)][(weekday + shift) % SCHOOL_DAYS]
                taught_as = OTHER_TEACHER.get(grade, {}).get(cell, cell)
                subject = NAMED_OTHERWISE.get(grade, {}).get(taught_as, taught_as)
                own_teacher = section == "ecole"
                yield Lesson(weekday=weekday, hour=hour, subject=subject, taught_as=None if own_teacher else taught_as)
            else:
                outside = _OUTSIDE[section]
                yield Lesson(
                    weekday=weekday, hour=hour, subject=outside[(weekday + hour) % len(outside)], taught_as=None
                )
