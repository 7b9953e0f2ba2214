"""Fills an installation with the demo, once; a second time adds what is missing and changes nothing else.

What somebody changed meanwhile (a new code, a departure) stays as it is. In a later school year the demo's timetable is
prolonged instead of ending.
"""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from preau.school.content.models import Course, CourseAssignment
from preau.school.content.services import assign_course, import_markdown
from preau.school.demo.accounts import PASSWORD, login_of
from preau.school.demo.draft import SOURCE, Draft, Standing, draft_directory, group_id
from preau.school.demo.grids import HOURS_PER_WEEK
from preau.school.demo.people import all_groups
from preau.school.demo.schools import OPERATOR
from preau.school.directory.models import ClassGroup, Guardianship, Person, TimetableSlot
from preau.school.directory.selectors import school_year_of

COURSES = Path(__file__).parent / "courses"
_ZONE = ZoneInfo("Europe/Paris")
_YEARS = 2
"""How long the timetable goes on: a demo left running does not fall silent in summer."""
_BATCH = 400
"""Rows of one INSERT: 400 people of 15 columns stay well under SQLite's 32,766 parameters."""


class SeedReport(msgspec.Struct, kw_only=True):
    """What was added, by table, and the courses that could not be imported."""

    added: dict[str, int]
    refused_courses: list[str]


def seed(now: datetime) -> SeedReport:
    """Three schools with people, a week of timetable and courses; idempotent."""
    today = now.astimezone(_ZONE).date()
    with transaction.atomic():
        added = _seed_directory(today)
    refused = _seed_courses(now, today)
    return SeedReport(added=added, refused_courses=refused)


def _seed_directory(today: date) -> dict[str, int]:
    year = school_year_of(today)
    until = date(year + _YEARS, 8, 31)
    slots = TimetableSlot.objects.filter(class_group__source=SOURCE)
    has_operator = Person.objects.filter(source=SOURCE, login=login_of(OPERATOR)).exists()
    if has_operator and slots.filter(valid_until__gte=until).count() == HOURS_PER_WEEK * len(all_groups()):
        return {}
    standing = Standing(
        keyring=settings.PREAU_KEYRING,
        password_hash=make_password(PASSWORD),
        unusable_password=make_password(None),
        school_year=year,
        since=date(year, 7, 31),  # the day before the year turns: also true where the day begins later than in Paris
        until=until,
    )
    added = _write(draft_directory(standing))
    slots.filter(valid_until__lt=until).update(valid_until=until)
    ClassGroup.objects.filter(source=SOURCE, school_year__lt=year).update(school_year=year)
    return added


def _write(draft: Draft) -> dict[str, int]:
    added: dict[str, int] = {}
    for model, rows in draft.by_model():
        table = model._default_manager  # noqa: SLF001  Django documents it, for code that is given a model
        known = set(table.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        missing = [row for row in rows if row.pk not in known]
        table.bulk_create(missing, batch_size=_BATCH)
        added[model.__name__] = len(missing)
    pairs = set(Guardianship.objects.filter(guardian__source=SOURCE).values_list("guardian", "pupil"))
    missing_pairs = [row for row in draft.guardianships if (row.guardian_id, row.pupil_id) not in pairs]
    Guardianship.objects.bulk_create(missing_pairs, batch_size=_BATCH)
    return added | {"Guardianship": len(missing_pairs)}


def _seed_courses(now: datetime, today: date) -> list[str]:
    """Imports the course folders that ship with the demo; gives each to its groups, from September on."""
    refused = []
    starts_on = date(school_year_of(today), 9, 1)
    for name in sorted({group.course for group in all_groups()}):
        if not (COURSES / name).is_dir():
            continue
        report = import_markdown(COURSES / name, now)
        if not report.ok:
            refused.append(name)
            continue
        course = Course.objects.get(id=report.course_id)
        for group in all_groups():
            if group.course == name:
                _assign_once(course, group_id(group.name), starts_on)
    return refused


def _assign_once(course: Course, class_group_id: UUID, starts_on: date) -> None:
    """An assignment that exists keeps the first week it was given."""
    if not CourseAssignment.objects.filter(course=course, class_group=class_group_id).exists():
        assign_course(course=course, class_group=ClassGroup.objects.get(id=class_group_id), starts_on=starts_on)
