"""A small published course, the pupil who follows it, and a browser to do it in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import chromium
from preau.school.content.models import Course, Lesson
from preau.school.content.services import assign_course, import_markdown
from preau.school.directory.models import ClassGroup
from school.factories import NOW, YEAR_FROM
from school.work.school_site import SchoolSite

LESSON = """+++
title = "Compter jusqu’à dix"
week = 1
day = 1
minutes = 10
+++
Compte avec tes doigts.

```item
key = "un-et-un"
kind = "choice"
prompt = "Combien font 1 + 1 ?"
choices = ["1", "2", "3"]
answer = [1]
explanation = "Un et encore un : deux."
```

```item
key = "moitie"
kind = "text-entry"
prompt = "La moitié de 7 ?"
number = 3.5
```

```item
key = "ranger"
kind = "order"
prompt = "Range du plus petit au plus grand."
points = 2
lines = ["un", "deux", "trois"]
```

```item
key = "relier"
kind = "match"
prompt = "Relie."
points = 2
pairs = [["un", "1"], ["deux", "2"]]
```

```item
key = "raconter"
kind = "extended-text"
prompt = "Raconte."
expected_lines = 3
```
"""


@pytest.fixture
def course(data_folder: Path, tmp_path: Path, class_group: ClassGroup) -> Course:
    """One published lesson with a question of every kind, followed by the class group."""
    folder = tmp_path / "compter"
    folder.mkdir()
    (folder / "course.toml").write_text(
        'title = "Compter"\ngrade = "CM2"\nsubject = "Mathématiques"\n', encoding="utf-8"
    )
    (folder / "01-dix.md").write_text(LESSON, encoding="utf-8")
    (folder / "02-vingt.md").write_text("# Compter jusqu’à vingt\n\nEt encore dix.\n", encoding="utf-8")
    report = import_markdown(folder, NOW)
    assert report.ok, report.problems
    found = Course.objects.get()
    assign_course(course=found, class_group=class_group, starts_on=YEAR_FROM)
    return found


@pytest.fixture
def lesson(course: Course) -> Lesson:
    return Lesson.objects.get(key="dix")


@pytest.fixture
def site(transactional_db: None, course: Course) -> Iterator[SchoolSite]:
    """The school, served."""
    started = SchoolSite()
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for the module. Its synchronous calls run a loop in this thread: Django takes it for async."""
    with chromium() as started, pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield started
