"""Turns the Markdown of a lesson into clean blocks: HTML and questions.

markdown-it-py renders (CommonMark, tables, strikethrough), nh3 cleans whatever HTML comes out, so raw HTML of an author
can never carry a script, a style or a foreign image. Every image and link passes through one resolver, given by the
caller: it answers with the address in the package, or None to leave it out.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec
import nh3
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from preau.school.content.authoring import Mistake, Renderer, read_item
from preau.school.content.items import HtmlBlock, ItemBlock

MAX_ITEMS: Final = 100
"""In one lesson of at most an hour."""
_TAGS: Final = set(
    re.findall(
        r"\w+",
        "p h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del s sub sup u br hr a img table thead tbody tr th "
        "td dl dt dd figure figcaption kbd mark abbr details summary q cite small ruby rt rp span div caption",
    )
)
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "abbr": {"title"},
    "code": {"class"},
    "*": {"lang"},
}
_INLINE_TAGS: Final = {"em", "strong", "code", "sub", "sup", "u", "s", "del", "kbd", "br", "img", "q", "mark", "span"}
_NUMBERING: Final = re.compile(r"^\s*(?:\d+(?:[.)]\d*)*[.)]|[IVX]+[.)])\s*")
_LANGUAGE_CLASS: Final = re.compile(r"language-[a-z0-9+#-]{1,20}")
_IMAGE_LEFT_OUT: Final = re.compile(r'<img(?![^>]*\ssrc=)(?:[^>]*\salt="([^"]*)")?[^>]*>')
"""An image that the resolver did not give an address: its description stands for it."""
_SCROLLING_TABLE: Final = '<div class="table-scroll" role="region" tabindex="0" aria-label="{label}"><table>'

Resolve = Callable[[str, str], str | None]
"""(tag, address as written) -> address to use, None to leave it out."""


class Rendered(msgspec.Struct):
    """``title``: the first heading, taken out of the body if it was an h1; empty if there is none.

    ``item_lines``: where each question begins, by its key, counted from 1 in the body.
    """

    title: str = ""
    blocks: list[HtmlBlock | ItemBlock] = []
    item_lines: dict[str, int] = {}
    mistakes: list[Mistake] = []


def _parser(*, raw_html: bool) -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": raw_html}).enable(["table", "strikethrough"])


_LESSON: Final = _parser(raw_html=True)
_TEXTS: Final = _parser(raw_html=False)


def clean(html: str, resolve: Resolve, *, inline: bool = False) -> str:
    """Allowed elements only, links that cannot reach back into our page, tables that scroll by themselves."""

    def filtered(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) in {("img", "src"), ("a", "href")}:
            return resolve(tag, value)
        if (tag, attribute) == ("code", "class"):
            return value if _LANGUAGE_CLASS.fullmatch(value) else None
        return value

    cleaned = nh3.clean(
        html,
        tags=_INLINE_TAGS if inline else _TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=filtered,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    cleaned = cleaned.replace("<table>", _SCROLLING_TABLE.format(label=_("Tableau"))).replace(
        "</table>", "</table></div>"
    )
    cleaned = _IMAGE_LEFT_OUT.sub(lambda found: f"<em>{found.group(1)}</em>" if found.group(1) else "", cleaned)
    cleaned = cleaned.replace("<th></th>", "<td></td>")  # the empty corner of a table heads nothing
    cleaned = cleaned.replace("<pre>", '<pre tabindex="0">')  # a long line of code must scroll by keyboard too
    return cleaned.strip()


def item_renderer(resolve: Resolve) -> Renderer:
    """How the texts of items are rendered: no raw HTML at all."""
    return Renderer(
        block=lambda text: clean(_TEXTS.render(text), resolve),
        inline=lambda text: clean(_TEXTS.renderInline(text), resolve, inline=True),
    )


def plain_text(token: Token) -> str:
    """The words of an inline token, without numbering such as ``1)``."""
    words = "".join(child.content for child in token.children or [] if child.type in {"text", "code_inline"})
    return _NUMBERING.sub("", words).strip()


def _take_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    """The first heading. A level-1 heading leaves the body: the page shows it as its own title."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            title = plain_text(tokens[index + 1])
            if token.tag == "h1":
                return title, tokens[:index] + tokens[index + 3 :]
            return title, tokens
    return "", tokens


def _normalise_headings(tokens: list[Token]) -> None:
    """The highest heading of the body becomes h2, without gaps below: screen readers jump by level."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    renamed = {tag: f"h{min(2 + rank, 6)}" for rank, tag in enumerate(used)}
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = renamed[token.tag]


def _is_item(token: Token) -> bool:
    return token.type == "fence" and token.info.strip() == "item"


def render_lesson(body: str, resolve: Resolve) -> Rendered:
    """The blocks of a lesson. Lines of mistakes count from 1 in ``body``."""
    rendered = Rendered()
    rendered.title, tokens = _take_title(_LESSON.parse(body))
    _normalise_headings(tokens)
    render = item_renderer(resolve)
    waiting: list[Token] = []
    for token in tokens:
        if not _is_item(token):
            waiting.append(token)
            continue
        line = (token.map or [0])[0] + 1
        if token.level > 0:
            sentence = _("Une question ne peut pas être dans une liste ou une citation. Sortez-la de là.")
            rendered.mistakes.append(Mistake(line, "item_nested", sentence))
            continue
        _flush(waiting, rendered, resolve)
        waiting = []
        item = read_item(token.content, render)
        if isinstance(item, Mistake):
            rendered.mistakes.append(Mistake(line + max(item.line, 1), item.code, item.sentence))
        else:
            _add_item(ItemBlock(item), line, rendered)
    _flush(waiting, rendered, resolve)
    return rendered


def _add_item(block: ItemBlock, line: int, rendered: Rendered) -> None:
    if block.item.key in rendered.item_lines:
        sentence = _("Deux questions de cette séance ont la clé « {key} ».").format(key=block.item.key)
        rendered.mistakes.append(Mistake(line, "item_key_duplicate", sentence))
    elif len(rendered.item_lines) >= MAX_ITEMS:
        sentence = _("Cette séance a plus de 100 questions. Découpez-la.")
        rendered.mistakes.append(Mistake(line, "too_many_items", sentence))
    else:
        rendered.item_lines[block.item.key] = line
        rendered.blocks.append(block)


def _flush(tokens: list[Token], rendered: Rendered, resolve: Resolve) -> None:
    html = clean(_LESSON.renderer.render(tokens, _LESSON.options, {}), resolve) if tokens else ""
    if html:
        rendered.blocks.append(HtmlBlock(html))
