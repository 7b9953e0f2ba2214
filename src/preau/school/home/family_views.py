"""/famille/: what a guardian sees of each child. One light page, whatever the number of schools."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from preau.school.classroom import published
from preau.school.directory.models import ClassGroup, Person, Profile
from preau.school.directory.occurrences import Occurrence
from preau.school.directory.selectors import class_groups_of, occurrences, pupils_of_guardian
from preau.school.home.day import DaySlot, slots_of
from preau.school.home.lessons import LessonLine, recent_lessons
from preau.school.pages.moments import long_day
from preau.school.pages.refusals import forbidden
from preau.school.signin.services import refresh_card
from preau.school.work.selectors import progress_of

_WORDS = {
    "present": gettext_lazy("en classe"),
    "late": gettext_lazy("en classe, arrivé·e en retard"),
    "left": gettext_lazy("en classe, parti·e avant la fin"),
    "at_the_door": gettext_lazy("à la porte"),
    "offline": gettext_lazy("hors ligne, travail reçu"),
    "absent": gettext_lazy("absent·e"),
}


class ChildSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A lesson of a child's day; ``status`` what the register says of the child, in words, or empty."""

    slot: DaySlot
    status: str
    status_code: str


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says of one child."""

    person: Person
    class_group: ClassGroup | None
    slots: list[ChildSlot]
    lessons: list[LessonLine]


@never_cache
@login_required
@require_GET
def family(request: HttpRequest) -> HttpResponse:
    """Today of every child."""
    person = request.user
    if not isinstance(person, Person) or person.profile != Profile.GUARDIAN:
        return forbidden(request)
    now = timezone.now()
    today = timezone.localdate(now)
    children = [_child(pupil, today, now) for pupil in pupils_of_guardian(person)]
    at_the_door = any(slot.status_code == "at_the_door" for child in children for slot in child.slots)
    context = {"children": children, "long_day": long_day(today), "at_the_door": at_the_door}
    response = render(request, "home/family.html", context)
    refresh_card(request, response, person, now=now)
    return response


def _child(pupil: Person, today: date, now: datetime) -> Child:
    """Six queries."""
    groups = class_groups_of(pupil, today)
    lessons: list[Occurrence] = occurrences(groups, today) if groups else []
    return Child(
        person=pupil,
        class_group=groups[0] if groups else None,
        slots=[_with_status(pupil, slot) for slot in slots_of(lessons, now) if _matters(slot)],
        lessons=recent_lessons(progress_of(pupil)),
    )


def _matters(slot: DaySlot) -> bool:
    """What is over or of unusual hours is shown only if a class was held: the page stays short."""
    return slot.is_now or bool(slot.live_class) or not (slot.over or slot.unusual)


def _with_status(pupil: Person, slot: DaySlot) -> ChildSlot:
    code = ""
    register = published.read_register(settings.PREAU_PUBLISHED, UUID(hex=slot.live_class)) if slot.live_class else None
    if register is not None:
        code = next((str(entry.status) for entry in register.entries if entry.person == pupil.pk.hex), "")
    return ChildSlot(slot=slot, status=str(_WORDS.get(code, _("appel non connu"))) if code else "", status_code=code)
