"""The demo's directory as unsaved rows, with the same ids on every installation. No input or output.

``Draft`` holds rows in the order in which they can be written.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

import msgspec
from django.db.models import Model

from preau.school.demo import grids, people, schools
from preau.school.demo.accounts import login_of
from preau.school.demo.schools import PlannedGroup, PlannedSchool
from preau.school.directory.models import (
    ClassGroup,
    Guardianship,
    Membership,
    MembershipRole,
    Person,
    Profile,
    School,
    Subject,
    TimetableSlot,
)
from preau.school.signin.codes import digest
from preau.tokens.keyring import Keyring

SOURCE = "demo"
_NAMESPACE = UUID("6f1c9a0e-5c0b-5f55-9a1d-2f3b8c7d0e11")
_LESSON_MINUTES = 60


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows depend on besides the plan: keys, the one password's hash, the school year's days."""

    keyring: Keyring
    password_hash: str
    unusable_password: str
    school_year: int
    since: date
    until: date


class Draft(msgspec.Struct, kw_only=True):
    """Rows by model, parents first."""

    schools: list[School] = []
    people: list[Person] = []
    subjects: list[Subject] = []
    groups: list[ClassGroup] = []
    memberships: list[Membership] = []
    guardianships: list[Guardianship] = []
    slots: list[TimetableSlot] = []

    def by_model(self) -> Iterator[tuple[type[Model], list[Model]]]:
        """Model and rows, in the order of writing; guardianships apart, as their ids are the database's."""
        lists = (self.schools, self.people, self.subjects, self.groups, self.memberships, self.slots)
        for rows in lists:
            yield type(rows[0]), [*rows]


def row_id(kind: str, *names: object) -> UUID:
    """The id of a row of the demo, the same on every installation."""
    return uuid5(_NAMESPACE, "/".join((kind, *map(str, names))))


def draft_directory(standing: Standing) -> Draft:
    """Three schools with everybody and every lesson in them."""
    draft = Draft()
    for planned in schools.SCHOOLS:
        _school(draft, planned, standing)
    operator = _adult(draft, draft.schools[0], schools.OPERATOR, Profile.AUTHOR, standing)
    operator.operates_since = datetime.combine(standing.since, time(), tzinfo=UTC)
    _guardians(draft, standing)
    return draft


def _school(draft: Draft, planned: PlannedSchool, standing: Standing) -> None:
    school = School(
        id=row_id("school", planned.uai),
        uai=planned.uai,
        name=planned.name,
        kind=planned.kind,
        city=planned.city,
        source=SOURCE,
        source_id=planned.uai,
    )
    draft.schools.append(school)
    _adult(draft, school, planned.head, Profile.HEAD, standing)
    _adult(draft, school, planned.school_life, Profile.SCHOOL_LIFE, standing)
    teachers = {key: _adult(draft, school, name, Profile.TEACHER, standing) for key, name in planned.teachers.items()}
    for group in planned.groups:
        _group(draft, school, group, teachers, standing)


def _person(school: School, profile: Profile, key: str, given_name: str, family_name: str) -> Person:
    return Person(
        id=row_id("person", school.uai, key),
        school=school,
        profile=profile,
        given_name=given_name,
        family_name=family_name,
        source=SOURCE,
        source_id=f"{school.uai}/{key}",
    )


def _adult(draft: Draft, school: School, full_name: str, profile: Profile, standing: Standing) -> Person:
    given_name, _, family_name = full_name.partition(" ")
    person = _person(school, profile, full_name, given_name, family_name)
    person.login, person.password = login_of(full_name), standing.password_hash
    draft.people.append(person)
    return person


def _group(
    draft: Draft, school: School, planned: PlannedGroup, teachers: dict[str, Person], standing: Standing
) -> None:
    group = ClassGroup(
        id=group_id(planned.name),
        school=school,
        name=planned.name,
        grade=planned.grade,
        school_year=standing.school_year,
        sign_in_code=planned.sign_in_code,
        source=SOURCE,
        source_id=planned.name,
    )
    draft.groups.append(group)
    for index, pupil in enumerate(people.pupils_of_group(planned)):
        person = _person(school, Profile.PUPIL, f"{planned.name}/{index}", pupil.given_name, pupil.family_name)
        person.password = standing.unusable_password
        person.code_digest = digest(standing.keyring, group.id, pupil.code)
        draft.people.append(person)
        draft.memberships.append(_membership(person, group, MembershipRole.PUPIL, standing))
    _timetable(draft, group, planned, teachers, standing)


def _timetable(
    draft: Draft, group: ClassGroup, planned: PlannedGroup, teachers: dict[str, Person], standing: Standing
) -> None:
    teaching = {}
    subjects = {subject.id: subject for subject in draft.subjects}
    for lesson in grids.week_of(planned.grade.section.value, planned.grade, planned.shift):
        teacher = teachers[lesson.taught_as or planned.teacher]
        teaching[teacher.id] = teacher
        subject_id = row_id("subject", group.school.uai, lesson.subject)
        if subject_id not in subjects:
            subjects[subject_id] = Subject(id=subject_id, school=group.school, name=lesson.subject)
            draft.subjects.append(subjects[subject_id])
        draft.slots.append(
            TimetableSlot(
                id=row_id("slot", planned.name, lesson.weekday, lesson.hour),
                class_group=group,
                subject=subjects[subject_id],
                teacher=teacher,
                weekday=lesson.weekday,
                starts_at=time(lesson.hour),
                minutes=_LESSON_MINUTES,
                valid_from=standing.since,
                valid_until=standing.until,
            )
        )
    draft.memberships.extend(_membership(t, group, MembershipRole.TEACHER, standing) for t in teaching.values())


def _membership(person: Person, group: ClassGroup, role: MembershipRole, standing: Standing) -> Membership:
    membership_id = row_id("membership", group.id, person.id, role.value)
    return Membership(
        id=membership_id, person=person, class_group=group, role=role, since=standing.since, source=SOURCE
    )


def _guardians(draft: Draft, standing: Standing) -> None:
    by_id = {person.id: person for person in draft.people}
    school_of = {group.id: group.school for group in draft.groups}
    for number, guardian in enumerate(people.guardians()):
        pupils = [
            by_id[row_id("person", school_of[group_id(name)].uai, f"{name}/{index}")]
            for name, index in guardian.children
        ]
        person = _person(
            pupils[0].school, Profile.GUARDIAN, f"guardian/{number}", guardian.given_name, guardian.family_name
        )
        full_name = person.full_name
        person.login = login_of(full_name) if number == 0 else f"{login_of(full_name)}.{number}"
        person.password = standing.password_hash
        draft.people.append(person)
        draft.guardianships.extend(Guardianship(guardian=person, pupil=pupil) for pupil in pupils)


def group_id(name: str) -> UUID:
    """The id of a class group of the demo."""
    return row_id("group", name)
