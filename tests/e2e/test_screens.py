"""Every screen in French, on a phone and on a desktop, light and dark: looked at, and held to what each must keep.

axe-core finds nothing on any of them, in high contrast either.
``PREAU_SCREENSHOTS=folder`` takes pictures as well: the README's screens go into it, one window each; all the others,
whole, into ``autres/``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, ViewportSize

from browser import DESKTOP, PHONE
from e2e import axe, moments
from e2e.look import Window, frame_faults
from e2e.screens import SCREENS, Screen
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser

README: Final = {
    "accueil", "attente", "journee", "lecon", "classe-enseignante", "classe-eleve", "etat", "famille", "appel",
}  # fmt: skip
WIDTHS: Final[dict[str, ViewportSize]] = {"360": PHONE, "1280": DESKTOP}
SCHEMES: Final[dict[str, Literal["light", "dark"]]] = {"clair": "light", "sombre": "dark"}
LARGEST_README_BYTES: Final = 200_000
TALLEST_OF_README_PX: Final = 740


@pytest.fixture(scope="module", autouse=True)
def _axe_is_there() -> None:
    if not axe.AXE.exists():
        pytest.skip("axe-core is not installed: NO SCREEN IS LOOKED AT (npm --prefix client ci)")


@pytest.fixture(scope="module")
def folder() -> Path | None:
    wanted = os.environ.get("PREAU_SCREENSHOTS")
    return Path(wanted) if wanted else None


def look_at(window: Window, name: str, folder: Path | None) -> list[str]:
    """What is wrong with a screen in the two widths; takes its four pictures where there is a folder for them."""
    faults = list(window.faults)
    for width, size in WIDTHS.items():
        window.page.set_viewport_size(size)
        faults += [f"{width} px: {fault}" for fault in frame_faults(window.page)]
        if folder:
            faults += photograph(window.page, f"{name}-{{scheme}}-{width}.png", folder)
    window.page.set_viewport_size(PHONE)
    return faults


def photograph(page: Page, pattern: str, folder: Path) -> list[str]:
    """One picture per scheme. Says which are too heavy for a README."""
    readme = pattern.partition("-{")[0] in README
    target = folder if readme else folder / "autres"
    target.mkdir(parents=True, exist_ok=True)
    page.mouse.move(0, 0)  # nothing is hovered
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    if readme:
        height = min(height, TALLEST_OF_README_PX)
    else:  # the whole page in one window: what is fixed to its edges stays there
        height = max(height, page.evaluate("() => document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": height})
    heavy = []
    for scheme, value in SCHEMES.items():
        page.emulate_media(color_scheme=value)
        path = target / pattern.format(scheme=scheme)
        page.screenshot(path=path, animations="disabled", caret="hide")
        if readme and path.stat().st_size > LARGEST_README_BYTES:
            heavy.append(f"{path.name} has {path.stat().st_size} bytes")
    return heavy


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_screen_is_sound(screen: Screen, demo: PreauProcess, visitors: Visitors, folder: Path | None) -> None:
    window = visitors.open(screen.who, demo.url, scripts=screen.scripts)
    window.page.goto(demo.url + screen.path)
    if screen.act:
        screen.act(window.page)
    faults = look_at(window, screen.name, folder)
    assert window.status == screen.status
    page = window.page if screen.scripts else with_scripts(window.page, visitors, demo.url)
    assert faults + axe.violations(page) == []


def with_scripts(seen: Page, visitors: Visitors, base_url: str) -> Page:
    """The same document in a window where axe-core can run: without scripts its promises never end."""
    page = visitors.open(None, base_url).page
    document = seen.content()
    page.route(seen.url, lambda route: route.fulfill(body=document, content_type="text/html; charset=utf-8"))
    page.goto(seen.url)
    return page


def _look_at(script: Iterator[moments.Moment], folder: Path | None, *, expected: str = "") -> None:
    """Looks at every moment of a script; ``expected``: part of the faults that belong to the moment."""
    faults = [
        f"{name}: {fault}"
        for name, window in script
        for fault in look_at(window, name, folder) + axe.violations(window.page)
        if not expected or expected not in fault
    ]
    assert faults == []


def test_the_live_class_is_sound_from_the_door_to_the_register(
    demo: PreauProcess, visitors: Visitors, folder: Path | None
) -> None:
    _look_at(moments.live_class(visitors, demo.url), folder)


def test_the_queue_is_sound(full_demo: PreauProcess, visitors: Visitors, folder: Path | None) -> None:
    _look_at(moments.queue(visitors, full_demo.url), folder)


def test_a_paper_card_asks_first(demo: PreauProcess, visitors: Visitors, folder: Path | None) -> None:
    _look_at(moments.paper_card(visitors, demo), folder)


def test_a_device_without_network_says_so(demo: PreauProcess, visitors: Visitors, folder: Path | None) -> None:
    _look_at(moments.offline(visitors, demo), folder, expected="ERR_")


def test_an_incident_is_told(demo: PreauProcess, visitors: Visitors, folder: Path | None) -> None:
    _look_at(moments.incident(visitors, demo), folder)
