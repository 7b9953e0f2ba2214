"""Every screen in French, on a phone and on a desktop, light and dark: looked at, and held to what each must keep.

``PREAU_SCREENSHOTS=folder``: the README's screens go into it, one window each; all the others, whole, into ``autres/``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import ViewportSize

from browser import DESKTOP, PHONE
from e2e import moments
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wanted = os.environ.get("PREAU_SCREENSHOTS")
    return Path(wanted) if wanted else tmp_path


def photograph(window: Window, name: str, folder: Path) -> list[str]:
    """Takes the four pictures of one screen; returns what is wrong with it."""
    faults = list(window.faults)
    readme = name in README
    target = folder if readme else folder / "autres"
    target.mkdir(parents=True, exist_ok=True)
    for width, size in WIDTHS.items():
        window.page.set_viewport_size(size)
        faults += [f"{width} px: {fault}" for fault in frame_faults(window.page)]
        if not readme:  # the whole page in one window: what is fixed to its edges stays there
            height = window.page.evaluate("() => document.documentElement.scrollHeight")
            window.page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
        for scheme, value in SCHEMES.items():
            window.page.emulate_media(color_scheme=value)
            path = target / f"{name}-{scheme}-{width}.png"
            window.page.screenshot(path=path, animations="disabled", caret="hide")
            if readme and path.stat().st_size > LARGEST_README_BYTES:
                faults.append(f"{path.name} has {path.stat().st_size} bytes")
    window.page.set_viewport_size(PHONE)
    return faults


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_screen_is_sound(screen: Screen, demo: PreauProcess, visitors: Visitors, folder: Path) -> None:
    window = visitors.open(screen.who, demo.url, scripts=screen.scripts)
    window.page.goto(demo.url + screen.path)
    if screen.act:
        screen.act(window.page)
    faults = photograph(window, screen.name, folder)
    assert window.status == screen.status
    assert faults == []


def _look_at(script: Iterator[moments.Moment], folder: Path, *, expected: str = "") -> None:
    """Photographs every moment of a script; ``expected``: part of the faults that belong to the moment."""
    faults = [
        f"{name}: {fault}"
        for name, window in script
        for fault in photograph(window, name, folder)
        if not expected or expected not in fault
    ]
    assert faults == []


def test_the_live_class_is_sound_from_the_door_to_the_register(
    demo: PreauProcess, visitors: Visitors, folder: Path
) -> None:
    _look_at(moments.live_class(visitors, demo.url), folder)


def test_the_queue_is_sound(full_demo: PreauProcess, visitors: Visitors, folder: Path) -> None:
    _look_at(moments.queue(visitors, full_demo.url), folder)


def test_a_paper_card_asks_first(demo: PreauProcess, visitors: Visitors, folder: Path) -> None:
    _look_at(moments.paper_card(visitors, demo), folder)


def test_a_device_without_network_says_so(demo: PreauProcess, visitors: Visitors, folder: Path) -> None:
    _look_at(moments.offline(visitors, demo), folder, expected="ERR_")


def test_an_incident_is_told(demo: PreauProcess, visitors: Visitors, folder: Path) -> None:
    _look_at(moments.incident(visitors, demo), folder)
