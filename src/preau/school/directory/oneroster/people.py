"""Checks users and, in OneRoster 1.2, their roles. Pure."""

from typing import Final

import msgspec

from preau.school.directory.models import Profile
from preau.school.directory.oneroster import roster
from preau.school.directory.oneroster.cells import Bad, read_list, read_name
from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.oneroster.lines import lawful
from preau.school.directory.oneroster.tables import Line, Tables, shown

PROFILES: Final = {
    "student": Profile.PUPIL,
    "teacher": Profile.TEACHER,
    "administrator": Profile.HEAD,
    "principal": Profile.HEAD,
    "siteadministrator": Profile.HEAD,
    "aide": Profile.SCHOOL_LIFE,
    "counselor": Profile.SCHOOL_LIFE,
    "proctor": Profile.SCHOOL_LIFE,
    "guardian": Profile.GUARDIAN,
    "parent": Profile.GUARDIAN,
    "relative": Profile.GUARDIAN,
}
"""Administrators of a whole district or of the system get no account by an import: too much hangs on it."""

_MAX_NAME: Final = 100
_MAX_LOGIN: Final = 150


class _Post(msgspec.Struct, frozen=True):
    """Where somebody belongs, and as what, in the words of the file."""

    role: str
    orgs: list[str]


def check_people(tables: Tables, found: roster.Roster, findings: Findings, schools: frozenset[str]) -> None:
    """Adds the lawful users to ``found``."""
    posts = _posts(tables, findings)
    for line in tables.lines.get("users", []):
        found.untouched_people.add(line["sourcedId"])
    logins: set[str] = set()
    for line, user_id, leaving in lawful(tables, "users", findings):
        if leaving or line["enabledUser"].casefold() == "false":
            found.left_people.add(user_id)
            continue
        orgs = read_list(line["primaryOrgSourcedId"]) + read_list(line["orgSourcedIds"])
        post = posts.get(user_id) or _Post(line["role"], orgs)
        person = _person(line, user_id, post, schools, findings)
        if isinstance(person, Bad):
            findings.refuse("users", line.number, person.code, person.sentence)
            continue
        found.people[user_id] = msgspec.structs.replace(person, login=_login(line, person.profile, logins, findings))
    found.untouched_people -= found.people.keys() | found.left_people
    _check_agents(tables, found, findings)


def _posts(tables: Tables, findings: Findings) -> dict[str, _Post]:
    """User -> their primary post, of the roles file (1.2)."""
    posts: dict[str, _Post] = {}
    for line in tables.lines.get("roles", []):
        if findings.is_refused("roles", line.number) or line["status"].casefold() == "tobedeleted":
            continue
        user = line["userSourcedId"]
        if user not in posts or line["roleType"].casefold() == "primary":
            posts[user] = _Post(line["role"], [line["orgSourcedId"]])
    return posts


def _person(line: Line, user_id: str, post: _Post, schools: frozenset[str], findings: Findings) -> roster.Person | Bad:
    given_name = read_name(line["preferredGivenName"] or line["givenName"], _MAX_NAME)
    family_name = read_name(line["preferredFamilyName"] or line["familyName"], _MAX_NAME)
    if isinstance(given_name, Bad):
        return given_name
    if isinstance(family_name, Bad):
        return family_name
    if not given_name:
        return Bad("name_missing", "Cette personne n’a pas de prénom.")
    profile = PROFILES.get(post.role.casefold())
    if profile is None:
        return Bad("unknown_role", f"Rôle inconnu : « {shown(post.role)} ».")
    known = [org for org in dict.fromkeys(post.orgs) if org in schools]
    if not known:
        return Bad("unknown_school", f"Établissement inconnu : « {shown(', '.join(post.orgs))} ».")
    if not family_name:
        findings.warn("users", line.number, "family_name_missing", "Cette personne n’a pas de nom de famille.")
    if len(known) > 1:
        findings.warn("users", line.number, "several_schools", "Plusieurs établissements : le premier est retenu.")
    agents = tuple(read_list(line["agentSourcedIds"] or line["agents"]))
    return roster.Person(
        id=user_id,
        school=known[0],
        profile=profile,
        given_name=given_name,
        family_name=family_name,
        login="",
        agents=agents,
    )


def _login(line: Line, profile: Profile, logins: set[str], findings: Findings) -> str:
    """The login of an adult; pupils sign in with their codes and need none."""
    if profile is Profile.PUPIL:
        return ""
    login = read_name(line["username"], _MAX_LOGIN)
    if isinstance(login, Bad) or not login:
        findings.warn("users", line.number, "no_login", "Sans identifiant lisible (username) : compte sans connexion.")
        return ""
    if login.casefold() in logins:
        sentence = f"Identifiant déjà pris par une ligne plus haut : « {shown(login)} » ; compte sans connexion."
        findings.warn("users", line.number, "duplicate_login", sentence)
        return ""
    logins.add(login.casefold())
    return login


def _check_agents(tables: Tables, found: roster.Roster, findings: Findings) -> None:
    for line in tables.lines.get("users", []):
        person = found.people.get(line["sourcedId"])
        unknown = [agent for agent in person.agents if agent not in found.people] if person else []
        if unknown:
            sentence = f"Personne liée inconnue, ignorée : « {shown(unknown[0])} »."
            findings.warn("users", line.number, "unknown_agent", sentence)
