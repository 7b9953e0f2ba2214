"""People. One row per person and profile; pupils need neither e-mail nor password."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from preau.school.directory.models.school import School


class Profile(models.TextChoices):
    PUPIL = "pupil", _("élève")
    TEACHER = "teacher", _("enseignant(e)")
    GUARDIAN = "guardian", _("responsable")
    HEAD = "head", _("direction")
    SCHOOL_LIFE = "school_life", _("vie scolaire")
    AUTHOR = "author", _("auteur(e)")


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, *, password: str | None = None, **fields: Any) -> "Person":
        """Creates a person; without a password nobody can sign in by password (pupils use their codes)."""
        person = self.model(**fields)
        if password is None:
            person.set_unusable_password()
        else:
            person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone of a school (``AUTH_USER_MODEL``).

    ``code_digest``: HMAC of the pupil's picture or word code under a standing key of the installation: the codes have
    too few combinations for any hash to protect them alone; the key protects them, and is not in the database.
    ``card_generation``: printing a new QR card raises it and revokes the older ones.
    ``seats_from``: seats in live classes given before are no longer good (``directory.seats``).
    ``operates_since``: operates the gate of the installation, if set (``directory.operators``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="people")
    profile = models.CharField(max_length=12, choices=Profile.choices)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    login = models.CharField(max_length=150, unique=True, null=True, blank=True)  # pupils have none: NULL
    code_digest = models.CharField(max_length=64, blank=True)
    card_generation = models.PositiveIntegerField(default=1)
    seats_from = models.DateTimeField(null=True, blank=True)
    operates_since = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=20, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # has left; kept, and cannot sign in

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["given_name", "family_name"]

    class Meta:
        ordering = ("family_name", "given_name")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "source_id"), condition=~models.Q(source=""), name="one_person_per_source_id"
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Departed people are kept and cannot sign in."""
        return self.closed_at is None

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def short_name(self) -> str:
        """What classmates see: ``Inès M.``."""
        return f"{self.given_name} {self.family_name[:1]}.".strip() if self.family_name else self.given_name


class Guardianship(models.Model):
    """Responsabilité: an adult answers for a pupil, until ``closed_at``."""

    guardian = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="guardianships")
    pupil = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="guardians")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("guardian", "pupil"), name="one_guardianship_per_pair"),)

    def __str__(self) -> str:
        return f"{self.guardian} → {self.pupil}"
