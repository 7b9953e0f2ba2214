"""Half past eight in a full house: who goes first says so on a device that was never here, and goes first."""

import pytest
from playwright.sync_api import Page, expect

from e2e.people import PUPIL, TEACHER, sign_in
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def full_house(full_demo: PreauProcess, visitors: Visitors) -> str:
    """Its address: the one place is taken by somebody who has shown the pass."""
    inside = visitors.open(None, full_demo.url).page
    inside.goto(full_demo.url)
    inside.reload()
    return full_demo.url


def waits_unknown(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/journee/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre place est gardée.")
    page.get_by_role("link", name="Se connecter").click()
    expect(page).to_have_url(f"{base_url}/connexion/")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_teacher_goes_from_the_queue_to_the_day(full_house: str, visitors: Visitors, *, scripts: bool) -> None:
    teacher = visitors.open(None, full_house, scripts=scripts).page
    waits_unknown(teacher, full_house)
    sign_in(teacher, full_house, TEACHER)
    expect(teacher.locator("main#waiting")).to_have_count(0)
    expect(teacher.get_by_role("heading", level=1)).to_contain_text("Claire")


def test_a_pupil_who_signs_in_is_called_tu_and_stays_in_order(full_house: str, visitors: Visitors) -> None:
    pupil = visitors.open(None, full_house).page
    waits_unknown(pupil, full_house)
    sign_in(pupil, full_house, PUPIL)
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("Ta place est gardée")
    expect(pupil.get_by_role("link", name="Se connecter")).to_have_count(0)
