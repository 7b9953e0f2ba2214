"""/journee/: the day of a pupil, the day of a teacher."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from preau.school.content.selectors import lesson_of_the_day
from preau.school.directory.models import Person, Profile
from preau.school.directory.selectors import class_groups_of, occurrences_of_person
from preau.school.home.day import other_day_of, read_day, slots_of, today_of
from preau.school.home.lessons import recent_lessons, with_progress
from preau.school.pages.context import home_of
from preau.school.pages.moments import clock, long_day, school_week, short_day
from preau.school.pages.refusals import refuse
from preau.school.signin.services import refresh_card
from preau.school.work.selectors import progress_of


@never_cache
@login_required
@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """The day of whoever has lessons; the others have another first page."""
    person = request.user
    if not isinstance(person, Person) or person.profile not in {Profile.PUPIL, Profile.TEACHER}:
        return redirect(home_of(person) if isinstance(person, Person) else "/")
    now = timezone.now()
    today = timezone.localdate(now)
    day = read_day(request.GET.get("jour"), today)
    if day is None:
        sentence = _("Ce jour n’existe pas dans l’emploi du temps.")
        return refuse(request, code="bad_day", sentence=sentence, status=400)
    context = _frame(person, day, today, now)
    if person.profile == Profile.PUPIL:
        context |= _work_of(person, day, context["class_groups"])
        response = render(request, "home/pupil_day.html", context)
    else:
        response = render(request, "home/teacher_day.html", context)
    refresh_card(request, response, person, now=now)
    return response


def _frame(person: Person, day: date, today: date, now: datetime) -> dict[str, Any]:
    groups = class_groups_of(person, today)
    week = school_week(day, today)
    slots = slots_of(occurrences_of_person(person, day), now)
    with_register = person.profile == Profile.TEACHER
    return {
        "person": person,
        "class_groups": groups,
        "day": today_of(slots, with_register=with_register) if day == today else other_day_of(slots),
        "long_day": long_day(day),
        "is_today": day == today,
        "week": [
            {"iso": one.isoformat(), "name": short_day(one), "shown": one == day, "today": one == today} for one in week
        ],
        "previous_week": date.fromordinal(week[0].toordinal() - 7).isoformat(),
        "next_week": date.fromordinal(week[0].toordinal() + 7).isoformat(),
        "now": timezone.localtime(now),
        "clock": clock(timezone.localtime(now)),
    }


def _work_of(person: Person, day: date, groups: list[Any]) -> dict[str, Any]:
    """Today's lesson and the last ones begun, with their rings."""
    progress = progress_of(person)
    lesson = next((found for group in groups if (found := lesson_of_the_day(group, day))), None)
    return {
        "section": groups[0].section.value if groups else "",
        "lesson": with_progress(lesson, progress) if lesson else None,
        "recent": recent_lessons(progress, but=(lesson.course_id, lesson.lesson_key) if lesson else None),
    }
