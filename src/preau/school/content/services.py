"""Writes of the courses: importing a folder, giving a course to a class group."""

from datetime import date

from preau.school.content.models import Course, CourseAssignment
from preau.school.directory.models import ClassGroup


def assign_course(*, course: Course, class_group: ClassGroup, starts_on: date) -> CourseAssignment:
    """Gives a course to a class group; doing it again only moves its first week."""
    assignment, _created = CourseAssignment.objects.update_or_create(
        course=course, class_group=class_group, defaults={"starts_on": starts_on}
    )
    return assignment
