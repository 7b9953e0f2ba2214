"""Reads what authors write: course.toml, the front matter of a lesson, the TOML body of an item.

Pure: text in, structs or mistakes out. A mistake has a line (counted from 1 in the text given), a stable code and a
French sentence that says what to write instead. The format is described in docs/reference/course-format.md.
"""

import re
import tomllib
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
from django.utils.translation import gettext as _

from preau.school.content import items as published
from preau.school.directory.grades import Grade

FENCE: Final = "+++"
_LINE_IN_TOML_ERROR: Final = re.compile(r"at line (\d+)")
_PATH_IN_TYPE_ERROR: Final = re.compile(r"at `\$\.?([^`]*)`")
_UNKNOWN_FIELD: Final = re.compile(r"unknown field `([^`]*)`")
_MISSING_FIELD: Final = re.compile(r"missing required field `([^`]*)`")


_Shape = TypeVar("_Shape", bound=msgspec.Struct)


class Mistake(msgspec.Struct, frozen=True):
    """``line`` counts from 1; 0 = the text as a whole."""

    line: int
    code: str
    sentence: str


class CourseFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """course.toml."""

    title: str
    grade: str = ""
    subject: str = ""
    description: str = ""
    licence: str = ""
    authors: list[str] = []
    language: str = "fr"
    key: str = ""


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Between the two ``+++`` lines at the head of a lesson."""

    title: str = ""
    week: int | None = None
    day: int | None = None
    minutes: int = 30
    objective: str = ""
    competences: list[str] = []
    key: str = ""


class _Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    kind: str
    prompt: str
    points: int = 1
    explanation: str = ""
    choices: list[str] = []
    answer: list[int] = []
    accepted: list[str] = []
    number: float | None = None
    tolerance: float = 0.0
    unit: str = ""
    lines: list[str] = []
    pairs: list[list[str]] = []
    expected_lines: int = 4


class Renderer(msgspec.Struct, frozen=True):
    """How texts of an item become clean HTML: ``block`` for prompts, ``inline`` for choices."""

    block: Callable[[str], str]
    inline: Callable[[str], str]


def read_toml(text: str, shape: type[_Shape]) -> _Shape | Mistake:
    """TOML of an expected shape, or the first mistake in it."""
    try:
        loaded = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # beyond its own error: numbers and nestings without end
        found = _LINE_IN_TOML_ERROR.search(str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        sentence = _("Cette ligne n’est pas du TOML. Vérifiez les guillemets, les crochets et le signe =.")
        return Mistake(line, "toml_invalid", sentence)
    try:
        return msgspec.convert(loaded, shape)
    except msgspec.ValidationError as error:
        return _shape_mistake(text, str(error))


def _shape_mistake(text: str, error: str) -> Mistake:
    if unknown := _UNKNOWN_FIELD.search(error):
        name = unknown.group(1)
        sentence = _("Le champ « {name} » n’existe pas. Vérifiez son nom.").format(name=name)
        return Mistake(_line_of(text, name), "field_unknown", sentence)
    if missing := _MISSING_FIELD.search(error):
        sentence = _("Il manque le champ « {name} ».").format(name=missing.group(1))
        return Mistake(1, "field_missing", sentence)
    found = _PATH_IN_TYPE_ERROR.search(error)
    name = found.group(1) if found else ""
    sentence = _("Le champ « {name} » n’a pas la forme attendue.").format(name=name)
    return Mistake(_line_of(text, re.split(r"[.\[]", name)[0]), "field_wrong_type", sentence)


def _line_of(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.split("=")[0].strip() == name:
            return number
    return 1


def read_course(text: str) -> CourseFile | Mistake:
    """course.toml, checked."""
    course = read_toml(text, CourseFile)
    if isinstance(course, Mistake):
        return course
    if not course.title.strip():
        return Mistake(_line_of(text, "title"), "title_empty", _("Le parcours a besoin d’un titre."))
    if course.grade and (mistake := grade_mistake(course.grade, _line_of(text, "grade"))):
        return mistake
    if course.key and not re.match(published.KEY_PATTERN, course.key):
        return Mistake(_line_of(text, "key"), "key_invalid", _key_sentence())
    return course


def grade_mistake(grade: str, line: int) -> Mistake | None:
    """What is wrong with the code of a level, if anything."""
    if grade in Grade.values:
        return None
    known = ", ".join(Grade.values)
    sentence = _("Ce niveau n’est pas connu. Écrivez l’un de ceux-ci : {known}.").format(known=known)
    return Mistake(line, "grade_unknown", sentence)


def _key_sentence() -> str:
    return _("Une clé s’écrit en minuscules sans accent, chiffres et tirets, 64 caractères au plus.")


def split_front_matter(text: str) -> tuple[str, str, int] | Mistake:
    """(front matter, body, lines before the body). A text that does not begin with ``+++`` has no front matter."""
    lines = text.split("\n")
    if lines[0].strip() != FENCE:
        return "", text, 0
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 1
    return Mistake(1, "front_matter_open", _("L’en-tête commence par +++ et n’est pas refermé par une ligne +++."))


def read_front_matter(text: str) -> FrontMatter | Mistake:
    """The front matter, checked. Lines count from 1 in the front matter itself."""
    matter = read_toml(text, FrontMatter)
    if isinstance(matter, Mistake):
        return matter
    bounds = (("week", matter.week, 60), ("day", matter.day, 7), ("minutes", matter.minutes, 60))
    for name, value, highest in bounds:
        if value is not None and not 1 <= value <= highest:
            sentence = _("« {name} » est un nombre de 1 à {highest}.").format(name=name, highest=highest)
            return Mistake(_line_of(text, name), "number_out_of_range", sentence)
    if matter.key and not re.match(published.KEY_PATTERN, matter.key):
        return Mistake(_line_of(text, "key"), "key_invalid", _key_sentence())
    return matter


def read_item(text: str, render: Renderer) -> published.Item | Mistake:
    """The TOML body of one ``item`` fence."""
    source = read_toml(text, _Source)
    if isinstance(source, Mistake):
        return source
    mistake = _common_mistake(text, source)
    if mistake is not None:
        return mistake
    build = _KINDS.get(source.kind)
    if build is None:
        known = ", ".join(_KINDS)
        sentence = _("Ce genre de question n’existe pas. Écrivez l’un de ceux-ci : {known}.").format(known=known)
        return Mistake(_line_of(text, "kind"), "kind_unknown", sentence)
    built = build(source, render)
    if isinstance(built, Mistake):
        return Mistake(_line_of(text, _FIELD_OF[source.kind]), built.code, built.sentence)
    return built


def _common_mistake(text: str, source: _Source) -> Mistake | None:
    if not re.match(published.KEY_PATTERN, source.key):
        return Mistake(_line_of(text, "key"), "key_invalid", _key_sentence())
    if not source.prompt.strip():
        return Mistake(_line_of(text, "prompt"), "prompt_empty", _("La question n’a pas de consigne."))
    if not 1 <= source.points <= published.MAX_POINTS:
        return Mistake(_line_of(text, "points"), "points_out_of_range", _("Une question vaut de 1 à 20 points."))
    texts = [source.prompt, source.explanation, source.unit, *source.choices, *source.accepted, *source.lines]
    texts += [side for pair in source.pairs for side in pair]
    if any(len(one) > published.MAX_TEXT_CHARS for one in texts):
        return Mistake(1, "text_too_long", _("Un texte de cette question dépasse 4 000 caractères."))
    return None


def _common(source: _Source, render: Renderer) -> dict[str, Any]:
    explanation = render.block(source.explanation) if source.explanation.strip() else ""
    prompt = render.block(source.prompt)
    return {"key": source.key, "points": source.points, "prompt": prompt, "explanation": explanation}


def _choice(source: _Source, render: Renderer) -> published.Item | Mistake:
    if not 2 <= len(source.choices) <= published.MAX_OPTIONS:  # noqa: PLR2004  one choice is no choice
        return Mistake(0, "choices_count", _("Donnez de 2 à 20 choix."))
    answer = sorted(set(source.answer))
    if not answer or answer[0] < 0 or answer[-1] >= len(source.choices):
        return Mistake(0, "answer_invalid", _("« answer » donne le rang des bons choix, le premier est 0."))
    choices = [render.inline(choice) for choice in source.choices]
    return published.ChoiceItem(choices=choices, answer=answer, **_common(source, render))


def _text_entry(source: _Source, render: Renderer) -> published.Item | Mistake:
    if not source.accepted and source.number is None:
        return Mistake(0, "answer_missing", _("Donnez « accepted » (des mots) ou « number » (un nombre)."))
    number = source.number
    # Written so that nan fails too. 1e15: whole numbers up to there are exact in a double.
    if not (0 <= source.tolerance <= 1e15 and (number is None or abs(number) <= 1e15)):  # noqa: PLR2004
        return Mistake(0, "number_out_of_range", _("Le nombre ou sa tolérance est hors limites."))
    return published.TextEntryItem(
        accepted=source.accepted,
        number=number,
        tolerance=source.tolerance,
        unit=source.unit.strip(),
        **_common(source, render),
    )


def _order(source: _Source, render: Renderer) -> published.Item | Mistake:
    if not 2 <= len(source.lines) <= published.MAX_OPTIONS:  # noqa: PLR2004  one line has no order
        return Mistake(0, "lines_count", _("Donnez de 2 à 20 lignes, dans le bon ordre."))
    shown = published.shuffled(len(source.lines), source.key)
    return published.OrderItem(lines=source.lines, shown=shown, **_common(source, render))


def _match(source: _Source, render: Renderer) -> published.Item | Mistake:
    pairs = source.pairs
    if not 2 <= len(pairs) <= published.MAX_OPTIONS or any(len(pair) != 2 for pair in pairs):  # noqa: PLR2004  a pair is 2
        return Mistake(0, "pairs_invalid", _("Donnez de 2 à 20 paires, chacune de deux textes."))
    lefts, rights = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len({right.strip() for right in rights}) < len(rights):  # which of two equal texts was meant cannot be seen
        return Mistake(0, "pairs_duplicate", _("Deux paires ont le même texte de droite. Rendez-les différents."))
    shown = published.shuffled(len(pairs), source.key)
    return published.MatchItem(lefts=lefts, rights=rights, shown=shown, **_common(source, render))


def _extended_text(source: _Source, render: Renderer) -> published.Item | Mistake:
    if not 1 <= source.expected_lines <= 40:  # noqa: PLR2004  one page
        return Mistake(0, "expected_lines_out_of_range", _("« expected_lines » est un nombre de 1 à 40."))
    return published.ExtendedTextItem(expected_lines=source.expected_lines, **_common(source, render))


_KINDS: Final = {
    "choice": _choice,
    "text-entry": _text_entry,
    "order": _order,
    "match": _match,
    "extended-text": _extended_text,
}
_FIELD_OF: Final = {
    "choice": "answer",
    "text-entry": "accepted",
    "order": "lines",
    "match": "pairs",
    "extended-text": "expected_lines",
}
