"""The lesson goes on when the server is gone, and what was done arrives once."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from preau.school.content.models import Lesson
from preau.school.directory.models import Person
from preau.school.work.models import WorkEvent
from preau.school.work.services import append_events
from school.factories import NOW
from school.work.school_site import SchoolSite
from school.work.test_journal import event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _sign_in(context: BrowserContext, site: SchoolSite, person: Person) -> None:
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])


@pytest.fixture
def device(browser: Browser, site: SchoolSite, pupil: Person) -> Iterator[BrowserContext]:
    """A phone on which the pupil is signed in."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=site.url)
    _sign_in(context, site, pupil)
    yield context
    context.close()


@pytest.fixture
def page(device: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong in silence."""
    opened = device.new_page()
    mistakes: list[str] = []
    opened.on("pageerror", lambda error: mistakes.append(str(error)))
    opened.on("console", lambda line: mistakes.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    assert mistakes == []


def _open_lesson(page: Page, lesson: Lesson) -> None:
    page.goto("/parcours/")  # a page of the school says whose device this is
    page.goto(lesson.url)
    expect(page.locator("html[data-ready=lesson]")).to_be_attached()


def _let_the_worker_take_over(page: Page) -> None:
    page.wait_for_function(
        "async () => { await navigator.serviceWorker.ready; return !!navigator.serviceWorker.controller }"
    )
    page.wait_for_function("async (url) => !!(await (await caches.open('preau-colis-1')).match(url))", arg=page.url)


def _answer(page: Page, key: str = "un-et-un", choice: str = "1") -> None:
    question = page.locator(f"#q-{key}")
    question.locator(f"input[value='{choice}']").check()
    question.get_by_role("button", name="Vérifier").click()


def test_a_lesson_goes_on_without_the_server_and_the_answer_arrives_once(
    page: Page, site: SchoolSite, lesson: Lesson, pupil: Person
) -> None:
    _open_lesson(page, lesson)
    _let_the_worker_take_over(page)
    site.stop()
    _answer(page)
    question = page.locator("#q-un-et-un")
    expect(question.locator(".headline")).to_contain_text("C’est juste")
    expect(question.locator("[data-kept]")).to_have_text("Enregistré sur cet appareil")

    page.reload()
    expect(question.locator(".headline")).to_contain_text("C’est juste")
    expect(question.locator("input[value='1']")).to_be_checked()
    assert not WorkEvent.objects.filter(kind="answer").exists()

    site.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(question.locator("[data-kept]")).to_have_text("Envoyé")
    stored = WorkEvent.objects.get(kind="answer")
    assert (stored.person, stored.item_key, stored.right, stored.points_hundredths) == (pupil, "un-et-un", True, 100)


def test_a_lost_acknowledgement_costs_nothing(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    site.lose_answers = True
    _open_lesson(page, lesson)
    _answer(page)
    question = page.locator("#q-un-et-un")
    expect(page.locator("[data-sync-state]")).to_contain_text("au retour d’internet")
    assert WorkEvent.objects.filter(kind="answer").count() == 1, "the school had stored it before the answer was lost"
    asked = site.journal_requests

    site.lose_answers = False
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(question.locator("[data-kept]")).to_have_text("Envoyé")
    assert site.journal_requests > asked
    assert WorkEvent.objects.filter(kind="answer").count() == 1


def test_a_wrong_answer_can_be_tried_again_and_the_best_counts(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    _open_lesson(page, lesson)
    _answer(page, choice="0")
    question = page.locator("#q-un-et-un")
    expect(question.locator(".headline")).to_contain_text("Pas encore")
    question.locator("input[value='1']").check()
    question.get_by_role("button", name="Réessayer").click()
    expect(question.locator(".headline")).to_contain_text("C’est juste")
    expect(page.locator("[data-progress-words]")).to_contain_text("1 sur 5")
    expect(page.locator("[data-sync-state]")).to_have_text("Tout est envoyé.")
    assert WorkEvent.objects.filter(kind="answer").count() == 2


def test_every_kind_of_question_works_by_keyboard_and_the_lesson_ends(
    page: Page, site: SchoolSite, lesson: Lesson
) -> None:
    _open_lesson(page, lesson)
    _answer(page)
    page.locator("#q-moitie input[name=r]").fill("3,5")
    page.locator("#q-moitie input[name=r]").press("Enter")
    expect(page.locator("#q-moitie .headline")).to_contain_text("C’est juste")
    rows = page.locator("#q-ranger [data-line]")
    for wanted in ("0", "1", "2"):
        while rows.nth(int(wanted)).get_attribute("data-line") != wanted:
            page.locator(f"#q-ranger [data-line='{wanted}'] [data-way=up]").press("Enter")
    page.locator("#q-ranger").get_by_role("button", name="Vérifier").click()
    expect(page.locator("#q-ranger .headline")).to_contain_text("C’est juste")
    page.locator("#r-relier-0").select_option("0")
    page.locator("#r-relier-1").select_option("0")
    page.locator("#q-relier").get_by_role("button", name="Vérifier").click()
    expect(page.locator("#q-relier .headline")).to_contain_text("1\u00a0paire est juste sur 2")
    page.locator("#q-raconter textarea").fill("Un, deux, trois.")
    page.locator("#q-raconter").get_by_role("button", name="Envoyer").click()
    expect(page.locator("[data-progress-words]")).to_have_text("Séance terminée. Bravo !")
    expect(page.locator("[data-sync-state]")).to_have_text("Tout est envoyé.")
    assert WorkEvent.objects.filter(kind="lesson_done").count() == 1


def test_work_of_somebody_else_stays_on_the_shared_device(
    page: Page, device: BrowserContext, site: SchoolSite, lesson: Lesson, teacher: Person
) -> None:
    _open_lesson(page, lesson)
    device.clear_cookies()
    _sign_in(device, site, teacher)  # the pupil did not sign out: the device still says it is theirs
    _answer(page)
    expect(page.locator("[data-sync-state]")).to_contain_text("Enregistré sur cet appareil.")
    expect(page.get_by_role("link", name="Connecte-toi pour l’envoyer.")).to_be_visible()
    assert not WorkEvent.objects.filter(kind="answer").exists()


def test_what_was_done_on_another_device_is_there(
    page: Page, site: SchoolSite, lesson: Lesson, pupil: Person, browser: Browser
) -> None:
    _open_lesson(page, lesson)
    _answer(page)
    page.locator("#q-relier select").first.select_option("0")
    page.locator("#q-relier").get_by_role("button", name="Vérifier").click()
    expect(page.locator("#q-relier [data-kept]")).to_have_text("Envoyé")
    other = browser.new_context(base_url=site.url)
    _sign_in(other, site, pupil)
    elsewhere = other.new_page()
    _open_lesson(elsewhere, lesson)
    question = elsewhere.locator("#q-un-et-un")
    expect(question.locator(".headline")).to_contain_text("C’est juste")
    expect(question.locator("input[value='1']")).to_be_checked()
    expect(question.locator("[data-kept]")).to_have_text("Envoyé")
    expect(elsewhere.locator("#q-relier .headline")).to_contain_text("1\u00a0paire est juste sur 2")
    expect(elsewhere.locator("[data-progress-words]")).to_contain_text("2 sur 5")

    _let_the_worker_take_over(elsewhere)
    site.stop()
    elsewhere.reload()
    expect(question.locator(".headline")).to_contain_text("C’est juste")
    assert WorkEvent.objects.filter(kind="answer").count() == 2, "showing it again is no new answer"
    other.close()


def test_a_newer_answer_of_this_device_stays(page: Page, site: SchoolSite, lesson: Lesson, pupil: Person) -> None:
    old = event(pupil, lesson, response=[0], client_at="2026-01-05T08:00:00+01:00")
    append_events(person=pupil, raw_events=[old], now=NOW)
    _open_lesson(page, lesson)
    question = page.locator("#q-un-et-un")
    expect(question.locator(".headline")).to_contain_text("Pas encore")
    question.locator("input[value='1']").check()
    question.get_by_role("button", name="Réessayer").click()
    expect(page.locator("[data-sync-state]")).to_have_text("Tout est envoyé.")
    page.reload()
    expect(page.locator("html[data-ready=lesson]")).to_be_attached()
    expect(question.locator(".headline")).to_contain_text("C’est juste")


def test_words_where_a_number_is_asked_are_not_counted(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    _open_lesson(page, lesson)
    question = page.locator("#q-moitie")
    question.locator("input[name=r]").fill("un mètre")
    question.get_by_role("button", name="Vérifier").click()
    expect(question.locator("[data-verdict]")).to_have_text("Écris un nombre, par exemple 3,5.")
    expect(page.locator("[data-progress-words]")).to_contain_text("5 questions à faire")
    assert not WorkEvent.objects.filter(kind="answer").exists()


def test_the_kept_lessons_are_listed_when_the_server_is_gone(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    _open_lesson(page, lesson)
    _let_the_worker_take_over(page)
    site.stop()
    page.goto("/connexion/")
    expect(page.get_by_role("heading")).to_have_text("Préau n’est pas joignable")
    page.get_by_role("link", name="Compter jusqu’à dix").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compter jusqu’à dix")


def test_the_waiting_page_never_takes_the_place_of_the_page_asked_for(
    page: Page, site: SchoolSite, lesson: Lesson
) -> None:
    _open_lesson(page, lesson)
    _let_the_worker_take_over(page)
    page.goto("/parcours/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Parcours")
    site.gate_is_closed = True
    page.goto("/parcours/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ta place est gardée.")
    site.stop()
    page.goto("/parcours/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Parcours")


def test_signing_out_forgets_whose_device_this_is(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    _open_lesson(page, lesson)
    _let_the_worker_take_over(page)
    page.goto("/parcours/")
    page.wait_for_function("async () => caches.has('preau-pages-1')")
    assert page.evaluate("localStorage.getItem('preau.given_name')") == "Inès"
    page.get_by_role("button", name="Quitter").click()
    page.wait_for_url(site.url + "/")
    page.wait_for_function("async () => !(await caches.has('preau-pages-1'))")
    assert page.evaluate("[localStorage.getItem('preau.person'), localStorage.getItem('preau.given_name')]") == [
        None,
        None,
    ]


_EVENTS_OF = """async (person) => new Promise((resolve) => {
    const opening = indexedDB.open('preau');
    opening.onsuccess = () => {
        const asked = opening.result.transaction('events').objectStore('events').getAll();
        asked.onsuccess = () => {
            opening.result.close();
            resolve(asked.result.filter((event) => event.person === person).length);
        };
    };
})"""


def _hold_the_journal_back(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    """An answer that the school does not take: it stays on the device."""
    page.route("**/travail/journal", lambda route: route.abort())
    page.context.route("**/travail/journal", lambda route: route.abort())
    _open_lesson(page, lesson)
    _answer(page)
    expect(page.locator("#q-un-et-un")).to_contain_text("Enregistré sur cet appareil")
    page.goto("/parcours/")


def test_signing_out_asks_before_an_answer_is_lost(page: Page, site: SchoolSite, lesson: Lesson, pupil: Person) -> None:
    _hold_the_journal_back(page, site, lesson)
    person = settings.PREAU_KEYRING.pseudonym("subject", pupil.pk.hex)
    page.get_by_role("button", name="Quitter", exact=True).click()
    expect(page.get_by_role("alertdialog")).to_contain_text("1 réponse n’est pas encore envoyée.")
    page.get_by_role("button", name="Attendre").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    assert page.evaluate(_EVENTS_OF, person) > 0
    assert not WorkEvent.objects.exists()
    page.get_by_role("button", name="Quitter", exact=True).click()
    page.get_by_role("button", name="Quitter quand même").click()
    page.wait_for_url(site.url + "/")
    assert page.evaluate(_EVENTS_OF, person) == 0


def test_signing_out_sends_first_and_leaves_the_unsent_work_of_others(
    page: Page, site: SchoolSite, lesson: Lesson, pupil: Person
) -> None:
    _hold_the_journal_back(page, site, lesson)
    person = settings.PREAU_KEYRING.pseudonym("subject", pupil.pk.hex)
    page.evaluate(
        """async () => new Promise((resolve) => {
            const opening = indexedDB.open('preau');
            opening.onsuccess = () => {
                const writing = opening.result.transaction('events', 'readwrite');
                writing.objectStore('events').add({ uuid: 'of-a-brother', person: 'brother', kind: 'answer',
                    lesson: 'x', state: 'waiting', client_at: '2026-11-23T08:00:00Z' });
                writing.oncomplete = () => { opening.result.close(); resolve(); };
            };
        })"""
    )
    page.unroute("**/travail/journal")
    page.context.unroute("**/travail/journal")
    page.get_by_role("button", name="Quitter", exact=True).click()
    page.wait_for_url(site.url + "/")
    assert WorkEvent.objects.filter(kind="answer").count() == 1
    assert page.evaluate(_EVENTS_OF, person) == 0
    assert page.evaluate(_EVENTS_OF, "brother") == 1


def test_another_language_shows_no_kept_page_of_the_first(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    _open_lesson(page, lesson)
    _let_the_worker_take_over(page)
    kept = "async () => !!(await (await caches.open('preau-pages-1')).match('/parcours/'))"
    page.goto("/parcours/")
    page.wait_for_function(kept)
    page.goto("/confort/")
    page.get_by_label("English").check()
    page.get_by_role("button", name="Garder").click()
    expect(page.locator("html[lang=en]")).to_be_attached()
    page.wait_for_function(f"async () => !(await ({kept})())")

    page.goto("/parcours/")
    expect(page.get_by_role("heading", name="Courses", exact=True)).to_be_visible()
    page.wait_for_function(kept)
    site.stop()
    page.reload()
    expect(page.locator("html[lang=en]")).to_be_attached()
    assert page.get_by_role("heading", name="Courses", exact=True).is_visible(), "what is kept now is the English page"


def test_a_worker_that_is_switched_off_removes_itself(page: Page, site: SchoolSite, lesson: Lesson) -> None:
    _open_lesson(page, lesson)
    _let_the_worker_take_over(page)
    site.worker_is_gone = True
    page.reload()
    page.wait_for_function("async () => (await navigator.serviceWorker.getRegistrations()).length === 0")
    page.wait_for_function("async () => (await caches.keys()).length === 0")


def test_without_javascript_a_question_is_answered_by_its_form(
    browser: Browser, site: SchoolSite, lesson: Lesson, pupil: Person
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=site.url, java_script_enabled=False)
    _sign_in(context, site, pupil)
    page = context.new_page()
    page.goto(lesson.url)
    question = page.locator("#q-ranger")
    for row, rank in enumerate(("1", "2", "3")):
        question.locator(f"select[name=r{row}]").select_option(rank)
    question.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est juste")
    assert WorkEvent.objects.get().points_hundredths == 200
    page.get_by_role("link", name="Question suivante").click()
    expect(page.locator("#q-relier")).to_be_in_viewport()
    context.close()
