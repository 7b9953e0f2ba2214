"""The timetable: who has class when. It gives the lessons of the day, the cards' hours and the expected arrivals."""

import uuid

from django.db import models

from preau.school.directory.models.group import ClassGroup
from preau.school.directory.models.person import Person
from preau.school.directory.models.school import School


class Subject(models.Model):
    """Matière."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="subjects")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("school", "name"), name="one_subject_per_name"),)

    def __str__(self) -> str:
        return self.name


class TimetableSlot(models.Model):
    """Créneau: a lesson repeated each week, in the school's local time, between two dates (both included).

    ``weekday`` 0 = Monday; ``starts_at`` local time; ``minutes`` its length. ``live``: taught as a live class (True) or
    alone with the lesson of the course (False).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="slots")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="slots")
    teacher = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="slots")
    weekday = models.PositiveSmallIntegerField()
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    live = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        ordering = ("weekday", "starts_at")
        indexes = (models.Index(fields=("class_group", "weekday"), name="slots_of_a_group_by_day"),)

    def __str__(self) -> str:
        return f"{self.class_group} {self.subject} {self.weekday} {self.starts_at:%H:%M}"
