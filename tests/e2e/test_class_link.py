"""A pupil on a borrowed phone stays at the gate: the teacher sends the link of the class, and that is enough."""

import pytest
from playwright.sync_api import Page, expect

from e2e.moments import open_class_door
from e2e.people import PUPIL, TEACHER, sign_in
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser


def place_of(page: Page) -> list[str]:
    """Lane and order key of the ticket."""
    [ticket] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "ticket"]
    return ticket.split(".")[2:4]


def link_copied(teacher: Page, base_url: str) -> str:
    open_class_door(teacher, base_url)
    teacher.get_by_role("tab", name="Appel").click()
    copied = teacher.get_by_role("textbox", name="Un élève reste au portail")
    teacher.context.grant_permissions(["clipboard-read", "clipboard-write"])
    teacher.get_by_role("button", name="Copier le lien").click()
    expect(teacher.get_by_text("Le lien est copié.")).to_be_visible()
    pasted: str = teacher.evaluate("navigator.clipboard.readText()")
    assert pasted == copied.input_value()
    return pasted


@pytest.fixture(scope="module")
def link(full_demo: PreauProcess, devices: Visitors) -> str:
    """What the teacher has copied, with the one place of the house taken by somebody else."""
    inside = devices.open(None, full_demo.url).page
    inside.goto(full_demo.url)
    inside.reload()
    return link_copied(devices.open(TEACHER, full_demo.url).page, full_demo.url)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_link_gives_the_place_of_the_class_before_anybody_has_signed_in(
    full_demo: PreauProcess, visitors: Visitors, link: str, *, scripts: bool
) -> None:
    base_url = full_demo.url
    assert link.startswith(f"{base_url}/l/l1.")

    pupil = visitors.open(None, base_url, scripts=scripts).page
    pupil.goto(f"{base_url}/journee/")
    assert place_of(pupil)[0] == "3"
    pupil.goto(link)
    expect(pupil).to_have_url(f"{base_url}/connexion/")
    by_link = place_of(pupil)
    assert by_link[0] == "1"

    sign_in(pupil, base_url, PUPIL)
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("Ta place est gardée")
    assert place_of(pupil) == by_link, "the card of the class gives the very place of its link"
