"""Compares who is in which class, and who answers for whom, with the directory. Reads, writes nothing.

A membership that has ended is history and stays as it is; who comes back gets a new one. One that ends today ends
yesterday in the table (``until`` is included): who is no longer in a class does not enter it any more.
"""

from collections import defaultdict
from datetime import date, timedelta

from preau.school.directory.models import Guardianship, Membership, MembershipRole, Profile
from preau.school.directory.oneroster import roster
from preau.school.directory.oneroster.comparing import SOURCE, Comparison

Key = tuple[str, str, MembershipRole]


def compare_links(comparison: Comparison, today: date) -> None:
    """Memberships, then guardianships."""
    _compare_memberships(comparison, today)
    _compare_guardianships(comparison)


def _is_open(membership: Membership, today: date) -> bool:
    return membership.until is None or membership.until >= today


def _compare_memberships(comparison: Comparison, today: date) -> None:
    rows: dict[Key, list[Membership]] = defaultdict(list)
    imported = Membership.objects.filter(source=SOURCE, person__source=SOURCE, class_group__source=SOURCE)
    for row in imported.select_related("person", "class_group"):
        rows[row.person.source_id, row.class_group.source_id, MembershipRole(row.role)].append(row)
    for key, read in comparison.found.enrolments.items():
        _compare_enrolment(comparison, read, rows.get(key, []), today)
    for key, memberships in rows.items():
        if key not in comparison.found.enrolments and _has_gone(comparison, key):
            for row in memberships:
                if _is_open(row, today):
                    row.until = today - timedelta(days=1)
                    comparison.changes.memberships.closed += 1
                    comparison.changes.memberships.changed.append(row)


def _has_gone(comparison: Comparison, key: Key) -> bool:
    """Whether the folder says that this membership is over: marked so, or missing from a complete file."""
    found, (person, group, _) = comparison.found, key
    if key in found.left_enrolments or person in found.left_people or group in found.left_groups:
        return True
    if person in found.untouched_people or group in found.untouched_groups:
        return False
    if comparison.people[person].closed_at or comparison.groups[group].closed_at:
        return True
    scope = {comparison.schools[school].id for school in found.schools}
    return "enrollments" in found.bulk and comparison.groups[group].school_id in scope


def _compare_enrolment(comparison: Comparison, read: roster.Enrolment, rows: list[Membership], today: date) -> None:
    person, group = comparison.people.get(read.person), comparison.groups.get(read.group)
    if person is None or group is None or person.closed_at or group.closed_at:
        return
    table = comparison.changes.memberships
    open_rows = [row for row in rows if _is_open(row, today)]
    if open_rows:
        row = open_rows[0]
        # Only a first membership takes the date of the file: after a return, that date is the one of the first arrival.
        since = read.since if read.since and len(rows) == 1 else row.since
        if (row.since, row.until) != (since, read.until):
            row.since, row.until = since, read.until
            table.changed.append(row)
    elif not (read.until and read.until < today and any(row.until == read.until for row in rows)):
        since = read.since if read.since and not rows else min(today, read.until or today)
        table.added.append(
            Membership(person=person, class_group=group, role=read.role, since=since, until=read.until, source=SOURCE)
        )


def _compare_guardianships(comparison: Comparison) -> None:
    wanted = _wanted_pairs(comparison)
    table, found = comparison.changes.guardianships, comparison.found
    rows = {
        (row.guardian.source_id, row.pupil.source_id): row
        for row in Guardianship.objects.filter(guardian__source=SOURCE, pupil__source=SOURCE).select_related(
            "guardian", "pupil"
        )
    }
    for guardian, pupil in wanted:
        row = rows.get((guardian, pupil))
        if row is None:
            people = comparison.people
            table.added.append(Guardianship(guardian=people[guardian], pupil=people[pupil]))
        elif row.closed_at is not None:
            row.closed_at = None
            table.reopened += 1
            table.changed.append(row)
    for pair, row in rows.items():
        is_said = all(
            person in found.people for person in pair
        )  # the lines of both were read, and neither names the other
        if pair not in wanted and is_said and row.closed_at is None:
            row.closed_at = comparison.now
            table.closed += 1
            table.changed.append(row)


def _wanted_pairs(comparison: Comparison) -> dict[tuple[str, str], None]:
    """Guardian and pupil of each link; a link may stand in the line of either."""
    people, pairs = comparison.found.people, dict[tuple[str, str], None]()
    for person in people.values():
        for agent_id in person.agents:
            agent = people.get(agent_id)
            if agent and (agent.profile, person.profile) == (Profile.GUARDIAN, Profile.PUPIL):
                pairs[agent.id, person.id] = None
            elif agent and (agent.profile, person.profile) == (Profile.PUPIL, Profile.GUARDIAN):
                pairs[person.id, agent.id] = None
    return pairs
