"""Reads of what pupils did."""

from preau.school.directory.models import Person
from preau.school.work.models import Progress


def progress_of(person: Person) -> dict[tuple[str, str], Progress]:
    """Progress of a person by (course id in hex, lesson key); lessons never opened are absent."""
    return {(row.course_id.hex, row.lesson_key): row for row in Progress.objects.filter(person=person)}
