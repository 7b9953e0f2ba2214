"""Checks enrolments against people and classes. Pure."""

from datetime import date
from typing import Final

from preau.school.directory.models import MembershipRole, Profile
from preau.school.directory.oneroster import roster
from preau.school.directory.oneroster.cells import Bad, is_leaving, read_date
from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.oneroster.tables import Line, Tables, shown

ROLES: Final = {"student": MembershipRole.PUPIL, "teacher": MembershipRole.TEACHER}
_NO_MEMBERS: Final = frozenset({"administrator", "proctor", "aide"})
"""Lawful roles that make nobody a member of a class here."""
_PROFILES: Final = {MembershipRole.PUPIL: Profile.PUPIL, MembershipRole.TEACHER: Profile.TEACHER}

Key = tuple[str, str, MembershipRole]


def check_enrolments(tables: Tables, found: roster.Roster, findings: Findings, known: roster.Known) -> None:
    """Adds the lawful enrolments to ``found``."""
    profiles = known.people | {person.id: person.profile for person in found.people.values()}
    groups = known.groups | found.groups.keys()
    for line in tables.lines.get("enrollments", []):
        if findings.is_refused("enrollments", line.number) or line["role"].casefold() in _NO_MEMBERS:
            continue
        read = _enrolment(line, profiles, groups)
        if isinstance(read, Bad):
            findings.refuse("enrollments", line.number, read.code, read.sentence)
            found.untouched_people.add(line["userSourcedId"])
            continue
        key = read.person, read.group, read.role
        if is_leaving(line["status"]) is True:
            found.left_enrolments.add(key)
        elif key in found.enrolments:
            sentence = "Plusieurs fois dans cette classe : la dernière période est retenue."
            findings.warn("enrollments", line.number, "duplicate_enrolment", sentence)
            found.enrolments[key] = max(found.enrolments[key], read, key=lambda one: one.until or date.max)
        else:
            found.enrolments[key] = read
            _warn_of_school(line, found, findings)
    found.left_enrolments -= found.enrolments.keys()


def _enrolment(line: Line, profiles: dict[str, Profile], groups: frozenset[str]) -> roster.Enrolment | Bad:
    user, group, role = line["userSourcedId"], line["classSourcedId"], ROLES.get(line["role"].casefold())
    leaving, since, until = is_leaving(line["status"]), read_date(line["beginDate"]), read_date(line["endDate"])
    for bad in (leaving, since, until):
        if isinstance(bad, Bad):
            return bad
    if role is None:
        return Bad("unknown_role", f"Rôle inconnu : « {shown(line['role'])} ».")
    if user not in profiles:
        return Bad("unknown_user", f"Personne inconnue : « {shown(user)} ».")
    if group not in groups:
        return Bad("unknown_class", f"Classe inconnue : « {shown(group)} ».")
    if profiles[user] is not _PROFILES[role]:
        return Bad("role_mismatch", f"Inscription comme {role.label} d’une personne qui ne l’est pas.")
    if isinstance(since, Bad) or isinstance(until, Bad) or (since and until and until < since):
        return Bad("dates_reversed", "La fin précède le début.")
    return roster.Enrolment(person=user, group=group, role=role, since=since, until=until)


def _warn_of_school(line: Line, found: roster.Roster, findings: Findings) -> None:
    group = found.groups.get(line["classSourcedId"])
    if group and line["schoolSourcedId"] and line["schoolSourcedId"] != group.school:
        findings.warn(
            "enrollments", line.number, "other_school", "La classe est d’un autre établissement : elle décide."
        )
