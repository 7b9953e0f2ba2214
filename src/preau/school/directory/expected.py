"""How many people the timetable lets expect at the gate, minute by minute: it prepares for 8:30 before 8:30."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from preau.published.files import write_by_rename
from preau.published.shapes import EXPECTED_ARRIVALS_FILE, ExpectedArrivals, encode
from preau.school.directory.models import ClassGroup
from preau.school.directory.occurrences import Occurrence
from preau.school.directory.selectors import occurrences

EARLY: Final = timedelta(minutes=3)
SPREAD: Final = timedelta(minutes=4)
"""People come three minutes before their lesson, give or take four: research on the gate, 3.4."""

SAME_STAY: Final = timedelta(minutes=30)
"""A class whose last lesson ended so lately is inside already."""

LONGEST_MINUTES: Final = 1440


def arrivals(
    lessons: Iterable[Occurrence], sizes: dict[UUID, int], *, first: datetime, minutes: int
) -> ExpectedArrivals:
    """What these lessons (in the order of their beginning) bring in the ``minutes`` from ``first`` on. Pure.

    ``sizes``: people of each class group, its teacher included.
    """
    per_minute = [0.0] * minutes
    inside_until: dict[UUID, datetime] = {}
    for lesson in lessons:
        group = lesson.slot.class_group_id
        if lesson.starts_at - inside_until.get(group, datetime.min.replace(tzinfo=lesson.starts_at.tzinfo)) > SAME_STAY:
            _add(per_minute, sizes.get(group, 0), lesson.starts_at - EARLY - first)
        inside_until[group] = max(lesson.ends_at, inside_until.get(group, lesson.ends_at))
    return ExpectedArrivals(
        first_minute_s=int(first.timestamp()), per_minute=[round(people, 2) for people in per_minute]
    )


def _add(per_minute: list[float], people: int, mean: timedelta) -> None:
    """Spreads ``people`` round ``mean`` after the first minute, by the normal distribution."""
    minute = timedelta(minutes=1)
    first = max(0, int((mean - 4 * SPREAD) / minute))
    for index in range(first, min(len(per_minute), int((mean + 4 * SPREAD) / minute) + 1)):
        per_minute[index] += people * (_below((index + 1) * minute - mean) - _below(index * minute - mean))


def _below(distance: timedelta) -> float:
    return 0.5 * (1 + math.erf(distance / SPREAD / math.sqrt(2)))


def expected_arrivals(now: datetime) -> ExpectedArrivals:
    """From an hour ago to a day ahead. Three queries."""
    first = (now - timedelta(hours=1)).replace(second=0, microsecond=0)
    # Only who is a member today: a class that changes overnight is counted anew with the next round.
    today = Q(memberships__since__lte=now.date()) & (Q(memberships__until=None) | Q(memberships__until__gte=now.date()))
    groups = ClassGroup.objects.filter(closed_at=None).annotate(size=Count("memberships", filter=today, distinct=True))
    sizes = {group.id: group.size for group in groups}
    days = (now.date(), now.date() + timedelta(days=1))
    lessons = [lesson for day in days for lesson in occurrences(groups, day)]
    lessons.sort(key=lambda lesson: lesson.starts_at)
    return arrivals(lessons, sizes, first=first, minutes=LONGEST_MINUTES)


def publish_expected_arrivals(now: datetime) -> Path:
    """Writes ``published/expected_arrivals.json``, which is written again every ten minutes."""
    target: Path = settings.PREAU_PUBLISHED / EXPECTED_ARRIVALS_FILE
    write_by_rename(target, encode(expected_arrivals(now)), durable=False)
    return target
