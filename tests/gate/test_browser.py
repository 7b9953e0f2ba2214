"""The waiting page in a real browser: one place inside, somebody waits, somebody leaves."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser import DESKTOP, PHONE, chromium
from gate.house import served_house
from gate.served_gate import SECRET
from preau.tokens import card
from preau.tokens.card import Card, Role
from preau.tokens.keyring import Keyring

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "client/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path) -> Iterator[str]:
    """The address of a gate with one place inside, and nobody in it."""
    with served_house(tmp_path, capacity=1) as address:
        yield address


@pytest.fixture
def device(browser: Browser) -> Iterator[Any]:
    """Makes contexts: a device of one's own each."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(viewport=PHONE, **options)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


def enters(context: BrowserContext, house: str) -> Page:
    page = context.new_page()
    page.goto(f"{house}/journee/")
    return page


def inside(page: Page) -> None:
    expect(page.get_by_role("heading", name="Dedans")).to_be_visible(timeout=20_000)


def fills(context: BrowserContext, house: str) -> Page:
    """Somebody takes the one place, and the porter has looked since: until then the file may still tell of it."""
    page = enters(context, house)
    inside(page)
    deadline = time.monotonic() + 10
    while page.request.get(f"{house}/attente/etat.json").json()["free"]:
        assert time.monotonic() < deadline, "the porter does not look"
        time.sleep(0.05)
    page.reload()  # the cookies come back: a place given to nobody known is kept for seconds only
    inside(page)
    return page


def with_card(context: BrowserContext, house: str, subject: str) -> BrowserContext:
    now_s = time.time()
    hour = int(now_s // 3600)
    held = Card(
        expires_at_s=card.expiry(now_s),
        role=Role.PUPIL,
        subject=subject,
        group="CM2B______B",
        hours=card.hours_mask({hour, hour + 1}),
    )
    text = card.mint(Keyring(SECRET), held, now_s=now_s)
    context.add_cookies([{"name": "carnet", "value": text, "url": house}])
    return context


def test_who_waits_is_told_the_truth_and_enters_alone_when_a_place_is_free(house: str, device: Any) -> None:
    first = fills(device(), house)
    waiting = device()
    waiting.add_init_script("localStorage.setItem('preau.given_name', 'Inès')")
    problems: list[str] = []
    page = waiting.new_page()
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{house}/journee/?jour=2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre place est gardée, Inès.")
    expect(page.locator("#before")).to_have_text("0")
    later = enters(device(), house)
    expect(later.locator("#before")).to_have_text("1")
    with page.expect_popup() as lesson:
        page.get_by_role("link", name="Fractions").first.click()
    lesson.value.close()
    first.goto(f"{house}/sortie")
    inside(page)
    assert page.url == f"{house}/journee/?jour=2"
    assert problems == []
    expect(later.locator("#before")).to_have_text("0", timeout=20_000)


def test_a_shared_file_that_stands_still_has_the_page_knock(house: str, device: Any) -> None:
    fills(device(), house)
    context = device()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{house}/journee/")
    frozen = page.request.get(f"{house}/attente/etat.json").text()
    context.route("**/attente/etat.json*", lambda route: route.fulfill(body=frozen, content_type="application/json"))
    with page.expect_response("**/attente/etat.json*"):
        page.clock.run_for(3_000)
    knocks: list[str] = []
    page.on("framenavigated", lambda frame: knocks.append(frame.url))
    page.clock.run_for(13_000)
    assert not knocks, "a silence of a few seconds is nothing"
    deadline = time.monotonic() + 10
    while not knocks and time.monotonic() < deadline:
        page.clock.run_for(10_000)
    assert knocks == [f"{house}/journee/"]
    expect(page.locator("#waiting")).to_be_visible()
    page.close()
    context.unroute_all(behavior="wait")


def test_pause_stops_polling_and_check_now_looks_once(house: str, device: Any) -> None:
    fills(device(), house)
    page = device().new_page()
    looks: list[str] = []
    page.on("request", lambda request: looks.append(request.url) if "etat.json" in request.url else None)
    page.clock.install()
    page.goto(f"{house}/journee/")
    pause = page.get_by_role("button", name="Suspendre l’actualisation")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#pace")).to_have_text("L’actualisation est suspendue.")
    before = len(looks)
    page.clock.run_for(120_000)
    assert len(looks) == before
    with page.expect_response(lambda response: "etat.json" in response.url):
        page.get_by_role("button", name="Vérifier maintenant").click()
    expect(page.locator("#say")).to_contain_text("personne avant vous")
    page.clock.run_for(120_000)
    assert len(looks) == before + 1
    with page.expect_response(lambda response: "etat.json" in response.url):
        pause.click()
        page.clock.run_for(1_000)


def test_without_javascript_a_reload_is_the_check(house: str, device: Any) -> None:
    first = fills(device(), house)
    page = enters(device(java_script_enabled=False), house)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre place est gardée.")
    page.get_by_role("link", name="Suspendre l’actualisation").click()
    expect(page.locator("#pace")).to_have_text("L’actualisation est suspendue.")
    page.get_by_role("link", name="Toutes les 5").click()
    expect(page.locator("#pace")).to_contain_text("toutes les 5")
    first.goto(f"{house}/sortie")
    deadline = time.monotonic() + 20
    while page.locator("#check").count() and time.monotonic() < deadline:
        page.get_by_role("link", name="Vérifier maintenant").click()
    inside(page)
    assert page.url == f"{house}/journee/"


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci in client/): NO AXE CHECK RUNS")
@pytest.mark.parametrize("contrast", ["no-preference", "more"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(house: str, device: Any, scheme: str, contrast: str) -> None:
    fills(device(), house)
    options = {"color_scheme": scheme, "contrast": contrast, "bypass_csp": True}
    unknown, pupil = device(**options), with_card(device(**options), house, "ines_______")
    for context, path in ((unknown, "/"), (pupil, "/"), (unknown, "/attente/nulle-part")):
        page = context.new_page()
        for viewport in (PHONE, DESKTOP):
            page.set_viewport_size(viewport)
            page.goto(house + path)
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run().then((r) => r.violations.map((v) => v.id + ': ' + v.nodes[0].html))")
            assert found == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            small = page.evaluate(SMALL_TARGETS)
            assert small == []


SMALL_TARGETS = """[...document.querySelectorAll('a, button, summary')].filter((e) => {
  const box = e.getBoundingClientRect(); return box.height < 44; }).map((e) => e.outerHTML)"""


@pytest.fixture
def crowded_house(tmp_path: Path) -> Iterator[str]:
    """A full gate at the level of the ladder from which a challenge is on offer."""
    with served_house(tmp_path, capacity=0, level=2) as address:
        yield address


def key_of(page: Page) -> int:
    return int(page.locator("#waiting").get_attribute("data-key") or 0)


def set_back(context: BrowserContext, house: str) -> Page:
    """A waiting page with a challenge on offer: one more device of this address, once the porter tells the level."""
    page = context.new_page()
    deadline = time.monotonic() + 10
    while True:
        context.clear_cookies()
        page.goto(f"{house}/journee/")
        if page.locator("#waiting[data-puzzle]").count():
            return page
        assert time.monotonic() < deadline, "no challenge is on offer"


def test_the_browser_solves_a_challenge_beside_the_waiting_and_keeps_the_better_place(
    crowded_house: str, device: Any
) -> None:
    context = device()
    enters(device(), crowded_house)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda message: problems.append(message.text))
    page = set_back(context, crowded_house)
    promised = parse_qs(page.locator("#waiting").get_attribute("data-puzzle") or "")["key"][0]
    expect(page.locator("#waiting")).to_have_attribute("data-key", promised, timeout=30_000)
    [ticket] = [cookie["value"] for cookie in context.cookies() if cookie["name"] == "ticket"]
    assert ticket.split(".")[3] == promised
    page.reload()
    assert key_of(page) == int(promised)
    assert page.locator("#waiting[data-puzzle]").count() == 0
    assert problems == []


def test_without_web_crypto_the_page_simply_waits(crowded_house: str, device: Any) -> None:
    context = device()
    context.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    enters(device(), crowded_house)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    page = set_back(context, crowded_house)
    before = key_of(page)
    with page.expect_response(lambda response: "etat.json" in response.url):
        pass
    assert any(url.endswith("/attente/defi.js") for url in asked)
    assert not any(url.endswith("/attente/defi") for url in asked)
    assert key_of(page) == before
    assert problems == []
