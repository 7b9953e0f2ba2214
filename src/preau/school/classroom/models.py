"""The live class of a timetable slot, as the school knows it. The live room’s journal knows what happens inside."""

import uuid

from django.db import models

from preau.school.directory.models import Person, TimetableSlot


class LiveClass(models.Model):
    """Classe virtuelle: one per lesson (a slot on a day), made when it is opened.

    ``ended_at`` is known when the live room has published a final register.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(TimetableSlot, on_delete=models.PROTECT, related_name="live_classes")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="opened_classes")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("starts_at",)
        constraints = (models.UniqueConstraint(fields=("slot", "starts_at"), name="one_live_class_per_lesson"),)

    def __str__(self) -> str:
        return f"{self.slot} {self.starts_at:%Y-%m-%d}"
