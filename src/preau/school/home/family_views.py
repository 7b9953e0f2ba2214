"""/famille/: what a guardian sees of each child. One light page, whatever the number of schools."""

from datetime import date, datetime, timedelta
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
from preau.school.directory import sign_in_code
from preau.school.directory.models import ClassGroup, Person, Profile
from preau.school.directory.occurrences import Occurrence, timezone_of
from preau.school.directory.selectors import class_groups_of, occurrences, pupils_of_guardian, teachers_of
from preau.school.home.day import EARLIEST_HOUR, DaySlot, State, slots_of
from preau.school.home.lessons import LessonLine, recent_lessons
from preau.school.pages.moments import clock, long_day
from preau.school.pages.refusals import forbidden
from preau.school.signin.services import refresh_card
from preau.school.work.selectors import progress_of

_WORDS = {
    "present": gettext_lazy("a participé"),
    "late": gettext_lazy("a participé, arrivé·e en retard"),
    "left": gettext_lazy("a participé, parti·e avant la fin"),
    "at_the_door": gettext_lazy("à la porte : la plateforme l’a fait attendre"),
    "offline": gettext_lazy("hors ligne : la connexion a manqué"),
    "absent": gettext_lazy("absent·e"),
}
"""What a register says of a pupil. There is one only once the class has ended."""

_STATES = {
    State.OPEN: gettext_lazy("la classe est ouverte"),
    State.DUE: gettext_lazy("la classe n’est pas encore ouverte"),
    State.ENDED: gettext_lazy("classe terminée"),
    State.MISSED: gettext_lazy("la classe n’a pas été ouverte"),
    State.ALONE: gettext_lazy("travail seul, sans classe en direct"),
}


class ChildSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A lesson of a child's day; ``status``: what the register says of the child, else how the lesson stands."""

    slot: DaySlot
    status: str
    status_code: str


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says of one child."""

    person: Person
    class_group: ClassGroup | None
    slots: list[ChildSlot]
    lessons: list[LessonLine]
    teachers: list[Person]
    class_code: str
    tomorrow: tuple[str, str] | None
    """Hour and subject of the first lesson of tomorrow."""

    @property
    def now(self) -> list[ChildSlot]:
        return [one for one in self.slots if one.slot.is_now and one.slot.begun]

    @property
    def following(self) -> ChildSlot | None:
        return next((one for one in self.slots if not one.slot.begun), None)


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
    """Eight queries."""
    groups = class_groups_of(pupil, today)
    group = groups[0] if groups else None
    lessons: list[Occurrence] = occurrences(groups, today) if groups else []
    return Child(
        person=pupil,
        class_group=group,
        slots=[_with_status(pupil, slot) for slot in slots_of(lessons, now) if _matters(slot)],
        lessons=recent_lessons(progress_of(pupil)),
        teachers=teachers_of(group, today) if group else [],
        class_code=sign_in_code.written(group.sign_in_code) if group else "",
        tomorrow=_first_lesson(occurrences(groups, today + timedelta(days=1))) if groups else None,
    )


def _first_lesson(lessons: list[Occurrence]) -> tuple[str, str] | None:
    """Hour and subject of the first lesson, of those at the usual hours of a school if there are any."""
    starts = [(one.starts_at.astimezone(timezone_of(one.slot)), one.slot.subject.name) for one in lessons]
    usual = [one for one in starts if one[0].hour >= EARLIEST_HOUR]
    return next(((clock(start), subject) for start, subject in usual or starts), None)


def _matters(slot: DaySlot) -> bool:
    """What is over or of unusual hours is shown only if a class was held: the page stays short."""
    return slot.is_now or bool(slot.live_class) or not (slot.over or slot.unusual)


def _with_status(pupil: Person, slot: DaySlot) -> ChildSlot:
    code = ""
    register = published.read_register(settings.PREAU_PUBLISHED, UUID(hex=slot.live_class)) if slot.live_class else None
    if register is not None:
        code = next((str(entry.status) for entry in register.entries if entry.person == pupil.pk.hex), "")
    status = _WORDS.get(code, _("appel non connu")) if code else _STATES.get(slot.state, "")
    return ChildSlot(slot=slot, status=str(status), status_code=code)
