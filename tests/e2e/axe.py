"""axe-core, asked about an open page: on a phone and on a desktop, in light, dark and high contrast.

The whole rule set looks at each width once. The other themes change colours only: the rules of colour look again.
"""

from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Page, ViewportSize

from browser import DESKTOP, PHONE

AXE: Final = Path(__file__).parents[2] / "client/node_modules/axe-core/axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS: Final = ["color-contrast", "link-in-text-block"]
SIZES: Final[tuple[ViewportSize, ...]] = (PHONE, DESKTOP)


class Theme(NamedTuple):
    """What the device prefers."""

    scheme: Literal["light", "dark"]
    contrast: Literal["more", "no-preference"]
    rules: dict[str, object]


THEMES: Final = (
    Theme("light", "no-preference", {"type": "tag", "values": TAGS}),
    Theme("dark", "no-preference", {"type": "rule", "values": COLOURS}),
    Theme("light", "more", {"type": "rule", "values": COLOURS}),
    Theme("dark", "more", {"type": "rule", "values": COLOURS}),
)

_RUN: Final = """async rules => {
    const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false})
    return violations.flatMap(violation => violation.nodes.map(node =>
        [violation.id, node.target.join(' '), violation.help, node.failureSummary].join(' | ')))
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds, in every width and theme. Leaves the page as it was, apart from axe-core in it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme.scheme, contrast=theme.contrast, reduced_motion="reduce")
            head = f"{size['width']} px, {theme.scheme}, contrast {theme.contrast}: "
            found += [head + problem for problem in page.evaluate(_RUN, theme.rules)]
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="null", contrast="null", reduced_motion="null")
    return found
