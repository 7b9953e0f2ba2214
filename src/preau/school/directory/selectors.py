"""Reads of the directory: who is in which class group, and when there is class.

Days are local to the schools concerned, instants are aware. Departed people and closed groups do not appear.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from preau.school.directory.grades import Grade
from preau.school.directory.models import ClassGroup, Guardianship, MembershipRole, Person, Profile, TimetableSlot
from preau.school.directory.occurrences import Occurrence, at_instant, occurrence_on, occurrences_near
from preau.tokens.card import hours_mask

__all__ = [
    "CARD_LEAD",
    "Occurrence",
    "by_grade",
    "card_hours",
    "class_groups_of",
    "current_occurrence",
    "group_hours",
    "leads",
    "occurrence_at",
    "occurrences",
    "occurrences_of_person",
    "pupils_of",
    "pupils_of_guardian",
    "school_year_of",
    "teachers_of",
]

OPENS_BEFORE = timedelta(minutes=10)
"""How long before its start a lesson counts as here: time to enter and to try the microphone."""

CARD_LEAD = timedelta(minutes=15)
"""A card says busy from so long before the lesson: pupils who come early are expected, not strangers."""

CARD_DAYS = 7
"""A card's mask holds one week."""

HOUR_S = 3600

_FIRST_MONTH = 8
"""Classes begin on 1 September at the earliest; rosters of the new year are imported from August on."""


def school_year_of(day: date) -> int:
    """The school year of a day, named by its September."""
    return day.year if day.month >= _FIRST_MONTH else day.year - 1


def _open_on(day: date, prefix: str = "") -> Q:
    """Memberships (reached through ``prefix``) that hold on ``day``, both ends included."""
    ends = Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day})
    return Q(**{f"{prefix}since__lte": day}) & ends


def by_grade(class_groups: Iterable[ClassGroup]) -> list[ClassGroup]:
    """In the order in which schools list their classes: by school, from the petite section on, then by name."""
    return sorted(class_groups, key=lambda group: (group.school.name, Grade(group.grade).rank, group.name))


def class_groups_of(person: Person, today: date) -> list[ClassGroup]:
    """The groups ``person`` is in on ``today``, as pupil or teacher. One query."""
    groups = ClassGroup.objects.filter(_open_on(today, "memberships__"), memberships__person=person, closed_at=None)
    return by_grade(groups.select_related("school").distinct())


def _members(class_group: ClassGroup, today: date, role: MembershipRole) -> list[Person]:
    people = Person.objects.filter(
        _open_on(today, "memberships__"),
        memberships__class_group=class_group,
        memberships__role=role,
        closed_at=None,
    )
    return list(people.distinct())


def pupils_of(class_group: ClassGroup, today: date) -> list[Person]:
    """The pupils of the group on ``today``, by family name. One query."""
    return _members(class_group, today, MembershipRole.PUPIL)


def teachers_of(class_group: ClassGroup, today: date) -> list[Person]:
    """The teachers of the group on ``today``, by family name. One query."""
    return _members(class_group, today, MembershipRole.TEACHER)


def leads(person: Person, class_group: ClassGroup, today: date) -> bool:
    """Whether ``person`` is a teacher of the group on ``today``, or the head of its school. One query at most."""
    if person.profile == Profile.HEAD:
        return person.school_id == class_group.school_id
    return person.profile == Profile.TEACHER and person in teachers_of(class_group, today)


def pupils_of_guardian(guardian: Person) -> list[Person]:
    """The pupils ``guardian`` answers for, of all schools, with their school. One query."""
    mine = Guardianship.objects.filter(guardian=guardian, closed_at=None).values("pupil")
    return list(Person.objects.filter(id__in=mine, closed_at=None).select_related("school"))


def _slots() -> QuerySet[TimetableSlot]:
    return TimetableSlot.objects.filter(class_group__closed_at=None).select_related(
        "subject", "teacher", "class_group__school"
    )


def _slots_of_person(person: Person, first: date, last: date) -> QuerySet[TimetableSlot]:
    """A teacher's own slots; for anybody else, those of the groups they are in on a day from ``first`` to ``last``."""
    if person.profile == Profile.TEACHER:
        return _slots().filter(teacher=person)
    ends = Q(memberships__until=None) | Q(memberships__until__gte=first)
    groups = ClassGroup.objects.filter(ends, memberships__since__lte=last, memberships__person=person)
    return _slots().filter(class_group__in=groups)


def _order_of_lessons(occurrence: Occurrence) -> tuple[datetime, int, str]:
    group = occurrence.slot.class_group
    return occurrence.starts_at, Grade(group.grade).rank, group.name


def _on(slots: QuerySet[TimetableSlot], day: date) -> list[Occurrence]:
    found = slots.filter(weekday=day.weekday(), valid_from__lte=day, valid_until__gte=day)
    dated = [occurrence for slot in found if (occurrence := occurrence_on(slot, day)) is not None]
    return sorted(dated, key=_order_of_lessons)


def occurrences(class_groups: Iterable[ClassGroup], day: date) -> list[Occurrence]:
    """The lessons of these groups that begin on the local ``day``, in order. One query."""
    return _on(_slots().filter(class_group__in=list(class_groups)), day)


def occurrences_of_person(person: Person, day: date) -> list[Occurrence]:
    """The lessons a pupil has, or a teacher gives, on the local ``day``. One query."""
    return _on(_slots_of_person(person, day, day), day)


def _near(slots: QuerySet[TimetableSlot], now: datetime) -> QuerySet[TimetableSlot]:
    """Only slots that can have a lesson round ``now``: three weekdays, since the local day is not known yet."""
    days = [now.date() + timedelta(days=offset) for offset in (-2, -1, 0, 1, 2)]
    weekdays = {day.weekday() for day in days}
    return slots.filter(weekday__in=weekdays, valid_from__lte=days[-1], valid_until__gte=days[0])


def current_occurrence(class_group: ClassGroup, now: datetime, before: timedelta = OPENS_BEFORE) -> Occurrence | None:
    """The group's lesson under way at ``now``, or else the one that begins within ``before``. One query."""
    return at_instant(_near(_slots().filter(class_group=class_group), now), now, before=before)


def occurrence_at(slot: TimetableSlot, now: datetime, before: timedelta = OPENS_BEFORE) -> Occurrence | None:
    """This slot's lesson at ``now``, or the one that begins within ``before``."""
    return at_instant([slot], now, before=before)


def card_hours(person: Person, now: datetime) -> str:
    """The ``hours`` of a card: the UTC hours of the next seven days that touch a lesson or its lead. One query."""
    horizon = now + timedelta(days=CARD_DAYS)
    first, last = _days_round(now, horizon)
    return hours_mask(_busy_hours(_slots_of_person(person, first, last), now, horizon))


def group_hours(class_group: ClassGroup, since: datetime, until: datetime) -> set[int]:
    """The UTC hours (since 1970) from ``since`` to ``until`` in which a pupil's card says busy. One query."""
    return _busy_hours(_slots().filter(class_group=class_group), since, until)


def _days_round(since: datetime, until: datetime) -> tuple[date, date]:
    """A day or two wider than asked: it is not yet known which day it is at the school."""
    return (since - timedelta(days=2)).date(), (until + timedelta(days=1)).date()


def _busy_hours(slots: QuerySet[TimetableSlot], since: datetime, until: datetime) -> set[int]:
    first, last = _days_round(since, until)
    hours: set[int] = set()
    for slot in slots.filter(valid_from__lte=last, valid_until__gte=first):
        for occurrence in occurrences_near(slot, since, days_after=(until - since).days + 1):
            first_s = max((occurrence.starts_at - CARD_LEAD).timestamp(), since.timestamp())
            last_s = min(occurrence.ends_at, until).timestamp()
            if first_s < last_s:
                hours.update(range(int(first_s // HOUR_S), int((last_s - 1) // HOUR_S) + 1))
    return hours
