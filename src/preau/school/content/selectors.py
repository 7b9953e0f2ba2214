"""Reads of the courses: which lessons a class group has, and which one is today's."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Subquery

from preau.school.content.models import Course, CourseAssignment, Edition, Lesson
from preau.school.directory.grades import Grade, Section
from preau.school.directory.models import ClassGroup

_SCHOOL_DAYS_PER_WEEK = 5


class LessonRef(msgspec.Struct, frozen=True):
    """What other rooms need to show a lesson. ``url`` and ``bundle_url`` (its whole week) are relative to the site."""

    title: str
    subject: str
    minutes: int
    url: str
    course_title: str
    course_id: str
    edition_sha256: str
    lesson_key: str
    item_count: int
    bundle_url: str


def published_courses() -> list[Course]:
    """Courses with at least one edition, by title; ``course.current`` costs no further query."""
    courses = Course.objects.filter(editions__isnull=False).distinct()
    return list(courses.prefetch_related("editions").order_by("title"))


def courses_by_section(section: str) -> list[Course]:
    """Published courses whose grade belongs to ``section``, from the youngest grade on."""
    wanted = Section(section)
    order = list(Grade)
    found = [course for course in published_courses() if course.section == wanted]
    return sorted(found, key=lambda course: (order.index(Grade(course.grade)), course.title))


def lesson_ref(lesson: Lesson) -> LessonRef:
    edition = lesson.edition
    return LessonRef(
        title=lesson.title,
        subject=edition.course.subject,
        minutes=lesson.minutes,
        url=lesson.url,
        course_title=edition.course.title,
        course_id=edition.course_id.hex,
        edition_sha256=edition.manifest_sha256,
        lesson_key=lesson.key,
        item_count=lesson.item_count,
        bundle_url=lesson.bundle_url,
    )


def lessons_of_courses(course_ids: Iterable[UUID]) -> list[Lesson]:
    """Lessons of the newest editions of the courses named, by course and order: one query."""
    newest = Edition.objects.filter(course=OuterRef("edition__course")).order_by("-number").values("pk")[:1]
    found = Lesson.objects.filter(edition__course__in=list(course_ids), edition=Subquery(newest))
    found = found.select_related("edition__course")
    return list(found.order_by("edition__course__title", "order"))


def lessons_for(class_group: ClassGroup) -> list[LessonRef]:
    """Every lesson of the courses that the class group follows, by course, in order."""
    courses = class_group.course_assignments.values_list("course_id", flat=True)
    return [lesson_ref(lesson) for lesson in lessons_of_courses(courses)]


def school_day_number(starts_on: date, day: date) -> int:
    """Monday to Friday days from the Monday of ``starts_on``'s week (0) to ``day``; a weekend counts as its Friday."""
    monday = starts_on - timedelta(days=starts_on.weekday())
    weeks, weekday = divmod((day - monday).days, 7)
    return weeks * _SCHOOL_DAYS_PER_WEEK + min(weekday, _SCHOOL_DAYS_PER_WEEK - 1)


def lesson_on(lessons: list[Lesson], day_number: int) -> Lesson | None:
    """The lesson of a school day counted from 0: the one dated so by its author, else the next in turn.

    After the last lesson the course starts over, as revision: a pupil in front of the gate always has something to do.
    """
    if not lessons:
        return None
    for lesson in lessons:
        day = min(lesson.day or 0, _SCHOOL_DAYS_PER_WEEK)  # what is meant for the weekend is offered on Friday
        dated = ((lesson.week or 0) - 1) * _SCHOOL_DAYS_PER_WEEK + day - 1
        if lesson.week and lesson.day and dated == day_number:
            return lesson
    return lessons[day_number % len(lessons)]


def lesson_of_the_day(class_group: ClassGroup, day: date) -> LessonRef | None:
    """Today's lesson of the class group; with several courses they take turns. None without a course."""
    assignments = list(CourseAssignment.objects.filter(class_group=class_group).order_by("course__title"))
    lessons = lessons_of_courses(assignment.course_id for assignment in assignments)
    taught = [one for one in assignments if any(lesson.edition.course_id == one.course_id for lesson in lessons)]
    if not taught:
        return None
    turn = taught[day.toordinal() % len(taught)]
    own = [lesson for lesson in lessons if lesson.edition.course_id == turn.course_id]
    lesson = lesson_on(own, max(0, school_day_number(turn.starts_on, day)))
    return lesson_ref(lesson) if lesson else None


def lessons_of_the_week(class_group: ClassGroup, day: date) -> list[LessonRef]:
    """The lessons of the school week of ``day`` in every course of the class group: what goes on a device."""
    assignments = list(CourseAssignment.objects.filter(class_group=class_group).order_by("course__title"))
    lessons = lessons_of_courses(assignment.course_id for assignment in assignments)
    monday = day - timedelta(days=day.weekday())
    found: dict[int, Lesson] = {}
    for assignment in assignments:
        own = [lesson for lesson in lessons if lesson.edition.course_id == assignment.course_id]
        first = max(0, school_day_number(assignment.starts_on, monday))
        for number in range(first, first + _SCHOOL_DAYS_PER_WEEK):
            lesson = lesson_on(own, number)
            if lesson is not None:
                found[lesson.pk] = lesson
    return [lesson_ref(lesson) for lesson in found.values()]


def lesson_of_the_section(section: str, day: date) -> LessonRef | None:
    """What someone unknown is offered in a section: its courses take turns."""
    courses = courses_by_section(section)
    if not courses:
        return None
    turn = courses[day.toordinal() % len(courses)]
    lesson = lesson_on(lessons_of_courses([turn.pk]), day.toordinal())
    return lesson_ref(lesson) if lesson else None
