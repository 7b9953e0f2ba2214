"""Class groups of a school year and who is in them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from preau.school.directory.grades import Grade, Section
from preau.school.directory.models.person import Person
from preau.school.directory.models.school import School


class MembershipRole(models.TextChoices):
    PUPIL = "pupil", _("élève")
    TEACHER = "teacher", _("enseignant(e)")


class ClassGroup(models.Model):
    """Classe or groupe of one school year. ``sign_in_code``: what pupils type first, see sign_in_code.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="class_groups")
    name = models.CharField(max_length=60)
    grade = models.CharField(max_length=4, choices=Grade.choices)
    school_year = models.PositiveSmallIntegerField()  # the year of its September
    sign_in_code = models.CharField(max_length=12, unique=True)
    source = models.CharField(max_length=20, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    people: "models.ManyToManyField[Person, Membership]" = models.ManyToManyField(
        Person, through="Membership", related_name="class_groups"
    )

    class Meta:
        ordering = ("school", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "source_id"), condition=~models.Q(source=""), name="one_group_per_source_id"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def section(self) -> Section:
        return Grade(self.grade).section


class Membership(models.Model):
    """Appartenance: a person in a class group, as pupil or teacher, from ``since`` until ``until`` (None = still)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=MembershipRole.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20, blank=True)
    source_id = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "class_group", "role"),
                condition=models.Q(until=None),
                name="one_open_membership_per_person_and_group",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.class_group}"
