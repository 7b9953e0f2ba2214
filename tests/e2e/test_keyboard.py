"""A pupil signs in, opens the lesson and answers with the keyboard alone, and always sees where the focus is."""

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.people import PUPIL
from e2e.screens import right_choice
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser

MOST_TABS: Final = 60
"""More stops than any page of a pupil has before what it is for."""

_FOCUS: Final = """() => {
    const element = document.activeElement
    const seen = [element, element.closest('label')].filter(Boolean).map(each => getComputedStyle(each))
    return {
        what: element.outerHTML.slice(0, 160),
        outlined: seen.some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2),
    }
}"""


def focus_shows(page: Page) -> None:
    focus = page.evaluate(_FOCUS)
    assert focus["outlined"], f"the focus does not show on {focus['what']}"


def tab_to(page: Page, target: Locator) -> None:
    """Tab after Tab until ``target`` has the focus, which shows at each stop."""
    expect(target).to_be_visible()
    page.wait_for_load_state()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus_shows(page)
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not come to {target}")


def sign_in_by_keyboard(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/connexion/")
    skip = page.get_by_role("link", name="Aller au contenu")
    tab_to(page, skip)
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, page.get_by_role("link", name=re.compile("^Élève")))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Code de la classe"))
    page.keyboard.type(PUPIL.class_code)
    page.keyboard.press("Enter")
    for number, key in enumerate(PUPIL.code_key.split("-")):
        expect(page.get_by_role("status")).to_contain_text(str(number))
        tab_to(page, page.locator(f'button[name="image"][value="{key}"]'))
        page.keyboard.press("Enter" if number % 2 else "Space")
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est bien toi")
    tab_to(page, page.get_by_role("button", name="Oui, c’est moi"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{base_url}/journee/")


def test_a_pupil_needs_no_mouse(demo: PreauProcess, visitors: Visitors) -> None:
    page = visitors.open(None, demo.url).page
    sign_in_by_keyboard(page, demo.url)
    tab_to(page, page.locator('main a[href^="/colis/editions/"]').first)
    page.keyboard.press("Enter")
    item = page.locator('section.item[data-kind="choice"]').first
    expect(item).to_be_visible()
    wanted = right_choice(page, item.get_attribute("data-item") or "")
    tab_to(page, item.locator("input[type=radio]").first)
    page.keyboard.press("Space")
    for _ in range(wanted):
        page.keyboard.press("ArrowDown")
        focus_shows(page)
    expect(item.locator("input[type=radio]").nth(wanted)).to_be_checked()
    tab_to(page, item.get_by_role("button", name="Vérifier"))
    page.keyboard.press("Enter")
    expect(item.locator("[data-verdict]")).to_contain_text("juste")
    focus_shows(page)
