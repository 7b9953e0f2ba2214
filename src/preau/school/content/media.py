"""What a file is, by its content and never by its name alone, and whether an SVG drawing is only a drawing. Pure."""

import re
from typing import Final
from xml.etree import ElementTree as ET

import msgspec
from django.utils.translation import gettext as _


class Media(msgspec.Struct, frozen=True):
    """``suffix`` without dot, as the package names the file; ``image``: may stand in a page."""

    mime: str
    suffix: str
    image: bool


class NotTaken(msgspec.Struct, frozen=True):
    code: str
    sentence: str


_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", Media("image/png", "png", image=True)),
    (b"\xff\xd8\xff", Media("image/jpeg", "jpg", image=True)),
    (b"GIF87a", Media("image/gif", "gif", image=True)),
    (b"GIF89a", Media("image/gif", "gif", image=True)),
    (b"%PDF-", Media("application/pdf", "pdf", image=False)),
)
_TEXT_SUFFIXES: Final = frozenset({".txt", ".csv", ".py", ".sql", ".json", ".c", ".java"})
_SVG_ELEMENTS: Final = frozenset(
    re.findall(
        r"\w+",
        "svg g defs symbol use title desc metadata path rect circle ellipse line polyline polygon text tspan textpath "
        "lineargradient radialgradient stop pattern clippath mask marker filter switch style "
        "fegaussianblur feoffset feblend feflood fecomposite femerge femergenode fecolormatrix",
    )
)
_FOREIGN_CSS: Final = re.compile(r"@import|url\(\s*['\"]?\s*(?!#)|expression\(|javascript:", re.IGNORECASE)
_EDITOR_NAMESPACES: Final = ("inkscape", "sodipodi", "w3.org/1999/02/22-rdf", "creativecommons.org", "purl.org/dc")


def recognise(content: bytes, suffix: str) -> Media | NotTaken:
    """The kind of a file from its first bytes; ``suffix`` (with dot, lower case) only tells texts apart."""
    for signature, media in _SIGNATURES:
        if content.startswith(signature):
            return media
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Media("image/webp", "webp", image=True)
    if suffix == ".svg" or b"<svg" in content[:1024]:
        return _recognise_svg(content)
    if suffix in _TEXT_SUFFIXES and _is_text(content):
        return Media("text/plain", "txt", image=False)
    return NotTaken("type_not_supported", _("Ce genre de fichier n’est pas pris dans un cours."))


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text


def _recognise_svg(content: bytes) -> Media | NotTaken:
    if b"<!ENTITY" in content or b"<?xml-stylesheet" in content or not _is_text(content):
        return NotTaken("svg_unsafe", _svg_sentence())
    try:
        root = ET.fromstring(content)  # noqa: S314  entities are refused above; expat >= 2.4.1 bounds expansion
    except ET.ParseError:
        return NotTaken("svg_broken", _("Ce dessin SVG est abîmé."))
    if _local(root.tag) != "svg" or not all(_harmless(element) for element in root.iter()):
        return NotTaken("svg_unsafe", _svg_sentence())
    return Media("image/svg+xml", "svg", image=True)


def _svg_sentence() -> str:
    return _("Ce dessin SVG contient un programme ou va chercher quelque chose ailleurs. Enregistrez-le en PNG.")


def _local(tag: object) -> str:
    """Element names carry their namespace in braces; comments are functions."""
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _harmless(element: "ET.Element[str]") -> bool:
    tag = element.tag
    editor = any(space in tag for space in _EDITOR_NAMESPACES)
    if not editor and _local(tag) not in _SVG_ELEMENTS:
        return False
    if _local(tag) == "style" and _FOREIGN_CSS.search(element.text or ""):
        return False
    return all(_harmless_attribute(_local(name), value) for name, value in element.attrib.items())


def _harmless_attribute(name: str, value: str) -> bool:
    if name.startswith("on"):
        return False
    if name in {"href", "src"}:
        return value.strip().startswith("#")
    return _FOREIGN_CSS.search(value) is None
