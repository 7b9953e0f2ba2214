"""axe-core finds nothing on any screen: on a phone and on a desktop, in light, dark and high contrast.

The whole rule set looks at each width once. The other themes change colours only: the rules of colour look again.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from browser import DESKTOP, PHONE
from e2e import moments
from e2e.screens import SCREENS, Screen
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser

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


@pytest.fixture(scope="module")
def devices(browser: Browser) -> Visitors:
    """Without the pages' policy, which rightly forbids what axe-core does to measure colours."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: NO ACCESSIBILITY TEST RUNS (npm --prefix client ci)")
    return Visitors(browser, bypass_csp=True)


def violations(page: Page, name: str) -> list[str]:
    """What axe-core finds, in every width and theme."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme.scheme, contrast=theme.contrast, reduced_motion="reduce")
            head = f"{name}, {size['width']} px, {theme.scheme}, contrast {theme.contrast}: "
            found += [head + problem for problem in page.evaluate(_RUN, theme.rules)]
    page.set_viewport_size(PHONE)
    return found


_SPOIL: Final = """() => {
    document.querySelector('main').append(document.createElement('input'))
    const sheet = new CSSStyleSheet()
    const theme = '(prefers-contrast: more) and (prefers-color-scheme: dark)'
    sheet.replaceSync(`@media ${theme} { h1 { color: #222 !important } }`)
    document.adoptedStyleSheets = [sheet]
}"""


def test_axe_finds_what_is_wrong_in_one_theme_only(demo: PreauProcess, visitors: Visitors) -> None:
    page = visitors.open(None, demo.url).page
    page.goto(f"{demo.url}/connexion/")
    page.evaluate(_SPOIL)
    found = violations(page, "spoilt")
    assert sum("Form elements must have labels" in problem for problem in found) == len(SIZES)
    contrasts = [problem for problem in found if "color-contrast" in problem]
    assert len(contrasts) == len(SIZES)
    assert all("dark, contrast more" in problem for problem in contrasts)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_axe_finds_nothing_on_a_screen(screen: Screen, demo: PreauProcess, visitors: Visitors) -> None:
    window = visitors.open(screen.who, demo.url, scripts=screen.scripts)
    window.page.goto(demo.url + screen.path)
    if screen.act:
        screen.act(window.page)
    page = window.page if screen.scripts else with_scripts(window.page, visitors, demo.url)
    found = violations(page, screen.name)
    assert not found, "\n".join(found)


def with_scripts(seen: Page, visitors: Visitors, base_url: str) -> Page:
    """The same document in a window where axe-core can run: without scripts its promises never end."""
    page = visitors.open(None, base_url).page
    document = seen.content()
    page.route(seen.url, lambda route: route.fulfill(body=document, content_type="text/html; charset=utf-8"))
    page.goto(seen.url)
    return page


def _check(script: Iterator[moments.Moment]) -> None:
    found = [problem for name, window in script for problem in violations(window.page, name)]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_in_the_live_class(demo: PreauProcess, visitors: Visitors) -> None:
    _check(moments.live_class(visitors, demo.url))


def test_axe_finds_nothing_in_the_queue(full_demo: PreauProcess, visitors: Visitors) -> None:
    _check(moments.queue(visitors, full_demo.url))


def test_axe_finds_nothing_on_a_paper_card(demo: PreauProcess, visitors: Visitors) -> None:
    _check(moments.paper_card(visitors, demo))


def test_axe_finds_nothing_without_network(demo: PreauProcess, visitors: Visitors) -> None:
    _check(moments.offline(visitors, demo))


def test_axe_finds_nothing_on_the_page_of_an_incident(demo: PreauProcess, visitors: Visitors) -> None:
    _check(moments.incident(visitors, demo))
