"""What a folder of OneRoster files says once it has been checked: schools, people, groups, who is in which."""

from datetime import date

import msgspec

from preau.school.directory.grades import Grade
from preau.school.directory.models import MembershipRole, Profile, SchoolKind


class School(msgspec.Struct, frozen=True, kw_only=True):
    """An org of type *school*. ``uai`` None where ``identifier`` is none."""

    id: str
    name: str
    kind: SchoolKind
    uai: str | None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user. ``login`` "" = none. ``agents``: ids of the people linked to them, guardians or pupils."""

    id: str
    school: str
    profile: Profile
    given_name: str
    family_name: str
    login: str
    agents: tuple[str, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A class. ``school_year``: of its September."""

    id: str
    school: str
    name: str
    grade: Grade
    school_year: int


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a class. ``since``/``until`` None where the file gives no date."""

    person: str
    group: str
    role: MembershipRole
    since: date | None
    until: date | None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier imports left, for files that leave out what has not changed. Ids only."""

    schools: frozenset[str] = frozenset()
    people: dict[str, Profile] = {}
    groups: frozenset[str] = frozenset()


class Roster(msgspec.Struct, kw_only=True):
    """The lawful lines. ``left_*``: ids marked as gone, or (with ``bulk``) all that is not named.

    ``untouched_*``: ids whose line was refused: they are neither changed nor taken for departed.
    """

    schools: dict[str, School] = {}
    people: dict[str, Person] = {}
    groups: dict[str, Group] = {}
    enrolments: dict[tuple[str, str, MembershipRole], Enrolment] = {}
    bulk: frozenset[str] = frozenset()
    left_people: set[str] = set()
    left_groups: set[str] = set()
    left_enrolments: set[tuple[str, str, MembershipRole]] = set()
    untouched_people: set[str] = set()
    untouched_groups: set[str] = set()
