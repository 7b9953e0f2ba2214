"""The waiting page in a real browser: one place inside, somebody waits, somebody leaves."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser import DESKTOP, PHONE, chromium
from gate.served_gate import SECRET, free_port
from preau.tokens import card
from preau.tokens.card import Card, Role
from preau.tokens.keyring import Keyring

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "client/node_modules/axe-core/axe.min.js"
LESSON = {
    "title": "Fractions",
    "subject": "Maths",
    "minutes": 25,
    "url": "/colis/editions/x/l1.html",
    "section": "ecole",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def house(tmp_path: Path) -> Iterator[str]:
    """The address of a gate with one place inside, and nobody in it."""
    sections = {section: {**LESSON, "section": section} for section in ("ecole", "college", "lycee")}
    (tmp_path / "lessons_of_the_day.json").write_text(
        json.dumps({"v": 1, "date": "2026-11-23", "groups": {}, "sections": sections})
    )
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("served_gate.py")), str(port), "1", str(tmp_path)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:  # noqa: S603
        try:
            wait_until_served(f"http://127.0.0.1:{port}/attente/etat.json", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_until_served(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urlopen(url, timeout=1):  # noqa: S310  our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            assert server.poll() is None, "the server ended before it listened"
            assert time.monotonic() < deadline, "the server did not listen within 30 s"
            time.sleep(0.05)


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
