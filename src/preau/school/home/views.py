"""The pages that everybody may read: front page, sections, help, accessibility, comfort."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from preau.school.content.selectors import courses_by_section, lesson_of_the_section
from preau.school.directory.grades import Grade, Section
from preau.school.directory.models import Person
from preau.school.home.service_state import read_state
from preau.school.pages.context import COMFORT_COOKIE, CONTRAST, ENGLISH, SPACING, home_of

_YEAR_S: Final = 365 * 86_400


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """What this is, in one glance; the three sections; the ways in; the state of the service."""
    person = request.user if isinstance(request.user, Person) else None
    context = {
        "sections": [{"key": section.value, "label": section.label, "grades": _grades(section)} for section in Section],
        "state": read_state(settings.PREAU_DATA, timezone.now()),
        "home": home_of(person) if person else "",
        "person": person,
        "demo": settings.PREAU_DEMO,
    }
    return render(request, "home/front.html", context)


def _grades(section: Section) -> str:
    grades = [grade for grade in Grade if grade.section == section]
    return f"{grades[0].label} – {grades[-1].label}"


@require_GET
def section(request: HttpRequest, name: str) -> HttpResponse:
    """The courses of a section, grade by grade, and a lesson to begin with at once."""
    shown = Section(name)
    courses = courses_by_section(name)
    grades = [
        {"label": grade.label, "courses": [course for course in courses if course.grade == grade]}
        for grade in Grade
        if grade.section == shown
    ]
    context = {
        "shown": shown,
        "section": shown.value,
        "grades": [grade for grade in grades if grade["courses"]],
        "lesson": lesson_of_the_section(name, timezone.localdate()),
    }
    return render(request, "home/section.html", context)


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Short answers."""
    return render(request, "home/help.html")


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """What is done, what is not, whom to tell."""
    return render(request, "home/accessibility.html")


@require_http_methods(["GET", "POST"])
def comfort(request: HttpRequest) -> HttpResponse:
    """How one likes to read, and in which language. Kept on the device for a year; it says nothing of anybody."""
    if request.method == "GET":
        return render(request, "home/comfort.html", {"saved": "garde" in request.GET})
    wanted = [name for name in (CONTRAST, SPACING, ENGLISH) if request.POST.get(name) == "oui"]
    response = HttpResponse(status=303, headers={"Location": "/confort/?garde=1"})
    response.set_cookie(
        COMFORT_COOKIE,
        "-".join(wanted),
        max_age=_YEAR_S,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=False,  # lessons are the same file for everybody: their script reads it
    )
    return response
