"""/etablissement/: the day of a whole school, for its head and school life."""

from collections import Counter
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from preau.school.classroom.reports import counts_of
from preau.school.directory.models import ClassGroup, MembershipRole, Person, Profile, School
from preau.school.directory.selectors import by_grade, occurrences
from preau.school.home.day import DaySlot, State, slots_of
from preau.school.pages.moments import long_day
from preau.school.pages.refusals import forbidden
from preau.school.signin.services import refresh_card


@never_cache
@login_required
@require_GET
def my_school(request: HttpRequest) -> HttpResponse:
    """Class groups, today's lessons with their live classes and registers, counts."""
    person = request.user
    if not isinstance(person, Person) or person.profile not in {Profile.HEAD, Profile.SCHOOL_LIFE}:
        return forbidden(request)
    now = timezone.now()
    today = timezone.localdate(now)
    groups = _groups(person.school, today)
    slots = slots_of(occurrences(groups, today), now)
    context: dict[str, Any] = {
        "school": person.school,
        "groups": groups,
        "lessons_now": [slot for slot in slots if slot.is_now],
        "other_lessons": [
            slot for slot in slots if not slot.is_now and (slot.over or not slot.unusual or slot.live_class)
        ],
        "counts": _counts(slots),
        "reported": _reported(slots),
        "long_day": long_day(today),
        "leads": person.profile == Profile.HEAD,
        "people": _people(person.school),
    }
    response = render(request, "home/my_school.html", context)
    refresh_card(request, response, person, now=now)
    return response


def _groups(school: School, today: date) -> list[ClassGroup]:
    """By grade, with ``pupil_count`` and ``without_code``, the pupils who have no code yet. One query."""
    present = Q(
        memberships__role=MembershipRole.PUPIL, memberships__since__lte=today, memberships__person__closed_at=None
    ) & (Q(memberships__until=None) | Q(memberships__until__gte=today))
    return by_grade(
        ClassGroup.objects.filter(school=school, closed_at=None)
        .select_related("school")
        .annotate(
            pupil_count=Count("memberships", filter=present),
            without_code=Count("memberships", filter=present & Q(memberships__person__code_digest="")),
        )
    )


def _counts(slots: list[DaySlot]) -> dict[str, int]:
    states = Counter(slot.state for slot in slots)
    return {"open": states[State.OPEN], "due": states[State.DUE], "ended": states[State.ENDED]}


def _reported(slots: list[DaySlot]) -> list[tuple[DaySlot, int]]:
    """Today's lessons in whose live class something was reported, and how often. No query."""
    ended = {slot.live_class: slot for slot in slots if slot.live_class and slot.state is State.ENDED}
    return [(ended[hex_id], count) for hex_id, count in counts_of(ended).items()]


def _people(school: School) -> dict[str, int]:
    rows = Person.objects.filter(school=school, closed_at=None).values("profile").annotate(n=Count("pk")).order_by()
    return {row["profile"]: row["n"] for row in rows}
