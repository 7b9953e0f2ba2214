"""The lessons of the week come onto the device in one file, whole and checked, or else one by one."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, Request, expect

from preau.school.content.models import Course, Lesson
from preau.school.content.services import assign_course, import_markdown
from preau.school.directory.models import ClassGroup, Person
from school.factories import NOW
from school.work.school_site import SchoolSite

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>{}</title><circle r="3"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
ALL_KEPT = "Toute ta semaine est sur cet appareil"


@pytest.fixture
def course(data_folder: Path, tmp_path: Path, class_group: ClassGroup) -> Course:
    """Five lessons of one week, each with a drawing; the last with a photograph too."""
    folder = tmp_path / "semaine"
    folder.mkdir()
    (folder / "course.toml").write_text('title = "Semaine"\ngrade = "CM2"\n', encoding="utf-8")
    (folder / "photo.png").write_bytes(PNG)
    for day in range(1, 6):
        (folder / f"{day}.svg").write_text(SVG.format(day), encoding="utf-8")
        photo = "![p](photo.png)" if day == 5 else ""
        text = f"+++\nweek = 1\nday = {day}\n+++\n# Jour {day}\n\n![d]({day}.svg) {photo}\n"
        (folder / f"jour{day}.md").write_text(text, encoding="utf-8")
    report = import_markdown(folder, NOW)
    assert report.ok, report.problems
    found = Course.objects.get()
    today = timezone.localdate()
    assign_course(course=found, class_group=class_group, starts_on=today - timedelta(days=today.weekday()))
    return found


@pytest.fixture
def page(browser: Browser, site: SchoolSite, pupil: Person) -> Iterator[Page]:
    """A phone that has never been here, on which the pupil is signed in."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=site.url)
    client = Client()
    client.force_login(pupil)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
    yield context.new_page()
    context.close()


def _fetched(page: Page) -> list[str]:
    """Names of the files of packages that the page asked for, as they come."""
    names: list[str] = []

    def note(request: Request) -> None:
        if "/colis/" in request.url:
            names.append(request.url.rpartition("/")[2])

    page.on("request", note)
    return names


def _bundle() -> Path:
    return Path(settings.PREAU_DATA) / Lesson.objects.order_by("order")[0].bundle_url[1:]


def _photo() -> Path:
    return next((Path(settings.PREAU_DATA) / "colis" / "fichiers").glob("*.png"))


def test_a_week_comes_in_one_file_and_its_lessons_open_without_the_server(page: Page, site: SchoolSite) -> None:
    names = _fetched(page)
    page.goto("/journee/")
    expect(page.locator("[data-offline-state]")).to_contain_text(ALL_KEPT)
    assert names == ["semaine-1.lot.json", _photo().name]
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => !!navigator.serviceWorker.controller")
    site.stop()
    for lesson in Lesson.objects.all():
        answer = page.goto(lesson.url)
        assert answer is not None
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        expect(page.get_by_role("heading", level=1)).to_have_text(lesson.title)
        assert page.locator("img[src$='.svg']").evaluate(
            "async (image) => { await image.decode(); return image.width }"
        )


def test_what_is_on_the_device_is_not_fetched_again(page: Page, site: SchoolSite) -> None:
    page.goto("/journee/")
    expect(page.locator("[data-offline-state]")).to_contain_text(ALL_KEPT)
    names = _fetched(page)
    page.reload()
    expect(page.locator("[data-offline-state]")).to_contain_text(ALL_KEPT)
    assert names == []


def test_an_edition_without_bundles_is_brought_lesson_by_lesson(page: Page, site: SchoolSite) -> None:
    _bundle().unlink()
    names = _fetched(page)
    page.goto("/journee/")
    expect(page.locator("[data-offline-state]")).to_contain_text(ALL_KEPT)
    assert sum(name.endswith(".html") for name in names) == 5
    assert sum(name.endswith(".svg") for name in names) == 5


def test_a_damaged_part_is_not_kept_and_comes_from_its_own_address(page: Page, site: SchoolSite) -> None:
    damaged = json.loads(_bundle().read_bytes())
    for part in damaged["parts"]:
        if part["path"].endswith((".svg", "jour2.html")):
            part["text"] = part["text"].replace("<", "<!-- -->", 1)
    _bundle().write_text(json.dumps(damaged), encoding="utf-8")
    names = _fetched(page)
    page.goto("/journee/")
    expect(page.locator("[data-offline-state]")).to_contain_text(ALL_KEPT)
    assert sum(name.endswith(".svg") for name in names) == 5
    kept = page.evaluate(
        """async () => {
          const cache = await caches.open("preau-colis-1");
          const answers = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
          return Promise.all(answers.map((answer) => answer.text()));
        }"""
    )
    assert len(kept) == 11
    assert not any("<!-- -->" in text for text in kept)


def test_the_whole_week_is_said_to_be_there_only_when_its_last_image_is(page: Page, site: SchoolSite) -> None:
    photo = _photo()
    content = photo.read_bytes()
    photo.unlink()
    page.goto("/journee/")
    expect(page.locator("[data-offline-state]")).to_have_text(
        "4 séances sur 5 sont sur cet appareil. Les autres viendront avec internet."
    )
    photo.write_bytes(content)
    page.reload()
    expect(page.locator("[data-offline-state]")).to_contain_text(ALL_KEPT)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_when_the_device_says_what_it_keeps(page: Page, site: SchoolSite, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(
        """globalThis.moved = 0;
        new PerformanceObserver((list) => { for (const shift of list.getEntries()) moved += shift.value })
          .observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto("/journee/")
    place = page.locator("[data-offline-state]")
    height = place.evaluate("(element) => element.getBoundingClientRect().height")
    expect(place).to_contain_text(ALL_KEPT)
    assert place.evaluate("(element) => element.getBoundingClientRect().height") == height > 0
    assert page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(moved))))") == 0
