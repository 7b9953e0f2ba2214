"""Rules of every template of the school: nothing that the content security policy would block, words beside icons."""

import re
from pathlib import Path

import pytest

import preau.school

TEMPLATES = sorted(Path(preau.school.__file__).parent.glob("*/templates/**/*.html"))
PAGES_OF_DJANGO = [path for path in TEMPLATES if "content" not in path.parts]
"""Lessons are static files: their form has no token, and its view says how it does without."""
DRAWINGS = sorted(Path(preau.school.__file__).parent.glob("*/templates/**/*.svg"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "<style" not in text
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("template", PAGES_OF_DJANGO, ids=lambda path: path.name)
def test_every_form_that_posts_carries_its_token(template: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", template.read_text("utf-8"), flags=re.DOTALL):
        assert "{% csrf_token %}" in form


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda path: path.name)
def test_drawings_are_hidden_from_readers_because_a_word_stands_beside_them(drawing: Path) -> None:
    text = drawing.read_text("utf-8")
    assert 'aria-hidden="true"' in text
    assert "style=" not in text
