"""HTML from values: every text is escaped unless it is already ``Html``, so that forgetting is impossible.

    p("Attente : ", strong("4 minutes"))      ->  <p>Attente : <strong>4 minutes</strong></p>

``Html`` is only made here; a page is built from the functions below and never from string formatting.
"""

from html import escape
from typing import Final

_VOID: Final = frozenset({"meta", "link", "br", "path", "circle", "rect", "line"})
"""Elements written without content. The SVG ones are closed with a slash, which HTML allows in foreign content."""


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def text(*parts: str) -> Html:
    """The parts side by side; plain strings are escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def element(name: str, /, *children: str, **attributes: str | int | None) -> Html:
    """One element. ``class_`` loses its underscore, inner ones become hyphens; None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{text(*children)}</{name}>")


DOCTYPE: Final = Html("<!doctype html>\n")
