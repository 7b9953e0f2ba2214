"""Reads of the directory for the import of a timetable: what lines may name, and the slots that are not over."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Max, Q

from preau.school.directory.models import (
    ClassGroup,
    Membership,
    MembershipRole,
    Person,
    Profile,
    School,
    Subject,
    TimetableSlot,
)
from preau.school.directory.occurrences import timezone_of
from preau.school.directory.timetable_import import known as names
from preau.school.directory.timetable_import.columns import folded
from preau.school.directory.timetable_import.lessons import Standing


def known(today: date) -> names.Known:
    """The schools, their open class groups and their teachers, who are known wherever they teach. Four queries."""
    groups = list(ClassGroup.objects.filter(closed_at=None))
    school_of = {group.id: group.school_id for group in groups}
    teaches: defaultdict[UUID, set[UUID]] = defaultdict(set)
    posts = Membership.objects.filter(Q(until=None) | Q(until__gte=today), role=MembershipRole.TEACHER)
    for person, group in posts.filter(class_group__closed_at=None).values_list("person_id", "class_group_id"):
        teaches[person].add(group)
    return names.Known(
        schools=[
            names.School(id=school.id, uai=school.uai or "", source_id=school.source_id, name=school.name)
            for school in School.objects.all()
        ],
        groups=[
            names.Group(
                id=group.id,
                school=group.school_id,
                source_id=group.source_id,
                name=group.name,
                school_year=group.school_year,
            )
            for group in groups
        ],
        teachers=[
            names.Teacher(
                id=person.id,
                login=person.login or "",
                given_name=person.given_name,
                family_name=person.family_name,
                schools=frozenset({person.school_id, *(school_of[group] for group in teaches[person.id])}),
                groups=frozenset(teaches[person.id]),
            )
            for person in Person.objects.filter(profile=Profile.TEACHER, closed_at=None)
        ],
    )


def standing(schools: Iterable[UUID], today: date) -> list[Standing]:
    """The slots of these schools whose last day is ``today`` or later. One query."""
    slots = (
        TimetableSlot.objects.filter(class_group__school__in=list(schools), valid_until__gte=today)
        .filter(class_group__closed_at=None)
        .select_related("class_group__school", "subject")
        .annotate(last_taught_at=Max("live_classes__starts_at"))
    )
    return [
        Standing(
            id=slot.id,
            school=slot.class_group.school_id,
            key=(
                slot.class_group_id,
                folded(slot.subject.name),
                slot.teacher_id,
                slot.weekday,
                slot.starts_at,
                slot.minutes,
                slot.live,
            ),
            since=slot.valid_from,
            until=slot.valid_until,
            last_taught_on=slot.last_taught_at.astimezone(timezone_of(slot)).date() if slot.last_taught_at else None,
        )
        for slot in slots
    ]


def groups_with_slots(schools: Iterable[UUID]) -> frozenset[UUID]:
    """The class groups of these schools that have a timetable, or had one. One query."""
    slots = TimetableSlot.objects.filter(class_group__school__in=list(schools)).order_by()
    return frozenset(slots.values_list("class_group_id", flat=True).distinct())


def subjects(schools: Iterable[UUID]) -> dict[tuple[UUID, str], Subject]:
    """School and folded name -> subject. One query."""
    found = Subject.objects.filter(school__in=list(schools)).order_by("-name")
    return {(subject.school_id, folded(subject.name)): subject for subject in found}
