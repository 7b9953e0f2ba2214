"""Bundles the pages of a week and their drawings into one file: one request brings a week onto a device.

On a line with round trips of 600 ms twenty small requests are what hurts, not their bytes. A bundle is a copy: every
part is also served under its own address, and whoever never asks for a bundle misses nothing
(docs/protocol/package.md). Pure.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

BUNDLE_VERSION: Final = 1
BUNDLE_SUFFIX: Final = ".lot.json"
"""Two dots: the key of a lesson has none, so that no lesson can take the name of a bundle."""
LESSONS_PER_RUN: Final = 5
"""Lessons without a week go by school weeks."""
MAX_BUNDLE_BYTES: Final = 256_000
"""Of parts, uncompressed: about 50 kB on the wire, ten seconds of a slow line. The rest stays in single files."""
MAX_DRAWING_BYTES: Final = 64_000
"""A larger drawing takes the place of a whole lesson."""
_DRAWINGS: Final = re.compile(r"/colis/fichiers/([0-9a-f]{64}\.svg)")


class Part(msgspec.Struct, frozen=True):
    """``path``: relative to the bundle; ``sha256``: of ``text`` in UTF-8."""

    path: str
    sha256: str
    text: str


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """``<bundle key>.lot.json``."""

    v: int = BUNDLE_VERSION
    edition: str
    parts: list[Part]


def bundle_key(week: int | None, order: int) -> str:
    """The bundle of a lesson by its week (from 1) or else by its place in the course (``order``, from 0)."""
    return f"semaine-{week}" if week else f"suite-{order // LESSONS_PER_RUN + 1}"


def build_bundle(edition: str, pages: dict[str, str], drawing: Callable[[str], bytes | None]) -> bytes:
    """The bytes of one bundle; the same parts always give the same bytes.

    Args:
        edition: SHA-256 of the manifest.
        pages: name -> HTML of the pages, in the order of the course.
        drawing: the content of a file of the package by its name; None when it is not there.
    """
    parts: list[Part] = []
    room = MAX_BUNDLE_BYTES
    for path, content in _candidates(pages, drawing):
        if len(content) <= room:
            room -= len(content)
            parts.append(Part(path, hashlib.sha256(content).hexdigest(), content.decode()))
    return msgspec.json.encode(Bundle(edition=edition, parts=parts))


def _candidates(pages: dict[str, str], drawing: Callable[[str], bytes | None]) -> Iterable[tuple[str, bytes]]:
    """(path, content): the pages first, since without its page a drawing is of no use."""
    for name, page in pages.items():
        yield name, page.encode()
    names = dict.fromkeys(name for page in pages.values() for name in _DRAWINGS.findall(page))
    for name in names:
        content = drawing(name)
        if content is not None and len(content) <= MAX_DRAWING_BYTES:
            yield f"../../fichiers/{name}", content
