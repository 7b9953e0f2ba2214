"""The demo's three schools and ten class groups, as data. All invented: no such establishment has these codes."""

from typing import Final

import msgspec

from preau.school.directory.grades import Grade
from preau.school.directory.models import SchoolKind


class PlannedPupil(msgspec.Struct, frozen=True):
    """A pupil whose name and code never change. ``code``: as ``preau.school.signin.codes`` writes it."""

    given_name: str
    family_name: str
    code: str


class PlannedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A class group. ``course``: folder of its demo course; ``teacher``: of the class (école), or principal teacher.

    ``shift``: see ``grids.week_of``. ``sign_in_code``: fixed and public, as stored.
    """

    name: str
    grade: Grade
    sign_in_code: str
    teacher: str
    course: str
    shift: int
    pupils: tuple[PlannedPupil, ...] = ()


class PlannedSchool(msgspec.Struct, frozen=True, kw_only=True):
    """An establishment. ``teachers``: by subject; école teachers, who give all subjects, by their group's name."""

    uai: str
    name: str
    kind: SchoolKind
    city: str
    head: str
    school_life: str
    teachers: dict[str, str]
    groups: tuple[PlannedGroup, ...]


_ECOLE: Final = PlannedSchool(
    uai="0990011Z",
    name="École élémentaire Jules-Ferry",
    kind=SchoolKind.ECOLE,
    city="Belrive-sur-Loire",
    head="Nadia Rousseau",
    school_life="Hervé Colin",
    teachers={"CP A": "Olivier Blanc", "CE1 A": "Fatima Cherif", "CM1 A": "Claire Lefèvre", "CM2 B": "Thomas Guyon"},
    groups=(
        PlannedGroup(
            name="CP A",
            grade=Grade.CP,
            sign_in_code="PREAUACP",
            teacher="CP A",
            course="cp",
            shift=0,
            pupils=(
                PlannedPupil("Adam", "Benali", "chat-soleil-pomme-bateau"),
                PlannedPupil("Noé", "Martin", "lune-velo-fleur-cle"),
            ),
        ),
        PlannedGroup(name="CE1 A", grade=Grade.CE1, sign_in_code="PREAUCEA", teacher="CE1 A", course="cp", shift=1),
        PlannedGroup(
            name="CM1 A",
            grade=Grade.CM1,
            sign_in_code="PREAUCMA",
            teacher="CM1 A",
            course="cm1",
            shift=2,
            pupils=(
                PlannedPupil("Inès", "Martin", "chat-lune-maison-arbre"),
                PlannedPupil("Malo", "Kerbrat", "etoile-poisson-ballon-cle"),
                PlannedPupil("Aïcha", "Traoré", "nuage-livre-coeur-escargot"),
            ),
        ),
        PlannedGroup(name="CM2 B", grade=Grade.CM2, sign_in_code="PREAUCMB", teacher="CM2 B", course="cm1", shift=3),
    ),
)
_COLLEGE: Final = PlannedSchool(
    uai="0990012A",
    name="Collège Simone-Veil",
    kind=SchoolKind.COLLEGE,
    city="Belrive-sur-Loire",
    head="Philippe Aumont",
    school_life="Mariam Sangaré",
    teachers={
        "Mathématiques": "Karim Haddad",
        "Français": "Hélène Picard",
        "Histoire-géographie": "Bruno Castel",
        "Anglais": "Susan Leblanc",
        "Espagnol": "Pilar Moreno",
        "SVT": "Juliette Wagner",
        "Physique-chimie": "Ahmed Mansouri",
        "Technologie": "Pascal Lenoir",
        "EPS": "Coralie Joubert",
        "Arts plastiques": "Maud Perrot",
        "Éducation musicale": "Yann Le Goff",
    },
    groups=(
        PlannedGroup(
            name="6e 2",
            grade=Grade.SIXIEME,
            sign_in_code="PREAU6EB",
            teacher="SVT",
            course="sixieme",
            shift=0,
            pupils=(
                PlannedPupil("Léo", "Nguyen", "lampe-violon-citron"),
                PlannedPupil("Lina", "Martin", "tapis-castor-girafe"),
            ),
        ),
        PlannedGroup(
            name="5e 1", grade=Grade.CINQUIEME, sign_in_code="PREAUCNE", teacher="Français", course="sixieme", shift=2
        ),
        PlannedGroup(
            name="3e 4",
            grade=Grade.TROISIEME,
            sign_in_code="PREAU3ED",
            teacher="Mathématiques",
            course="troisieme",
            shift=3,
            pupils=(PlannedPupil("Aya", "Diallo", "jardin-piano-renne"),),
        ),
    ),
)
_LYCEE: Final = PlannedSchool(
    uai="0990013B",
    name="Lycée Olympe-de-Gouges",
    kind=SchoolKind.LYCEE,
    city="Montclair",
    head="Valérie Santoni",
    school_life="Didier Robin",
    teachers={
        "SES": "Anne Morel",
        "Mathématiques": "Vincent Roy",
        "Français": "Leïla Amrani",
        "Philosophie": "Paul Sauvage",
        "Histoire-géographie": "Cécile Tardieu",
        "Anglais": "Grace O’Neill",
        "Espagnol": "Luis Ortega",
        "SVT": "Marion Teissier",
        "Physique-chimie": "Bertrand Kim",
        "SNT": "Samira Belkacem",
        "EPS": "Loïc Marchetti",
    },
    groups=(
        PlannedGroup(
            name="2de 5",
            grade=Grade.SECONDE,
            sign_in_code="PREAUDEF",
            teacher="SES",
            course="seconde",
            shift=0,
            pupils=(PlannedPupil("Jade", "Moreau", "vanille-cerise-moulin"),),
        ),
        PlannedGroup(
            name="1re G3", grade=Grade.PREMIERE, sign_in_code="PREAUREG", teacher="Français", course="seconde", shift=2
        ),
        PlannedGroup(
            name="Tle G1",
            grade=Grade.TERMINALE,
            sign_in_code="PREAUTLE",
            teacher="Philosophie",
            course="seconde",
            shift=3,
        ),
    ),
)
SCHOOLS: Final = (_ECOLE, _COLLEGE, _LYCEE)

OPERATOR: Final = "Maxime Perrin"
"""Operates the gate; on the list of the first school, as an author: of all staff they see least of the pupils."""

GUARDIAN: Final = "Sophie Martin"
"""She has three children in two schools."""
CHILDREN_OF_GUARDIAN: Final = (("CM1 A", "Inès"), ("CP A", "Noé"), ("6e 2", "Lina"))

FEWEST_PUPILS: Final = 18
MOST_PUPILS: Final = 25
