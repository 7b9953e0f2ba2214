"""The link that a teacher copies for pupils who stay at the gate: the class's place in the queue, for this lesson.

The order key of a class is made of its group and of the start of the run of lessons. The gate finds that start in a
pupil's card; here it is found in the same way from the lessons of the class group, so that link and cards give one
place. A pupil who has another group's lesson just before stands by the own card a little earlier than by this link.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from preau.school.classroom.models import LiveClass
from preau.school.classroom.selectors import pupils_on_roster
from preau.school.directory.selectors import HOUR_S, group_hours
from preau.tokens import class_link
from preau.tokens.class_link import CAPS, ClassLink

HOURS_OF_A_DAY: Final = 24


def address(live_class: LiveClass, *, now: datetime) -> str:
    """The link of a live class, or nothing once its lesson is over. Two queries."""
    if now >= live_class.ends_at:
        return ""
    people = len(pupils_on_roster(live_class)) + 1
    link = ClassLink(
        expires_at_s=int(live_class.ends_at.timestamp()),
        room=settings.PREAU_KEYRING.pseudonym("group", live_class.slot.class_group_id.hex),
        starts_at_s=run_starts_at_s(live_class),
        cap=min(people, CAPS - 1),
    )
    token = class_link.mint(settings.PREAU_KEYRING, link, now_s=now.timestamp())
    return f"{settings.PREAU_PUBLIC_URL}/l/{token}"


def run_starts_at_s(live_class: LiveClass) -> int:
    """The start of the consecutive busy UTC hours up to this lesson, not before its UTC day; as cards tell hours."""
    starts_at = live_class.starts_at.astimezone(UTC)
    utc_day = starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    busy = group_hours(live_class.slot.class_group, utc_day, utc_day + timedelta(days=1))
    hour = int(starts_at.timestamp() // HOUR_S)
    while hour % HOURS_OF_A_DAY and hour - 1 in busy:
        hour -= 1
    return hour * HOUR_S
