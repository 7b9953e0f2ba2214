"""Courses to look at: all of them, one of them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from preau.school.content.models import Course, CourseAssignment, Lesson
from preau.school.content.selectors import lessons_of_courses, published_courses
from preau.school.directory.grades import Grade, Section
from preau.school.directory.models import ClassGroup, Person
from preau.school.directory.selectors import class_groups_of
from preau.school.pages.refusals import refuse
from preau.school.work.selectors import progress_of


def _cards(request: HttpRequest, courses: list[Course]) -> list[dict[str, Any]]:
    """Each course with its number of lessons, and how many of them the signed-in person has done."""
    lessons = lessons_of_courses([course.pk for course in courses])
    done = _done_lessons(request)
    cards = []
    for course in courses:
        own = [lesson for lesson in lessons if lesson.edition.course_id == course.pk]
        finished = sum((course.pk.hex, lesson.key) in done for lesson in own)
        cards.append(
            {
                "course": course,
                "grade": Grade(course.grade).label if course.grade else "",
                "section": course.section.value if course.section else "",
                "lesson_count": len(own),
                "done_count": finished,
            }
        )
    return cards


def _done_lessons(request: HttpRequest) -> set[tuple[str, str]]:
    if not isinstance(request.user, Person):
        return set()
    return {place for place, progress in progress_of(request.user).items() if progress.done}


def courses(request: HttpRequest) -> HttpResponse:
    """Own courses first and once, then the others by section: what is nearest to the own grade comes first."""
    groups = class_groups_of(request.user, timezone.localdate()) if isinstance(request.user, Person) else []
    own_ids = set(CourseAssignment.objects.filter(class_group__in=groups).values_list("course_id", flat=True))
    cards = sorted(_cards(request, published_courses()), key=lambda card: _distance(card["course"].grade, groups))
    others = [card for card in cards if card["course"].pk not in own_ids]
    shelves = [
        {"title": Section(section).label, "cards": [card for card in others if card["section"] == section]}
        for section in dict.fromkeys(card["section"] for card in cards if card["section"])
    ]
    shelves.append({"title": _("autres parcours"), "cards": [card for card in others if not card["section"]]})
    context = {
        "own": [card for card in cards if card["course"].pk in own_ids],
        "shelves": [shelf for shelf in shelves if shelf["cards"]],
    }
    return render(request, "home/courses.html", context)


def _distance(grade: str, groups: list[ClassGroup]) -> tuple[bool, int, int]:
    """How far a course is from the class groups of the person: another section first, then grades; else by grade."""
    if not grade:
        return True, len(Grade), 0
    course = Grade(grade)
    own = [Grade(group.grade) for group in groups]
    elsewhere = bool(own) and course.section not in {one.section for one in own}
    return elsewhere, min((abs(course.rank - one.rank) for one in own), default=0), course.rank


def course(request: HttpRequest, course_id: UUID) -> HttpResponse:
    """The lessons of one course, by week where the author gave weeks, with one's own progress."""
    found = Course.objects.filter(pk=course_id).prefetch_related("editions").first()
    if found is None or found.current is None:
        sentence = _("Ce parcours n’existe pas, ou n’existe plus.")
        return refuse(request, code="course_unknown", sentence=sentence, status=404)
    progress = progress_of(request.user) if isinstance(request.user, Person) else {}
    rows = [_row(lesson, progress.get((found.pk.hex, lesson.key))) for lesson in lessons_of_courses([found.pk])]
    begun = [row for row in rows if row["progress"]]
    following = next((row for row in rows if not row["done"]), None)
    context = {
        "course": found,
        "grade": Grade(found.grade).label if found.grade else "",
        "weeks": _by_week(rows),
        "next": following,
        "begun": bool(begun),
        "lesson_count": len(rows),
        "done_count": sum(row["done"] for row in rows),
        "minutes": sum(row["lesson"].minutes for row in rows),
    }
    return render(request, "home/course.html", context)


def _row(lesson: Lesson, progress: Any) -> dict[str, Any]:
    answered = min(progress.answered, lesson.item_count) if progress else 0
    share = round(100 * answered / lesson.item_count) if lesson.item_count else 0
    done = bool(progress and progress.done)
    return {"lesson": lesson, "progress": progress, "answered": answered, "share": share, "done": done}


def _by_week(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    weeks: dict[int | None, list[dict[str, Any]]] = {}
    for row in rows:
        weeks.setdefault(row["lesson"].week, []).append(row)
    return [{"number": number, "rows": found} for number, found in weeks.items()]
