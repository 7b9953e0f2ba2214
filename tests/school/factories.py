"""Small people, groups and lessons for the school's tests. Plain functions; every name has a default."""

import itertools
import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings

from preau.school.classroom.models import LiveClass
from preau.school.directory import sign_in_code
from preau.school.directory.models import (
    ClassGroup,
    Guardianship,
    Membership,
    MembershipRole,
    Person,
    Profile,
    School,
    SchoolKind,
    Subject,
    TimetableSlot,
)
from preau.school.directory.uai import check_letter

NOW = datetime(2026, 11, 24, 7, 35, tzinfo=UTC)
"""Tuesday, 8:35 in Paris."""

YEAR_FROM, YEAR_UNTIL = date(2026, 9, 1), date(2027, 7, 3)
_count = itertools.count(1)


def make_school(**fields: Any) -> School:
    number = next(_count)
    digits = f"075{number:04}"
    defaults = {"uai": digits + check_letter(digits), "name": f"École {number}", "kind": SchoolKind.ECOLE}
    return School.objects.create(**(defaults | fields))


def make_class_group(school: School | None = None, **fields: Any) -> ClassGroup:
    code = sign_in_code.draw(random.Random(next(_count)))  # noqa: S311  a test repeats itself
    defaults = {"name": "CM2 B", "grade": "CM2", "school_year": 2026, "sign_in_code": code}
    return ClassGroup.objects.create(school=school or make_school(), **(defaults | fields))


def make_person(school: School, profile: Profile, **fields: Any) -> Person:
    defaults = {"given_name": "Inès", "family_name": f"Martin{next(_count)}"}
    return Person.objects.create_person(school=school, profile=profile, **(defaults | fields))


def enrol(person: Person, class_group: ClassGroup, **fields: Any) -> Membership:
    role = MembershipRole.TEACHER if person.profile == Profile.TEACHER else MembershipRole.PUPIL
    defaults = {"role": role, "since": YEAR_FROM}
    return Membership.objects.create(person=person, class_group=class_group, **(defaults | fields))


def make_pupil(class_group: ClassGroup, **fields: Any) -> Person:
    person = make_person(class_group.school, Profile.PUPIL, **fields)
    enrol(person, class_group)
    return person


def make_teacher(class_group: ClassGroup, **fields: Any) -> Person:
    person = make_person(class_group.school, Profile.TEACHER, **fields)
    enrol(person, class_group)
    return person


def make_guardian(*pupils: Person, **fields: Any) -> Person:
    guardian = make_person(pupils[0].school, Profile.GUARDIAN, **fields)
    for pupil in pupils:
        Guardianship.objects.create(guardian=guardian, pupil=pupil)
    return guardian


def make_slot(class_group: ClassGroup, teacher: Person, subject: str = "Mathématiques", **fields: Any) -> TimetableSlot:
    """Tuesdays 8:30 to 9:30 on the school's clock, from September to July."""
    matter, _ = Subject.objects.get_or_create(school=class_group.school, name=subject)
    defaults = {
        "weekday": 1,
        "starts_at": time(8, 30),
        "minutes": 60,
        "valid_from": YEAR_FROM,
        "valid_until": YEAR_UNTIL,
    }
    return TimetableSlot.objects.create(class_group=class_group, subject=matter, teacher=teacher, **(defaults | fields))


def register_entry(
    pupil: Person, status: str, *, first_seen_at_s: int | None = None, present_s: int = 0
) -> dict[str, Any]:
    """A line of a published register."""
    return {
        "person": pupil.id.hex,
        "status": status,
        "first_seen_at_s": first_seen_at_s,
        "last_seen_at_s": first_seen_at_s,
        "present_s": present_s,
    }


def publish_register(
    live_class: LiveClass, *entries: dict[str, Any], ended_at: datetime = NOW, reports: Sequence[dict[str, Any]] = ()
) -> None:
    """What the live room does when a class has ended."""
    folder = settings.PREAU_PUBLISHED / "registers"
    folder.mkdir(parents=True, exist_ok=True)
    register = {
        "v": 1,
        "live_class": live_class.id.hex,
        "opened_at_s": int(live_class.opened_at.timestamp()),
        "ended_at_s": int(ended_at.timestamp()),
        "entries": entries,
    }
    register["reports"] = list(reports)
    (folder / f"{live_class.id.hex}.json").write_text(json.dumps(register), "utf-8")
