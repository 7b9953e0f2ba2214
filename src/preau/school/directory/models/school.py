"""The tenant: one establishment."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class SchoolKind(models.TextChoices):
    ECOLE = "ecole", _("école")
    COLLEGE = "college", _("collège")
    LYCEE = "lycee", _("lycée")


class School(models.Model):
    """Établissement. ``uai`` is its national code (see uai.py); an imported one may not have it yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uai = models.CharField(max_length=8, unique=True, null=True, blank=True)  # unique and optional: NULL, not ""
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=SchoolKind.choices)
    city = models.CharField(max_length=100, blank=True)
    timezone = models.CharField(max_length=40, default="Europe/Paris")
    source = models.CharField(max_length=20, blank=True)  # where it was imported from, with its id there
    source_id = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("source", "source_id"), condition=~models.Q(source=""), name="one_school_per_source_id"
            ),
        )

    def __str__(self) -> str:
        return self.name
