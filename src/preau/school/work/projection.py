"""Progress, computed from the journal. It can be thrown away and rebuilt at any time: the journal is the truth."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from preau.school.content.items import ExtendedTextItem
from preau.school.content.library import published_lesson
from preau.school.content.models import Course, Lesson
from preau.school.directory.models import Person
from preau.school.work.models import EventKind, Progress, WorkEvent


def refresh_progress(person: Person, lessons: Iterable[tuple[UUID, str]]) -> None:
    """Computes again the progress of a person in the lessons named by (course id, lesson key)."""
    for course_id, lesson_key in sorted(lessons, key=str):
        _refresh_one(person, Course.objects.prefetch_related("editions").get(pk=course_id), lesson_key)


@transaction.atomic
def rebuild_progress(person: Person) -> int:
    """Forgets the progress of a person and computes it from all of their events; gives the number of lessons."""
    Person.objects.select_for_update().get(pk=person.pk)
    Progress.objects.filter(person=person).delete()
    events = WorkEvent.objects.filter(person=person).order_by()
    lessons = set(events.values_list("edition__course_id", "lesson_key").distinct())
    refresh_progress(person, lessons)
    return len(lessons)


def _refresh_one(person: Person, course: Course, lesson_key: str) -> None:
    events = list(WorkEvent.objects.filter(person=person, lesson_key=lesson_key, edition__course=course))
    lesson = Lesson.objects.filter(edition=course.current, key=lesson_key).select_related("edition").first()
    if lesson is None:  # the newest edition dropped this lesson: the edition it was done in still knows it
        newest = max(events, key=lambda event: event.received_at).edition_id
        lesson = Lesson.objects.select_related("edition").get(edition=newest, key=lesson_key)
    items = published_lesson(lesson).items()
    keys = {item.key for item in items}
    best: dict[str, int] = {}
    for event in events:
        if event.kind == EventKind.ANSWER and event.item_key in keys:
            best[event.item_key] = max(best.get(event.item_key, 0), event.points_hundredths)
    Progress.objects.update_or_create(
        person=person,
        course=course,
        lesson_key=lesson_key,
        defaults={
            "answered": len(best),
            "total": len(items),
            "points_hundredths": sum(best.values()),
            "points_possible": sum(item.points for item in items if not isinstance(item, ExtendedTextItem)),
            "done": bool(items and len(best) == len(items)) or any(one.kind == EventKind.LESSON_DONE for one in events),
            "last_at": max(event.received_at for event in events),
        },
    )
