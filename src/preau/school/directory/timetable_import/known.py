"""Finds in the directory what the cells of a line name: school, class group, teacher. Pure once it is loaded."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import msgspec

from preau.school.directory.oneroster.cells import Bad
from preau.school.directory.oneroster.tables import shown
from preau.school.directory.timetable_import.columns import folded


class School(msgspec.Struct, frozen=True, kw_only=True):
    """A school; ``uai`` and ``source_id`` "" where it has none."""

    id: UUID
    uai: str
    source_id: str
    name: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """An open class group. ``school_year``: of its September."""

    id: UUID
    school: UUID
    source_id: str
    name: str
    school_year: int


class Teacher(msgspec.Struct, frozen=True, kw_only=True):
    """A teacher who has not left, of one of ``schools``; ``groups``: those they are enrolled in."""

    id: UUID
    login: str
    given_name: str
    family_name: str
    schools: frozenset[UUID]
    groups: frozenset[UUID]


class Known:
    """The directory by what people write. Each look-up costs the same however large the directory is."""

    def __init__(self, schools: Iterable[School], groups: Iterable[Group], teachers: Iterable[Teacher]) -> None:
        self.schools = list(schools)
        self._schools: defaultdict[str, dict[UUID, School]] = defaultdict(dict)
        self._groups: defaultdict[tuple[UUID, str], dict[UUID, Group]] = defaultdict(dict)
        self._teachers: defaultdict[tuple[UUID, str], dict[UUID, Teacher]] = defaultdict(dict)
        for school in self.schools:
            for name in filter(None, (school.uai, school.source_id, school.name)):
                self._schools[folded(name)][school.id] = school
        for group in groups:
            for name in filter(None, (group.source_id, group.name)):
                self._groups[group.school, _packed(name)][group.id] = group
        for teacher in teachers:
            self._add_teacher(teacher)

    def _add_teacher(self, teacher: Teacher) -> None:
        both = f"{teacher.given_name} {teacher.family_name}", f"{teacher.family_name} {teacher.given_name}"
        for school in teacher.schools:
            for name in filter(None, (teacher.login, *both)):
                self._teachers[school, folded(name)][teacher.id] = teacher

    def school(self, text: str) -> School | Bad:
        """By UAI, id of its source or name; the only one there is, if nothing is said."""
        if not text and len(self.schools) == 1:
            return self.schools[0]
        if not text:
            return Bad("school_missing", "Il y a plusieurs établissements : dites lequel (code UAI ou nom).")
        found = list(self._schools.get(folded(text), {}).values())
        if not found:
            return Bad("unknown_school", f"Établissement inconnu : « {shown(text)} ».")
        if len(found) > 1:
            return Bad("ambiguous_school", f"Plusieurs établissements : « {shown(text)} ». Donnez le code UAI.")
        return found[0]

    def group(self, text: str, *, school: School, school_year: int) -> Group | Bad:
        """By name or id of its source; among namesakes, that of ``school_year``."""
        if not text:
            return Bad("class_missing", "La classe manque.")
        found = list(self._groups.get((school.id, _packed(text)), {}).values())
        if len(found) > 1:
            found = [group for group in found if group.school_year == school_year] or found
        if not found:
            return Bad("unknown_class", f"Classe inconnue dans cet établissement : « {shown(text)} ».")
        if len(found) > 1:
            return Bad(
                "ambiguous_class", f"Plusieurs classes : « {shown(text)} ». Donnez leur identifiant de l’import."
            )
        return found[0]

    def teacher(self, text: str, *, school: UUID) -> Teacher | Bad:
        """By login, or by both names if nobody else of the school has them."""
        if not text:
            return Bad("teacher_missing", "L’enseignant manque.")
        found = list(self._teachers.get((school, folded(text)), {}).values())
        exact = [teacher for teacher in found if teacher.login == text]
        if not found:
            return Bad("unknown_teacher", f"Enseignant inconnu dans cet établissement : « {shown(text)} ».")
        if len(exact or found) > 1:
            return Bad("ambiguous_teacher", f"Plusieurs enseignants : « {shown(text)} ». Donnez l’identifiant.")
        return (exact or found)[0]


def _packed(text: str) -> str:
    """Names of classes are written with and without blanks: ``6e A``, ``6eA``."""
    return folded(text).replace(" ", "")
