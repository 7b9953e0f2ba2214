"""The English of the screens: placeholders kept, and the compiled file in step with the one that people edit."""

import re
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation import gettext

import preau.school

FOLDER = Path(preau.school.__file__).parent / "locale" / "en" / "LC_MESSAGES"
ENTRIES = polib.pofile(str(FOLDER / "django.po")).translated_entries()
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.msgid[:40])
def test_a_translation_keeps_the_placeholders(entry: polib.POEntry) -> None:
    for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(entry.msgid))


def test_the_compiled_file_is_in_step() -> None:
    compiled = {entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in polib.mofile(str(FOLDER / "django.mo"))}
    assert compiled == {entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in ENTRIES}


def test_french_is_the_source_and_english_is_there() -> None:
    with translation.override("fr"):
        assert gettext("Entrer en classe") == "Entrer en classe"
    with translation.override("en"):
        assert gettext("Entrer en classe") == "Go to class"
