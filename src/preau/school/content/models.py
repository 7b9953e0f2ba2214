"""Courses, and what was published of them.

A Course is edited as a folder of files. Publishing it makes an Edition: immutable, named by the SHA-256 of its
manifest. Lessons carry a key that stays the same from edition to edition: a pupil's progress survives a correction.
A CourseAssignment says which class group follows which course, from when.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from preau.school.content.bundles import BUNDLE_SUFFIX, bundle_key
from preau.school.directory.grades import Grade, Section
from preau.school.directory.models import ClassGroup


class Course(models.Model):
    """Parcours. ``key`` names the folder it comes from; importing the same key again makes a new edition of it.

    ``grade`` is empty for a folder that does not say it; such a course belongs to no section until it is assigned.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    grade = models.CharField(max_length=4, choices=Grade.choices, blank=True)
    subject = models.CharField(max_length=60, blank=True)
    description = models.TextField(blank=True)
    licence = models.CharField(max_length=40, blank=True)  # SPDX identifier
    authors = models.JSONField(default=list)
    language = models.CharField(max_length=12, default="fr")

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title

    @property
    def section(self) -> Section | None:
        return Grade(self.grade).section if self.grade else None

    @property
    def current(self) -> "Edition | None":
        """The newest edition; None before the first publication. Uses prefetched editions where there are any."""
        return max(self.editions.all(), key=lambda edition: edition.number, default=None)


class Edition(models.Model):
    """Édition: what was published once, and never changes."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    manifest_sha256 = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("course", "-number")
        constraints = (models.UniqueConstraint(fields=("course", "number"), name="one_edition_per_number"),)

    def __str__(self) -> str:
        return f"{self.course} ({self.number})"


class Lesson(models.Model):
    """Séance of one edition. ``week`` and ``day`` count from 1 and are empty where the author gave none."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="lessons")
    key = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    objective = models.CharField(max_length=400, blank=True)
    week = models.PositiveSmallIntegerField(null=True, blank=True)
    day = models.PositiveSmallIntegerField(null=True, blank=True)
    order = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField(default=30)
    item_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("edition", "order")
        constraints = (models.UniqueConstraint(fields=("edition", "key"), name="one_lesson_per_key"),)

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        """Where the page of the lesson is served, by any server that has the package."""
        return f"/colis/editions/{self.edition.manifest_sha256}/{self.key}.html"

    @property
    def bundle_url(self) -> str:
        """Where the lessons of the same week are served as one file. Editions of before bundles have none there."""
        key = bundle_key(self.week, self.order)
        return f"/colis/editions/{self.edition.manifest_sha256}/{key}{BUNDLE_SUFFIX}"


class CourseAssignment(models.Model):
    """Affectation of a course to a class group. Week 1 of the course is the week of ``starts_on``."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assignments")
    class_group = models.ForeignKey(ClassGroup, on_delete=models.CASCADE, related_name="course_assignments")
    starts_on = models.DateField()

    class Meta:
        verbose_name = _("affectation")
        constraints = (models.UniqueConstraint(fields=("course", "class_group"), name="one_assignment_per_course"),)

    def __str__(self) -> str:
        return f"{self.course} → {self.class_group}"
