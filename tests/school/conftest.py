"""Fixtures of the school’s tests: a school, a class group, a teacher, a pupil, a lesson on Tuesday at 8:30."""

from datetime import datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from preau.school.directory.models import ClassGroup, Person, School, TimetableSlot
from school import factories


@pytest.fixture
def data_folder(tmp_path: Path, settings: LazySettings) -> Path:
    """An empty data folder in place of the installation's."""
    settings.PREAU_DATA = tmp_path
    settings.PREAU_PUBLISHED = tmp_path / "published"
    return tmp_path


@pytest.fixture
def school(db: None) -> School:
    return factories.make_school(name="École Jules-Ferry", city="Lyon")


@pytest.fixture
def class_group(school: School) -> ClassGroup:
    return factories.make_class_group(school)


@pytest.fixture
def pupil(class_group: ClassGroup) -> Person:
    return factories.make_pupil(class_group)


@pytest.fixture
def teacher(class_group: ClassGroup) -> Person:
    return factories.make_teacher(class_group, given_name="Claire", family_name="Lefèvre")


@pytest.fixture
def slot(class_group: ClassGroup, teacher: Person) -> TimetableSlot:
    return factories.make_slot(class_group, teacher)


@pytest.fixture
def tuesday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Views take the time from ``timezone.now``; here it is 8:35 in Paris, on a Tuesday in November."""
    monkeypatch.setattr(timezone, "now", lambda: factories.NOW)
    return factories.NOW
