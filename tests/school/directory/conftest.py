"""What the tests of the directory share."""

from pathlib import Path

import pytest

from preau.school.directory.models import ClassGroup
from school import factories


@pytest.fixture
def group(school: object, class_group: ClassGroup) -> ClassGroup:
    """The CM2 B, taught by Claire Lefèvre."""
    del school
    factories.make_teacher(class_group, given_name="Claire", family_name="Lefèvre", login="claire.l")
    return class_group


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "emploi.csv"
