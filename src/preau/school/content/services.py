"""Writes of the courses: importing a folder, giving a course to a class group."""

from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from preau.school.content.drafting import Draft, draft_edition
from preau.school.content.inventory import take_inventory
from preau.school.content.models import Course, CourseAssignment, Edition, Lesson
from preau.school.content.package import Package, build_package, write_package
from preau.school.content.pages import write_pages
from preau.school.content.report import Report
from preau.school.directory.models import ClassGroup


def import_markdown(folder: Path, now: datetime, dry_run: bool = False, *, grade: str = "") -> Report:  # noqa: FBT001, FBT002  the contract between rooms names it so
    """Turns a folder of Markdown into a course and a new edition of it, all or nothing.

    Args:
        folder: never written to; links in it are never followed.
        now: the instant of publication.
        dry_run: report everything, change nothing.
        grade: for a folder without course.toml; a code of ``Grade``.

    Returns:
        A report with one line per file and per problem. If ``report.ok`` is false, nothing was changed. The same
        content gives the same edition: importing it again publishes nothing new, and only draws its pages again.
    """
    inventory = take_inventory(folder)
    if inventory.problem is not None:
        return Report(title=folder.name, problems=[inventory.problem], dry_run=dry_run)
    draft = draft_edition(inventory, folder.resolve().name, grade)
    report = Report(
        title=draft.course.title,
        files=draft.entries,
        problems=draft.problems,
        lesson_count=len(draft.lessons),
        item_count=sum(len(lesson.items()) for lesson in draft.lessons),
        dry_run=dry_run,
    )
    if not report.ok:
        return report
    package = build_package(draft)
    report.edition_sha256 = package.sha256
    if not dry_run:
        _publish(draft, package, now, report)
    return report


def _publish(draft: Draft, package: Package, now: datetime, report: Report) -> None:
    """Files first, pages next, the database row last: what the database names is always there to be read."""
    folder = write_package(package, settings.PREAU_DATA / "colis")
    write_pages(folder, draft.lessons, draft.course)
    with transaction.atomic():
        course = _save_course(draft)
        edition = Edition.objects.filter(manifest_sha256=package.sha256).first()
        report.new_edition = edition is None
        if edition is None:
            edition = _save_edition(course, package, draft, now)
        elif (current := course.current) is not None and current.pk != edition.pk:
            # The author went back to an earlier content: the same edition is published again, as the newest.
            edition.number, edition.published_at = current.number + 1, now
            edition.save(update_fields=["number", "published_at"])
    report.course_id, report.edition_number = edition.course_id.hex, edition.number


def _save_course(draft: Draft) -> Course:
    shown = draft.course
    course, _created = Course.objects.update_or_create(
        key=draft.key,
        defaults={
            "title": shown.title,
            "grade": shown.grade,
            "subject": shown.subject,
            "description": shown.description,
            "licence": shown.licence,
            "authors": shown.authors,
            "language": shown.language,
        },
    )
    return course


def _save_edition(course: Course, package: Package, draft: Draft, now: datetime) -> Edition:
    last = course.current
    edition = Edition.objects.create(
        course=course, number=last.number + 1 if last else 1, manifest_sha256=package.sha256, published_at=now
    )
    rows = [
        Lesson(
            edition=edition,
            key=lesson.key,
            title=lesson.title,
            objective=lesson.objective,
            week=lesson.week,
            day=lesson.day,
            order=order,
            minutes=lesson.minutes,
            item_count=len(lesson.items()),
        )
        for order, lesson in enumerate(draft.lessons)
    ]
    Lesson.objects.bulk_create(rows)
    return edition


def assign_course(*, course: Course, class_group: ClassGroup, starts_on: date) -> CourseAssignment:
    """Gives a course to a class group; doing it again only moves its first week."""
    assignment, _created = CourseAssignment.objects.update_or_create(
        course=course, class_group=class_group, defaults={"starts_on": starts_on}
    )
    return assignment
