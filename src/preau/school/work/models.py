"""What pupils do. Events are appended and never changed; progress is a projection of them and can be rebuilt."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from preau.school.content.models import Course, Edition
from preau.school.directory.models import Person


class EventKind(models.TextChoices):
    ANSWER = "answer", _("réponse")
    LESSON_OPENED = "lesson_opened", _("séance ouverte")
    LESSON_DONE = "lesson_done", _("séance terminée")


class WorkEvent(models.Model):
    """One line of the journal de travail.

    ``id`` was drawn by the pupil's device, so that sending it twice stores it once. ``client_at`` is what that device's
    clock said and may be wrong by hours; ``received_at`` is ours: when it was handed in, also where the gate kept it
    until the school answered. Points are hundredths, computed here, never by the device.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="work_events")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="work_events")
    lesson_key = models.CharField(max_length=64)
    item_key = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    response = models.JSONField(null=True)
    right = models.BooleanField(null=True)
    points_hundredths = models.PositiveIntegerField(default=0)
    points_possible = models.PositiveSmallIntegerField(default=0)
    client_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("received_at",)
        indexes = (models.Index(fields=("person", "lesson_key"), name="events_of_a_person_and_lesson"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.lesson_key}/{self.item_key}"


class Progress(models.Model):
    """Suivi of one lesson: the best mark of each item counts, so the order in which events arrive does not matter."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="progress")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="progress")
    lesson_key = models.CharField(max_length=64)
    answered = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    points_hundredths = models.PositiveIntegerField(default=0)
    points_possible = models.PositiveSmallIntegerField(default=0)
    done = models.BooleanField(default=False)
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "course", "lesson_key"), name="one_progress_per_lesson"),
        )

    def __str__(self) -> str:
        return f"{self.lesson_key} {self.answered}/{self.total}"

    @property
    def points(self) -> float:
        return self.points_hundredths / 100
