"""Draws the page of each lesson: complete static HTML that reads, and can be answered, without JavaScript.

A page is drawn from the published lesson and may be drawn again by a later version; what pupils did refers to the
lesson and never to its page.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from django.template.loader import render_to_string
from django.utils.translation import override

from preau.published.files import write_by_rename
from preau.school.content.authoring import CourseFile
from preau.school.content.bundles import BUNDLE_SUFFIX, build_bundle, bundle_key
from preau.school.content.items import HtmlBlock, Item, ItemBlock, LessonFile, MatchItem, OrderItem
from preau.school.directory.grades import Grade

_SAFE_IN_SCRIPT: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""So that no text of an author can close the script element that holds the data."""


def script_data(value: object) -> str:
    """JSON that may stand inside ``<script type="application/json">``."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_SAFE_IN_SCRIPT)


def item_view(item: Item) -> dict[str, Any]:
    """What the template of a question needs beyond the question: rows in the order of display."""
    view: dict[str, Any] = {"item": item, "kind": item.__struct_config__.tag}
    if isinstance(item, OrderItem):
        view["rows"] = [{"index": index, "text": item.lines[index]} for index in item.shown]
        view["code"] = any(line[:1].isspace() for line in item.lines)  # indentation means something: it must line up
        view["positions"] = range(1, len(item.lines) + 1)
    elif isinstance(item, MatchItem):
        view["rows"] = [{"index": index, "text": left} for index, left in enumerate(item.lefts)]
        view["options"] = [{"index": index, "text": item.rights[index]} for index in item.shown]
    return view


def _block_view(block: HtmlBlock | ItemBlock, numbers: dict[str, int]) -> dict[str, Any]:
    if isinstance(block, HtmlBlock):
        return {"html": block.html}
    return item_view(block.item) | {"number": numbers[block.item.key]}


def _page(lessons: list[LessonFile], at: int, course: CourseFile, edition_sha256: str) -> str:
    lesson = lessons[at]
    items = lesson.items()
    numbers = {item.key: number for number, item in enumerate(items, start=1)}
    data = {"v": 1, "edition": edition_sha256, "lesson": lesson.key, "title": lesson.title, "course": course.title}
    context = {
        "lesson": lesson,
        "course": course,
        "grade_label": Grade(course.grade).label if course.grade else "",
        "section": Grade(course.grade).section.value if course.grade else "",
        "edition": edition_sha256,
        "blocks": [_block_view(block, numbers) for block in lesson.blocks],
        "item_count": len(items),
        "data": script_data(data | {"items": msgspec.to_builtins(items)}),
        "previous": lessons[at - 1] if at else None,
        "next": lessons[at + 1] if at + 1 < len(lessons) else None,
        "position": at + 1,
        "lesson_count": len(lessons),
    }
    return render_to_string("content/lesson_page.html", context)


def write_pages(folder: Path, lessons: list[LessonFile], course: CourseFile) -> None:
    """Writes ``<lesson key>.html`` for every lesson into the folder of the edition, and the bundles that repeat them.

    The files of the package have to be in their place: bundles carry drawings along.
    """
    bundles: dict[str, dict[str, str]] = {}
    with override("fr"):
        for at, lesson in enumerate(lessons):
            page = _page(lessons, at, course, folder.name)
            write_by_rename(folder / f"{lesson.key}.html", page.encode(), durable=True)
            bundles.setdefault(bundle_key(lesson.week, at), {})[f"{lesson.key}.html"] = page
    drawing = partial(_drawing, folder.parents[1] / "fichiers")
    for key, pages in bundles.items():
        bundle = build_bundle(folder.name, pages, drawing)
        write_by_rename(folder / f"{key}{BUNDLE_SUFFIX}", bundle, durable=True)


def _drawing(files_folder: Path, name: str) -> bytes | None:
    try:
        return (files_folder / name).read_bytes()
    except FileNotFoundError:
        return None  # written in a text by its author, but no file of this course
