"""The English of the screens: placeholders kept, and the compiled file in step with the one that people edit."""

import importlib.util
import re
from pathlib import Path

import polib
from django.utils import translation
from django.utils.translation import gettext

import preau.school

FOLDER = Path(preau.school.__file__).parent / "locale" / "en" / "LC_MESSAGES"
ENTRIES = polib.pofile(str(FOLDER / "django.po")).translated_entries()
MESSAGES = Path(__file__).parents[3] / "tools" / "messages.py"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def test_a_translation_keeps_the_placeholders() -> None:
    for entry in ENTRIES:
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid


def test_the_compiled_file_is_in_step() -> None:
    compiled = {entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in polib.mofile(str(FOLDER / "django.mo"))}
    assert compiled == {entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in ENTRIES}


def test_french_is_the_source_and_english_is_there() -> None:
    with translation.override("fr"):
        assert gettext("Entrer en classe") == "Entrer en classe"
    with translation.override("en"):
        assert gettext("Entrer en classe") == "Go to class"


def test_sentences_are_found_wherever_they_are_said() -> None:
    """What ``make messages`` collects; ``make check`` says which of them are not in English."""
    spec = importlib.util.spec_from_file_location("messages", MESSAGES)
    assert spec is not None
    assert spec.loader is not None
    messages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(messages)
    template = """{% load i18n %}<p title="{% translate "Aide (1)" %}">{{ x|default:_("rien") }} gettext("non")</p>
    {% blocktranslate trimmed count n=n %}{{ n }} mot
    {% plural %}{{ n }} mots{% endblocktranslate %}"""
    assert [tuple(found[:2]) for found in messages.messages_of_template(template)] == [
        ("Aide (1)", ""),
        ("rien", ""),
        ("%(n)s mot", "%(n)s mots"),
    ]
    python = (
        """from django.utils.translation import gettext as _, ngettext\n_("Un " "deux")\n_(x)\nngettext("a", "b", 2)"""
    )
    assert [tuple(found[:2]) for found in messages.messages_of_python(python)] == [("Un deux", ""), ("a", "b")]
