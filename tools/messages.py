"""Collects the sentences of the school's screens and keeps the English catalogue in step with them.

``python tools/messages.py`` adds what is new to ``django.po`` (empty: to translate), drops what nobody says any more
and compiles ``django.mo``; with ``--check`` it changes nothing, says what is missing and exits 1. Sentences are found
in templates by Django's own reading of them and in Python by its syntax, so GNU gettext need not be installed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

SCHOOL = Path(__file__).resolve().parent.parent / "src" / "preau" / "school"
CATALOGUE = SCHOOL / "locale" / "en" / "LC_MESSAGES" / "django.po"
FUNCTIONS = {
    "gettext": ("msgid",),
    "gettext_lazy": ("msgid",),
    "gettext_noop": ("msgid",),
    "ngettext": ("msgid", "msgid_plural"),
    "ngettext_lazy": ("msgid", "msgid_plural"),
    "pgettext": ("msgctxt", "msgid"),
    "pgettext_lazy": ("msgctxt", "msgid"),
    "npgettext": ("msgctxt", "msgid", "msgid_plural"),
}
"""What each function's first arguments are."""
IN_TEMPLATES = {name: name for name in FUNCTIONS} | {"_": "gettext"}
CALL = re.compile(rf"\b(?:{'|'.join(IN_TEMPLATES)})\(")
PLACEHOLDER = re.compile(r"%%|%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Message(NamedTuple):
    """A French sentence as the catalogue names it."""

    msgid: str
    msgid_plural: str = ""
    msgctxt: str | None = None


def messages_of_python(text: str) -> Iterator[Message]:
    """The literal sentences given to functions imported from ``django.utils.translation``, under whatever name."""
    tree = ast.parse(text)
    known = {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in FUNCTIONS
    }
    yield from _messages(tree, known)


def messages_of_template(text: str) -> Iterator[Message]:
    """The sentences of ``translate``, ``blocktranslate`` and ``_("…")``."""
    calls = templatize(text)
    for match in CALL.finditer(calls):
        yield from _messages(_expression(calls, match.start()), IN_TEMPLATES)


def _expression(text: str, start: int) -> ast.AST:
    """The call that begins at ``start``: up to the first closing bracket that makes it whole."""
    for closing in re.finditer(r"\)", text[start:]):
        try:
            return ast.parse(text[start : start + closing.end()], mode="eval")
        except SyntaxError:
            continue
    raise SyntaxError(f"a call without end: {text[start : start + 80]}")


def _messages(tree: ast.AST, known: dict[str, str]) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            parts = FUNCTIONS[known[node.func.id]]
            texts = [one.value for one in node.args[: len(parts)] if isinstance(one, ast.Constant)]
            if len(texts) == len(parts) and all(texts):  # gettext("") is the header of the catalogue
                yield Message(**dict(zip(parts, map(str, texts), strict=True)))


def collect() -> list[Message]:
    """Every sentence of the school, once, in the order of files and lines."""
    found: dict[tuple[str | None, str], Message] = {}
    for path in sorted(path for path in SCHOOL.rglob("*") if path.suffix in {".py", ".html"}):
        read = messages_of_python if path.suffix == ".py" else messages_of_template
        for message in read(path.read_text(encoding="utf-8")):
            earlier = found.setdefault((message.msgctxt, message.msgid), message)
            if message.msgid_plural and not earlier.msgid_plural:
                found[message.msgctxt, message.msgid] = message
    return list(found.values())


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural, entry.msgctxt)


def update(catalogue: polib.POFile) -> None:
    """The same sentences as the sources, in their order; translations of those that are still said are kept."""
    kept = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    catalogue[:] = [kept.get(message) or _untranslated(message) for message in collect()]


def _untranslated(message: Message) -> polib.POEntry:
    entry = polib.POEntry(**message._asdict())
    if message.msgid_plural:
        entry.msgstr_plural = {0: "", 1: ""}
    return entry


def findings(catalogue: polib.POFile) -> Iterator[str]:
    """What keeps the English from being whole."""
    entries = {_key(entry): entry for entry in catalogue}
    said = collect()
    for message in said:
        entry = entries.get(message)
        if entry is None or not entry.translated():
            yield f"not in English yet: {message.msgid}"
    yield from (f"nobody says this any more: {key.msgid}" for key in entries.keys() - set(said))
    yield from (f"placeholders differ: {entry.msgid}" for entry in catalogue if not _placeholders_kept(entry))
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.is_file() or compiled.read_bytes() != catalogue.to_binary():
        yield f"{compiled.name} is not compiled from {CATALOGUE.name}: run make messages"


def _placeholders_kept(entry: polib.POEntry) -> bool:
    wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    return all(set(PLACEHOLDER.findall(text)) == wanted for text in texts if text)


def main() -> None:
    """Updates and compiles, or checks; prints what is left to do."""
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=120)
    if sys.argv[1:] != ["--check"]:
        update(catalogue)
        catalogue.save()
        catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    found = list(findings(catalogue))
    for line in found:
        print(line, file=sys.stderr)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
