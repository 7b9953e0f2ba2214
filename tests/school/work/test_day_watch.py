"""The day on the pupil's screen: it notices that the class opens, and says when it is an old page."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from preau.school.classroom.models import LiveClass
from preau.school.classroom.services import open_live_class
from preau.school.directory.models import Person, TimetableSlot
from school.factories import NOW
from school.work.school_site import SchoolSite

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONGEST_PAUSE_MS = 30_000


@pytest.fixture(autouse=True)
def tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the school it is Tuesday, 8:35 in Paris, and time goes on."""
    started = time.monotonic()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(seconds=time.monotonic() - started))


@pytest.fixture
def device(browser: Browser, site: SchoolSite, pupil: Person) -> Iterator[BrowserContext]:
    """A phone on which the pupil is signed in."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=site.url)
    client = Client()
    client.force_login(pupil)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
    yield context
    context.close()


@pytest.fixture
def page(device: BrowserContext) -> Page:
    return device.new_page()


def _open_class(slot: TimetableSlot, teacher: Person) -> LiveClass:
    live_class = open_live_class(slot=slot, now=timezone.now(), opened_by=teacher)
    assert isinstance(live_class, LiveClass)
    return live_class


def _open_day(page: Page) -> None:
    page.goto("/journee/")
    expect(page.locator("html[data-ready=day]")).to_be_attached()
    expect(page.get_by_text("ta classe va s’ouvrir")).to_be_visible()


def test_the_day_notices_that_the_class_has_opened(page: Page, slot: TimetableSlot, teacher: Person) -> None:
    page.clock.install(time=NOW)
    _open_day(page)
    expect(page.get_by_text("Ta classe est ouverte.")).to_be_hidden()
    page.get_by_role("link", name="Actualiser").focus()

    live_class = _open_class(slot, teacher)
    page.clock.fast_forward(LONGEST_PAUSE_MS)
    entrance = page.get_by_role("link", name="Entrer en classe")
    expect(entrance).to_have_attribute("href", f"/classe/{live_class.pk.hex}/")
    expect(entrance).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Ta classe est ouverte.")).to_be_visible()
    expect(page.get_by_text("Page gardée")).to_be_hidden()


def test_after_an_error_the_day_is_looked_at_again(
    page: Page, site: SchoolSite, slot: TimetableSlot, teacher: Person
) -> None:
    page.clock.install(time=NOW)
    _open_day(page)
    site.stop()
    page.clock.fast_forward(LONGEST_PAUSE_MS)
    expect(page.get_by_text("Page gardée le mardi 24 novembre à 8\u00a0h\u00a035")).to_be_visible()
    expect(page.get_by_text("ta classe va s’ouvrir")).to_be_visible()

    _open_class(slot, teacher)
    site.start()
    page.clock.fast_forward(2 * LONGEST_PAUSE_MS)
    expect(page.get_by_role("link", name="Entrer en classe")).to_be_visible()
    expect(page.get_by_text("Page gardée")).to_be_hidden()


def test_a_kept_day_says_that_it_is_old(page: Page, site: SchoolSite, slot: TimetableSlot, teacher: Person) -> None:
    page.clock.install(time=NOW + timedelta(hours=12))
    _open_day(page)
    expect(page.get_by_text("Page gardée")).to_be_hidden()
    page.wait_for_function(
        "async () => { await navigator.serviceWorker.ready; return !!navigator.serviceWorker.controller }"
    )
    page.reload()
    page.wait_for_function("async () => !!(await (await caches.open('preau-pages-1')).match('/journee/'))")
    site.stop()
    page.reload()
    expect(page.get_by_role("status").filter(has_text="Page gardée le mardi 24 novembre")).to_be_visible()

    _open_class(slot, teacher)
    site.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("link", name="Entrer en classe")).to_be_visible()
    expect(page.get_by_text("Page gardée")).to_be_hidden()
