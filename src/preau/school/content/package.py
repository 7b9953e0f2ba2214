"""The package of an edition: manifest, lessons and files named by their SHA-256 (docs/protocol/package.md).

Everything is written beside its place and renamed into it, the edition last: nobody reads half a package. What is named
by its content is never written twice, so it is on the disk before its name is: a power cut leaves it whole or absent.
The pages (.html) are drawn from the lessons and are not part of the hash: a new version of Préau may draw them again.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any, Final

import msgspec

from preau.published.files import write_by_rename
from preau.school.content.drafting import Draft, StoredFile
from preau.school.content.items import LessonFile

SCHEMA_VERSION: Final = 1


class Package(msgspec.Struct):
    """``sha256`` of ``manifest`` is the name of the edition."""

    manifest: bytes
    lessons: dict[str, bytes]  # lesson key -> its JSON
    files: list[StoredFile]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.manifest).hexdigest()


def build_package(draft: Draft) -> Package:
    """The bytes of a package: the same draft always gives the same bytes, whatever the machine and the day."""
    lessons = {lesson.key: msgspec.json.encode(lesson) for lesson in draft.lessons}
    by_name = {stored.name: stored for stored in draft.files.values()}
    files = [by_name[name] for name in sorted(by_name)]
    return Package(manifest=_manifest(draft, lessons, files), lessons=lessons, files=files)


def _manifest(draft: Draft, lessons: dict[str, bytes], files: list[StoredFile]) -> bytes:
    course = draft.course
    listed = [
        {"path": f"{key}.json", "sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
        | {"mime": "application/json", "role": "lesson"}
        for key, body in lessons.items()
    ]
    used = {draft.files[path].name for path in draft.used}
    listed += [_listed(stored, "image" if stored.name in used else "attachment") for stored in files]
    document = {
        "v": SCHEMA_VERSION,
        "course": {
            "key": draft.key,
            "title": course.title,
            "grade": course.grade,
            "subject": course.subject,
            "description": course.description,
            "language": course.language,
        },
        "licence": course.licence,
        "authors": course.authors,
        "lessons": [_summary(lesson) for lesson in draft.lessons],
        "files": listed,
    }
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1)


def _listed(stored: StoredFile, role: str) -> dict[str, Any]:
    size = len(stored.content)
    return {
        "path": f"../../fichiers/{stored.name}",
        "sha256": stored.sha256,
        "size": size,
        "mime": stored.mime,
        "role": role,
    }


def _summary(lesson: LessonFile) -> dict[str, Any]:
    shown = {
        "key": lesson.key,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "week": lesson.week,
        "day": lesson.day,
    }
    return shown | {"item_count": len(lesson.items())}


def write_package(package: Package, root: Path) -> Path:
    """Puts the package under ``root`` (the colis folder) and gives the edition's. Files already there stay."""
    files_folder = root / "fichiers"
    for stored in package.files:
        target = files_folder / stored.name
        if not target.exists():
            write_by_rename(target, stored.content, durable=True)
    edition = root / "editions" / package.sha256
    if (edition / "manifest.json").exists():
        return edition
    draft = edition.with_name(f".{package.sha256}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for key, body in package.lessons.items():
        write_by_rename(draft / f"{key}.json", body, durable=True)
    write_by_rename(draft / "manifest.json", package.manifest, durable=True)
    shutil.rmtree(edition, ignore_errors=True)  # without its manifest it was never complete
    draft.rename(edition)
    return edition
