"""An operator shuts the gate and opens it again, and sees it happen; whoever comes meanwhile waits and then enters."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.people import OPERATOR
from e2e.screens import GATE
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser

SEEN_WITHIN_MS = 10_000
"""The porter's second, a poll of two, and a busy machine."""


def order(page: Page, base_url: str, mode: str) -> None:
    """Orders a mode by the form."""
    page.goto(base_url + GATE)
    page.get_by_role("radio", name=re.compile(f"^{mode}")).check()
    page.get_by_label("Pourquoi").fill("répétition générale")
    page.get_by_label(re.compile("Je confirme")).check()
    page.get_by_role("button", name="Donner l’ordre").click()
    expect(page.get_by_text("Ordre donné : le portier l’applique")).to_be_visible()


def opened_until(page: Page, url: str, heading: str, *, as_new: bool = False) -> None:
    """Opens a page again and again until it says so: orders are read within a second, the status within five."""
    for _ in range(40):
        page.goto(url)
        if page.get_by_role("heading", name=heading).count():
            return
        page.wait_for_timeout(250)
        if as_new:
            page.context.clear_cookies()
    raise AssertionError(f"{url} never said « {heading} »")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def operator(demo: PreauProcess, visitors: Visitors, *, scripts: bool) -> Iterator[Page]:
    window = visitors.open(OPERATOR, demo.url, scripts=scripts)
    yield window.page
    assert window.faults == []


def test_a_gate_that_is_shut_by_the_page_holds_newcomers_until_it_is_opened(
    operator: Page, demo: PreauProcess, visitors: Visitors, *, scripts: bool
) -> None:
    order(operator, demo.url, "Fermé")
    newcomer = visitors.open(None, demo.url).page
    opened_until(newcomer, f"{demo.url}/ecole/", "Votre place est gardée.", as_new=True)
    if not scripts:
        operator.wait_for_timeout(1500)  # a report of the second after
        operator.reload()
    expect(operator.locator('[data-part="state"]').get_by_text("Mode fermé")).to_be_visible(timeout=SEEN_WITHIN_MS)
    expect(operator.locator(".figures div").first.locator("dd")).to_have_text("1", timeout=SEEN_WITHIN_MS)
    opened_until(visitors.open(None, demo.url).page, f"{demo.url}/etat", "L’équipe a suspendu les entrées.")
    order(operator, demo.url, "Automatique")
    expect(newcomer.locator("main#waiting")).to_have_count(0, timeout=30_000)  # the page comes in by itself


def test_figures_that_are_held_still_stay_still(demo: PreauProcess, visitors: Visitors) -> None:
    page = visitors.open(OPERATOR, demo.url).page
    page.goto(demo.url + GATE)
    expect(page.locator("[data-gate-state][data-seen]")).to_have_count(1, timeout=SEEN_WITHIN_MS)
    measured = page.locator(".level .soft")
    page.get_by_role("button", name="Figer les chiffres").click()
    before = measured.inner_text()
    page.wait_for_timeout(3500)
    assert measured.inner_text() == before
    page.get_by_role("button", name="Reprendre").click()
    expect(measured).not_to_have_text(before, timeout=SEEN_WITHIN_MS)


def test_a_server_that_is_gone_is_said_and_the_figures_stay(visitors: Visitors, demo: PreauProcess) -> None:
    page = visitors.open(OPERATOR, demo.url).page
    page.goto(demo.url + GATE)
    page.route("**/etat.json", lambda route: route.abort())
    expect(page.get_by_text("Ces chiffres ne sont plus rafraîchis")).to_be_visible(timeout=20_000)
    expect(page.locator(".level-name")).to_be_visible()
    page.unroute("**/etat.json")
    expect(page.get_by_text("Ces chiffres ne sont plus rafraîchis")).to_be_hidden(timeout=20_000)
