"""What a first visit costs: a phone with an empty cache on a slow line, paid by the megabyte."""

import sys
from typing import Any, Final, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from browser import PHONE
from e2e import moments
from e2e.people import PUPIL
from e2e.screens import open_lesson
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser

MOST_BYTES: Final = 80_000
MOST_REQUESTS: Final = 12
MOST_BYTES_OF_WAITING: Final = 14_000
MOST_ELEMENTS_OF_THE_DAY: Final = 600


class Cost(NamedTuple):
    """What came over the wire, headers included, and what the page is made of.

    ``shown``: requests that the page needs to be what it is; ``later``: what scripts and the service worker bring home
    behind it, for the hours without network. The promise counts both, and so do the bytes.
    """

    name: str
    bytes_received: int
    shown: tuple[str, ...]
    later: tuple[str, ...]
    elements: int

    def __str__(self) -> str:
        requests = f"{len(self.shown):3} requests and {len(self.later):3} behind"
        return f"{self.name:12} {self.bytes_received:7} bytes {requests} {self.elements:4} elements"


class Meter:
    """Counts what a page receives, as the browser's network layer sees it; the service worker's requests as well."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._addresses: dict[str, str] = {}
        self._received: dict[str, int] = {}
        self._later: set[str] = set()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")
        page.context.on("requestfinished", self._worker_finished)

    def _sent(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self._addresses[event["requestId"]] = event["request"]["url"]
            if event["type"] == "Fetch":
                self._later.add(event["requestId"])

    def _answered(self, event: dict[str, Any]) -> None:
        """What the browser's cache or the worker gave did not go over the wire; the worker's own requests count."""
        if event["response"].get("fromDiskCache") or event["response"].get("fromServiceWorker"):
            self._addresses.pop(event["requestId"], None)

    def _finished(self, event: dict[str, Any]) -> None:
        self._received[event["requestId"]] = int(event["encodedDataLength"])

    def _worker_finished(self, request: Any) -> None:
        if request.service_worker is not None:
            key = f"worker {request.url}"
            self._addresses[key] = key
            self._later.add(key)
            sizes = request.sizes()
            self._received[key] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    def read(self, name: str) -> Cost:
        """What was counted until now, when nothing is under way any more."""
        self._page.wait_for_load_state("networkidle")
        received = sum(self._received.get(request, 0) for request in self._addresses)
        elements = int(self._page.evaluate("() => document.querySelectorAll('*').length"))
        shown = tuple(address for key, address in self._addresses.items() if key not in self._later)
        later = tuple(address for key, address in self._addresses.items() if key in self._later)
        return Cost(name, received, shown, later, elements)


def first_visit(browser: Browser, address: str, name: str, known: StorageState | None = None) -> Cost:
    """The cost of ``address`` on a device that has never been here; ``known``: cookies of a sign-in."""
    cookies: StorageState = {"cookies": known["cookies"], "origins": []} if known else {}
    context = browser.new_context(viewport=PHONE, locale="fr-FR", storage_state=cookies)
    page = context.new_page()
    meter = Meter(page)
    page.goto(address)
    cost = meter.read(name)
    context.close()
    return cost


def test_a_first_visit_of_a_pupil_is_light(
    demo: PreauProcess, browser: Browser, visitors: Visitors, capsys: pytest.CaptureFixture[str]
) -> None:
    pupil = visitors.open(PUPIL, demo.url).page
    known = pupil.context.storage_state()
    pupil.goto(f"{demo.url}/journee/")
    open_lesson(pupil)
    costs = [
        first_visit(browser, f"{demo.url}/", "front"),
        first_visit(browser, f"{demo.url}/connexion/eleve/", "class code"),
        first_visit(browser, f"{demo.url}/connexion/eleve/code/?classe={PUPIL.class_code}", "pictures"),
        first_visit(browser, f"{demo.url}/journee/", "my day", known),
        first_visit(browser, pupil.url, "lesson", known),
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "".join(f"{cost}\n" for cost in costs))
    for cost in costs:
        assert cost.bytes_received <= MOST_BYTES, cost
        assert len(cost.shown) + len(cost.later) <= MOST_REQUESTS, (cost.shown, cost.later)
    day = costs[3]
    assert any(address.endswith(".lot.json") for address in day.later), "the week came along"
    assert day.elements <= MOST_ELEMENTS_OF_THE_DAY, day


def test_the_waiting_page_is_one_small_response(
    full_demo: PreauProcess, browser: Browser, visitors: Visitors, capsys: pytest.CaptureFixture[str]
) -> None:
    pupil = visitors.open(PUPIL, full_demo.url).page
    moments.give_place_back(pupil, full_demo.url)
    inside = visitors.open(None, full_demo.url).page
    inside.goto(full_demo.url)
    inside.reload()  # shows its pass, and so keeps its place
    expect(inside.locator("main#waiting")).to_have_count(0)
    known = pupil.context.storage_state()
    cost = first_visit(browser, f"{full_demo.url}/journee/", "waiting", known)
    with capsys.disabled():
        sys.stdout.write(f"\n{cost}\n")
    assert cost.bytes_received <= MOST_BYTES_OF_WAITING
    assert cost.shown == (f"{full_demo.url}/journee/",)
    assert cost.later == ()
