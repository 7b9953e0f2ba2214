"""A week in one file: a copy of what is served under single addresses, bounded, drawn together with it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.content.bundles import MAX_BUNDLE_BYTES, MAX_DRAWING_BYTES, build_bundle, bundle_key
from preau.school.content.models import Lesson
from preau.school.content.services import import_markdown
from school.factories import NOW

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="3"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
EDITION = "e" * 64
NAME = f"{hashlib.sha256(SVG).hexdigest()}.svg"
IMAGE = f'<img src="/colis/fichiers/{NAME}">'


def _parts(bundle: bytes) -> dict[str, Any]:
    read = json.loads(bundle)
    assert (read["v"], set(read)) == (1, {"v", "edition", "parts"})
    for part in read["parts"]:
        assert hashlib.sha256(part["text"].encode()).hexdigest() == part["sha256"]
    return {part["path"]: part["text"] for part in read["parts"]}


@pytest.mark.parametrize(
    ("week", "order", "key"),
    [(1, 0, "semaine-1"), (12, 3, "semaine-12"), (None, 0, "suite-1"), (None, 4, "suite-1"), (None, 5, "suite-2")],
)
def test_lessons_go_by_week_and_without_a_week_by_runs_of_five(week: int | None, order: int, key: str) -> None:
    assert bundle_key(week, order) == key


def test_a_bundle_carries_pages_and_their_drawings_once() -> None:
    pages = {"un.html": f"é {IMAGE}{IMAGE}", "deux.html": IMAGE}
    parts = _parts(build_bundle(EDITION, pages, {NAME: SVG}.get))
    assert parts == pages | {f"../../fichiers/{NAME}": SVG.decode()}


def test_a_drawing_that_is_not_there_or_too_large_is_left_out() -> None:
    pages = {"un.html": IMAGE}
    assert set(_parts(build_bundle(EDITION, pages, {}.get))) == {"un.html"}
    assert set(_parts(build_bundle(EDITION, pages, {NAME: b"x" * (MAX_DRAWING_BYTES + 1)}.get))) == {"un.html"}


@given(st.lists(st.integers(0, 100_000), max_size=8))
def test_a_bundle_is_bounded_and_its_parts_are_whole(sizes: list[int]) -> None:
    pages = {f"l{number}.html": "x" * size for number, size in enumerate(sizes)}
    parts = _parts(build_bundle(EDITION, pages, {}.get))
    assert sum(len(text) for text in parts.values()) <= MAX_BUNDLE_BYTES
    assert parts.items() <= pages.items()
    if sum(sizes) <= MAX_BUNDLE_BYTES:
        assert parts == pages


@pytest.fixture
def folder(tmp_path: Path, data_folder: Path) -> Path:
    """Two lessons of week 2 with a drawing and a photograph, then seven without a week."""
    made = tmp_path / "cours"
    made.mkdir()
    (made / "course.toml").write_text('title = "Cours"\ngrade = "CM1"\n', encoding="utf-8")
    (made / "a.svg").write_bytes(SVG)
    (made / "b.png").write_bytes(PNG)
    for number in (1, 2):
        text = f"+++\nweek = 2\nday = {number}\n+++\n# L{number}\n\n![a](a.svg) ![b](b.png)\n"
        (made / f"{number}.md").write_text(text, encoding="utf-8")
    for number in range(3, 10):
        (made / f"{number}.md").write_text(f"# L{number}\n", encoding="utf-8")
    return made


@pytest.mark.django_db
@pytest.mark.data
def test_publishing_writes_a_bundle_per_week_and_every_lesson_names_its_own(folder: Path, data_folder: Path) -> None:
    report = import_markdown(folder, NOW)
    edition = data_folder / "colis" / "editions" / report.edition_sha256
    written = {path.name: _parts(path.read_bytes()) for path in edition.glob("*.lot.json")}
    assert set(written) == {"semaine-2.lot.json", "suite-1.lot.json", "suite-2.lot.json"}
    assert f"../../fichiers/{NAME}" in written["semaine-2.lot.json"]
    assert not any(path.endswith(".png") for parts in written.values() for path in parts)
    for lesson in Lesson.objects.all():
        page = (edition / f"{lesson.key}.html").read_text(encoding="utf-8")
        assert lesson.bundle_url.rpartition("/")[0] == lesson.url.rpartition("/")[0]
        assert written[lesson.bundle_url.rpartition("/")[2]][f"{lesson.key}.html"] == page


@pytest.mark.django_db
@pytest.mark.data
def test_pages_drawn_anew_are_drawn_anew_in_their_bundle(folder: Path, data_folder: Path) -> None:
    report = import_markdown(folder, NOW)
    bundle = data_folder / "colis" / "editions" / report.edition_sha256 / "semaine-2.lot.json"
    first = bundle.read_bytes()
    bundle.write_text('{"v":1,"edition":"","parts":[]}', encoding="utf-8")
    assert import_markdown(folder, NOW).edition_sha256 == report.edition_sha256
    assert bundle.read_bytes() == first
