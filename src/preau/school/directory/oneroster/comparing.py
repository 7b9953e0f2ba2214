"""Compares a checked roster with the directory: what has to be added, changed, closed, reopened. Reads, writes nothing.

Rows are matched by the ids of the exporting system; a school also by its UAI. Only rows that an import made are ever
closed, and only in schools that the folder names: an export of one school says nothing of another.
"""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password

from preau.school.directory import sign_in_code
from preau.school.directory.models import ClassGroup, Person, School
from preau.school.directory.oneroster import roster
from preau.school.directory.oneroster.changes import Changes, Table
from preau.school.directory.oneroster.findings import WHOLE_FILE, Findings

SOURCE: Final = "oneroster"


class Comparison:
    """The directory's rows by the ids of the roster, old and new, and the changes found so far."""

    def __init__(self, found: roster.Roster, changes: Changes, findings: Findings, now: datetime) -> None:
        self.found, self.changes, self.findings, self.now = found, changes, findings, now
        self.schools = {school.source_id: school for school in School.objects.filter(source=SOURCE)}
        self.people = {person.source_id: person for person in Person.objects.filter(source=SOURCE)}
        self.groups = {group.source_id: group for group in ClassGroup.objects.filter(source=SOURCE)}

    def compare_rows(self) -> None:
        """Schools, people, groups: those of the roster, then the departures."""
        self._compare_schools()
        self._compare_people()
        self._compare_groups()
        scope = {self.schools[school].id for school in self.found.schools if school in self.schools}
        self._close_people(scope)
        self._close_groups(scope)

    def _compare_schools(self) -> None:
        codes = [school.uai for school in self.found.schools.values() if school.uai]
        by_code = {school.uai: school for school in School.objects.filter(uai__in=codes)}
        for read in self.found.schools.values():
            row = self.schools.get(read.id)
            namesake = by_code.get(read.uai) if read.uai else None
            if namesake is not None and namesake.source not in {"", SOURCE}:
                sentence = f"Le code UAI {read.uai} est déjà celui d’un établissement qui ne vient pas d’un import."
                self.findings.reject("orgs", WHOLE_FILE, "uai_taken", sentence)
                continue
            if row is None and namesake is not None and namesake.source == "":
                row = namesake
            taken = namesake is not None and namesake is not row and (row is None or namesake.id != row.id)
            if taken:
                sentence = f"Le code UAI {read.uai} est déjà celui d’un autre établissement importé : ignoré."
                self.findings.warn("orgs", WHOLE_FILE, "uai_taken", sentence)
            wanted = {
                "name": read.name,
                "kind": read.kind.value,
                "uai": (row.uai if row else None) if taken or not read.uai else read.uai,
                "source": SOURCE,
                "source_id": read.id,
            }
            if row is None:
                self.schools[read.id] = School(**wanted)
                self.changes.schools.added.append(self.schools[read.id])
            else:
                self.schools[read.id] = row
                _update(self.changes.schools, row, wanted)

    def _compare_people(self) -> None:
        wanted_logins = [read.login for read in self.found.people.values() if read.login]
        owners = dict(Person.objects.filter(login__in=wanted_logins).values_list("login", "id"))
        unusable = make_password(None)
        for read in self.found.people.values():
            row = self.people.get(read.id)
            if read.school not in self.schools:
                continue
            wanted = {
                "school_id": self.schools[read.school].id,
                "profile": read.profile.value,
                "given_name": read.given_name,
                "family_name": read.family_name,
                "login": self._login(read, row, owners),
                "closed_at": None,
            }
            if row is None:
                row = Person(source=SOURCE, source_id=read.id, password=unusable, **wanted)
                self.people[read.id] = row
                self.changes.people.added.append(row)
            else:
                self.changes.people.reopened += row.closed_at is not None
                _update(self.changes.people, row, wanted)

    def _login(self, read: roster.Person, row: Person | None, owners: dict[str | None, UUID]) -> str | None:
        """The login of the file unless somebody else has it; without one in the file, the one there was."""
        kept = row.login if row else None
        owner = owners.get(read.login) if read.login else None
        if owner is not None and (row is None or owner != row.id):
            sentence = f"L’identifiant de {read.given_name} {read.family_name} est déjà pris : compte sans connexion."
            self.findings.warn("users", WHOLE_FILE, "login_taken", sentence)
            return kept
        return read.login or kept

    def _compare_groups(self) -> None:
        taken = set(ClassGroup.objects.values_list("sign_in_code", flat=True))
        for read in self.found.groups.values():
            row = self.groups.get(read.id)
            if read.school not in self.schools:
                continue
            wanted = {
                "school_id": self.schools[read.school].id,
                "name": read.name,
                "grade": read.grade.value,
                "school_year": read.school_year,
                "closed_at": None,
            }
            if row is None:
                row = ClassGroup(source=SOURCE, source_id=read.id, sign_in_code=_fresh_code(taken), **wanted)
                self.groups[read.id] = row
                self.changes.groups.added.append(row)
            else:
                self.changes.groups.reopened += row.closed_at is not None
                _update(self.changes.groups, row, wanted)

    def _close_people(self, scope: set[UUID]) -> None:
        found = self.found
        for person_id, row in self.people.items():
            stays = person_id in found.people or person_id in found.untouched_people or row.closed_at is not None
            is_missing = "users" in found.bulk and row.school_id in scope
            if not stays and (is_missing or person_id in found.left_people):
                row.closed_at = self.now
                self.changes.people.closed += 1
                self.changes.people.changed.append(row)

    def _close_groups(self, scope: set[UUID]) -> None:
        found = self.found
        for group_id, row in self.groups.items():
            stays = group_id in found.groups or group_id in found.untouched_groups or row.closed_at is not None
            is_missing = "classes" in found.bulk and row.school_id in scope
            if not stays and (is_missing or group_id in found.left_groups):
                row.closed_at = self.now
                self.changes.groups.closed += 1
                self.changes.groups.changed.append(row)


def _update(table: Table, row: School | Person | ClassGroup, wanted: Mapping[str, object]) -> None:
    """Notes the row as changed if it differs."""
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if different:
        for name, value in different.items():
            setattr(row, name, value)
        table.changed.append(row)


def _fresh_code(taken: set[str]) -> str:
    """A sign-in code that no class group has; noted in ``taken``."""
    rng = random.SystemRandom()
    code = sign_in_code.draw(rng)
    while code in taken:  # 3.8e11 codes: the second draw is already a rarity
        code = sign_in_code.draw(rng)
    taken.add(code)
    return code
