"""From an inventory to a draft of an edition: lessons, files and mistakes. Nothing is written here."""

import hashlib
import posixpath
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec
from django.utils.text import slugify
from django.utils.translation import gettext as _

from preau.school.content import media
from preau.school.content.authoring import (
    CourseFile,
    FrontMatter,
    Mistake,
    grade_mistake,
    read_course,
    read_front_matter,
    split_front_matter,
)
from preau.school.content.inventory import Found, Inventory, natural_key
from preau.school.content.items import LessonFile
from preau.school.content.rendering import Rendered, render_lesson
from preau.school.content.report import FileEntry, Outcome, Problem

MAX_LESSONS: Final = 500
"""Two school years of one lesson a day."""
_COURSE_FILE: Final = "course.toml"
_LEADING_NUMBER: Final = re.compile(r"^\d+[-_. ]+")


class StoredFile(msgspec.Struct, frozen=True):
    """A file of the package, named by its content."""

    path: str
    sha256: str
    mime: str
    suffix: str
    content: bytes

    @property
    def name(self) -> str:
        return f"{self.sha256}.{self.suffix}"

    @property
    def url(self) -> str:
        return f"/colis/fichiers/{self.name}"


class Draft(msgspec.Struct):
    """Everything an edition needs, or the reasons why there is none."""

    course: CourseFile
    key: str = ""
    lessons: list[LessonFile] = []
    files: dict[str, StoredFile] = {}
    used: set[str] = set()
    entries: list[FileEntry] = []
    problems: list[Problem] = []


class _Page(msgspec.Struct):
    """A Markdown file on its way: its text split, its place known, its body not rendered yet."""

    path: str
    key: str
    matter: FrontMatter
    body: str
    offset: int  # lines before the body


def draft_edition(inventory: Inventory, folder_name: str, grade: str = "") -> Draft:
    """Reads every file of the inventory. ``grade`` serves a folder that does not say its own."""
    by_path = {found.path: found for found in inventory.found}
    draft = Draft(course=CourseFile(title=folder_name), entries=list(inventory.refused))
    _read_course(draft, by_path, folder_name, grade)
    pages = _read_pages(draft, inventory.found)
    _store_files(draft, inventory.found)
    _render_pages(draft, pages)
    _account_for_files(draft)
    if not draft.lessons and not draft.problems:
        sentence = _("Ce dossier ne contient aucun texte Markdown (.md).")
        draft.problems.append(Problem("", 0, "no_lesson", sentence))
    return draft


def _read_course(draft: Draft, by_path: dict[str, Found], folder_name: str, grade: str) -> None:
    readme = next((found for path, found in by_path.items() if path.casefold() == "readme.md"), None)
    declared = by_path.get(_COURSE_FILE)
    if readme is not None:
        draft.entries.append(FileEntry(readme.path, Outcome.COURSE))
    if declared is not None:
        draft.entries.append(FileEntry(declared.path, Outcome.COURSE))
        text = _decode(declared.content)
        course = read_course(text) if text is not None else Mistake(1, "not_utf8", _not_utf8())
        if isinstance(course, Mistake):
            draft.problems.append(Problem(declared.path, course.line, course.code, course.sentence))
        else:
            draft.course = course
    elif readme is not None and (text := _decode(readme.content)) is not None:
        title = render_lesson(text, lambda _tag, _address: None).title
        draft.course = CourseFile(title=(title or folder_name)[:200])
    if grade and (mistake := grade_mistake(grade, 0)):
        draft.problems.append(Problem("", mistake.line, mistake.code, mistake.sentence))
    elif grade and not draft.course.grade:
        draft.course = msgspec.structs.replace(draft.course, grade=grade)
    draft.key = draft.course.key or slugify(folder_name)[:64] or "parcours"


def _decode(content: bytes) -> str | None:
    """UTF-8 with or without a mark; line ends of any system become one."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8() -> str:
    return _("Ce texte n’est pas en UTF-8. Enregistrez-le en UTF-8.")


def _read_pages(draft: Draft, found: list[Found]) -> list[_Page]:
    pages: list[_Page] = []
    for file in found:
        if file.suffix != ".md" or file.path.casefold() == "readme.md":
            continue
        text = _decode(file.content)
        if text is None:
            draft.entries.append(FileEntry(file.path, Outcome.REFUSED, "not_utf8", _not_utf8()))
            continue
        draft.entries.append(FileEntry(file.path, Outcome.LESSON))
        page = _read_page(draft, file.path, text)
        if page is not None:
            pages.append(page)
    pages.sort(key=lambda page: (page.matter.week or 0, page.matter.day or 0, natural_key(page.path)))
    _refuse_doubles(draft, pages)
    return pages


def _read_page(draft: Draft, path: str, text: str) -> _Page | None:
    parts = split_front_matter(text)
    if isinstance(parts, Mistake):
        draft.problems.append(Problem(path, parts.line, parts.code, parts.sentence))
        return None
    header, body, offset = parts
    matter = read_front_matter(header)
    if isinstance(matter, Mistake):
        draft.problems.append(Problem(path, matter.line + 1, matter.code, matter.sentence))
        return None
    return _Page(path, matter.key or lesson_key(path), matter, body, offset)


def lesson_key(path: str) -> str:
    """``02-le-son-ch.md`` -> ``le-son-ch``: numbers only sort, so that moving a lesson keeps the pupils' progress."""
    parts = [_LEADING_NUMBER.sub("", part) or part for part in str(Path(path).with_suffix("")).split("/")]
    slug = slugify("-".join(parts).replace("_", "-"))[:64].strip("-")
    return slug or f"seance-{hashlib.sha256(path.encode()).hexdigest()[:8]}"


def _refuse_doubles(draft: Draft, pages: list[_Page]) -> None:
    seen: dict[str, str] = {}
    for page in pages:
        first = seen.setdefault(page.key, page.path)
        if first != page.path:
            sentence = _("Cette séance a la même clé « {key} » que {other}. Donnez-lui une autre clé.")
            problem = Problem(page.path, 1, "lesson_key_duplicate", sentence.format(key=page.key, other=first))
            draft.problems.append(problem)
    if len(pages) > MAX_LESSONS:
        draft.problems.append(Problem("", 0, "too_many_lessons", _("Ce parcours a plus de 500 séances.")))


def _store_files(draft: Draft, found: list[Found]) -> None:
    for file in found:
        if file.suffix == ".md" or file.path == _COURSE_FILE:
            continue
        kind = media.recognise(file.content, file.suffix)
        if isinstance(kind, media.NotTaken):
            draft.entries.append(FileEntry(file.path, Outcome.REFUSED, kind.code, kind.sentence))
            continue
        sha256 = hashlib.sha256(file.content).hexdigest()
        draft.files[file.path] = StoredFile(file.path, sha256, kind.mime, kind.suffix, file.content)


def _render_pages(draft: Draft, pages: list[_Page]) -> None:
    keys = {page.path: page.key for page in pages}
    place_of_item: dict[str, str] = {}
    for page in pages:
        rendered = render_lesson(page.body, _Resolver(draft, keys, page))
        for mistake in rendered.mistakes:
            line = page.offset + mistake.line
            draft.problems.append(Problem(page.path, line, mistake.code, mistake.sentence))
        _refuse_known_items(draft, page, rendered, place_of_item)
        draft.lessons.append(_lesson(page, rendered))
    titles = [lesson.title for lesson in draft.lessons]
    for index, (page, lesson) in enumerate(zip(pages, draft.lessons, strict=True)):
        if titles.count(lesson.title) > 1:
            title = f"{lesson.title} ({Path(page.path).stem})"
            draft.lessons[index] = msgspec.structs.replace(lesson, title=title)


def _refuse_known_items(draft: Draft, page: _Page, rendered: Rendered, place_of_item: dict[str, str]) -> None:
    """``place_of_item``: the lesson of each question so far, by its key; this lesson's are added."""
    for key, line in rendered.item_lines.items():
        first = place_of_item.setdefault(key, page.path)
        if first != page.path:
            sentence = _("Cette question a la même clé « {key} » que dans {other}. Donnez-lui une autre clé.")
            at = page.offset + line
            draft.problems.append(Problem(page.path, at, "item_key_duplicate", sentence.format(key=key, other=first)))


def _lesson(page: _Page, rendered: Rendered) -> LessonFile:
    title = page.matter.title or rendered.title or Path(page.path).stem
    matter = page.matter
    fields: dict[str, Any] = {"minutes": matter.minutes, "objective": matter.objective[:400], "week": matter.week}
    fields |= {"day": matter.day, "competences": matter.competences, "blocks": rendered.blocks}
    return LessonFile(key=page.key, title=(title[:1].upper() + title[1:])[:180], **fields)


class _Resolver:
    """Addresses in one page: images and files of the folder, other lessons, the open web for links only."""

    def __init__(self, draft: Draft, keys: dict[str, str], page: _Page) -> None:
        self._draft, self._keys, self._page = draft, keys, page

    def __call__(self, tag: str, address: str) -> str | None:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            return self._elsewhere(tag, address, parts.scheme)
        if not parts.path:
            return address if tag == "a" else None  # a link inside the page
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self._page.path), unquote(parts.path)))
        if tag == "a" and path in self._keys:
            return f"{self._keys[path]}.html"
        stored = self._draft.files.get(path)
        if stored is None or (tag == "img" and not stored.mime.startswith("image/")):
            sentence = _("« {address} » n’est pas dans le dossier, ou n’a pas pu être pris.").format(
                address=address[:200]
            )
            self._warn(address, "file_missing", sentence)
            return None
        self._draft.used.add(path)
        return stored.url

    def _elsewhere(self, tag: str, address: str, scheme: str) -> str | None:
        if tag == "a":
            return address if scheme in {"http", "https", "mailto"} else None
        sentence = _("Cette image est sur un autre site. Mettez-la dans le dossier : une séance marche sans internet.")
        self._warn(address, "image_elsewhere", sentence)
        return None

    def _warn(self, address: str, code: str, sentence: str) -> None:
        at = self._page.body.find(address)
        line = self._page.offset + 1 + (self._page.body.count("\n", 0, at) if at >= 0 else 0)
        self._draft.problems.append(Problem(self._page.path, line, code, sentence, fatal=False))


def _account_for_files(draft: Draft) -> None:
    for path, stored in draft.files.items():
        shown = path in draft.used and stored.mime.startswith("image/")
        draft.entries.append(FileEntry(path, Outcome.IMAGE if shown else Outcome.ATTACHMENT))
    draft.entries.sort(key=lambda entry: natural_key(entry.path))
