"""/classes/<id>/travail/: what the pupils of a class answered, for its teachers and the head of its school.

Whoever may not see a class is told the same as for a class that does not exist.
"""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from preau.school.content.library import published_lesson
from preau.school.directory.models import ClassGroup, Person
from preau.school.directory.selectors import leads, pupils_of
from preau.school.pages.refusals import not_found, refuse
from preau.school.work.class_work import class_work, item_counts, lesson_of_class_group, writings


@never_cache
@login_required
@require_GET
def work_of_class(request: HttpRequest, class_group_id: UUID) -> HttpResponse:
    """Pupils by lessons: this week, the week before, then how many have begun each other lesson."""
    now = timezone.now()
    group = _group_of(request, class_group_id, now)
    if group is None:
        return not_found(request)
    today = _today_at(group, now)
    pupils = pupils_of(group, today)
    context = {
        "class_group": group,
        "section": group.section.value,
        "pupil_count": len(pupils),
        "work": class_work(group, pupils, today),
    }
    return render(request, "home/class_work.html", context)


@never_cache
@login_required
@require_GET
def work_of_lesson(request: HttpRequest, class_group_id: UUID, course_id: UUID, lesson_key: str) -> HttpResponse:
    """Each question with how many got it, and what was written, with names."""
    now = timezone.now()
    group = _group_of(request, class_group_id, now)
    lesson = lesson_of_class_group(group, course_id, lesson_key) if group else None
    if group is None or lesson is None:
        return not_found(request)
    try:
        items = published_lesson(lesson).items()
    except OSError:
        sentence = _("Le contenu de cette séance n’est pas lisible pour l’instant. Les réponses sont gardées.")
        return refuse(request, code="package_unavailable", sentence=sentence, status=503)
    pupils = pupils_of(group, _today_at(group, now))
    page, found = writings(lesson, items, pupils, request.GET.get("page"))
    context = {
        "class_group": group,
        "section": group.section.value,
        "zone": group.school.timezone,
        "lesson": lesson,
        "pupil_count": len(pupils),
        "counts": item_counts(lesson, items, pupils),
        "page": page,
        "writings": found,
    }
    return render(request, "home/lesson_work.html", context)


def _group_of(request: HttpRequest, class_group_id: UUID, now: datetime) -> ClassGroup | None:
    """The class group if the person who asks may see its work."""
    group = ClassGroup.objects.select_related("school").filter(pk=class_group_id, closed_at=None).first()
    if group is None or not isinstance(request.user, Person):
        return None
    return group if leads(request.user, group, _today_at(group, now)) else None


def _today_at(group: ClassGroup, now: datetime) -> date:
    return now.astimezone(ZoneInfo(group.school.timezone)).date()
