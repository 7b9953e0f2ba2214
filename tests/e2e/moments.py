"""Screens that exist only for a moment: the live class from door to register, the queue, an incident, no network.

Each function is a script: it leads people into a state, yields the name of the screen and the window that shows it, and
goes on when the caller has looked. Windows are the caller's: see ``Visitors``.
"""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from e2e.look import Window
from e2e.people import CLASSMATES, PUPIL, TEACHER
from e2e.screens import open_lesson
from e2e.visitors import Visitors
from preau.tokens import sign_in_card
from preau.tokens.keyring import Keyring
from preau_process import PreauProcess

Moment = tuple[str, Window]
MOST_RELOADS: Final = 80
BETWEEN_RELOADS_MS: Final = 250
"""Twenty seconds in all: the status page looks every five."""


def open_class_door(teacher: Page, base_url: str) -> str:
    """The teacher's button on « Ma journée », up to the class; returns its address."""
    teacher.goto(f"{base_url}/journee/")
    teacher.locator('form[action="/classe/ouvrir/"] button').first.click()
    expect(teacher).to_have_url(re.compile(r"/classe/[0-9a-f]{32}/$"))
    return teacher.url


def _class_opened_without_its_teacher(teacher: Page, base_url: str) -> str:
    """Opens the class as the button does and stays outside: pupils who come find the door closed."""
    teacher.goto(f"{base_url}/journee/")
    form = teacher.locator('form[action="/classe/ouvrir/"]').first
    fields = {name: form.locator(f'input[name="{name}"]').input_value() for name in ("slot", "csrfmiddlewaretoken")}
    answer = teacher.request.post(
        f"{base_url}/classe/ouvrir/", form=fields, headers={"Referer": teacher.url, "Origin": base_url}, max_redirects=0
    )
    assert answer.status == 302, answer.text()[:300]
    return urljoin(base_url, answer.headers["location"])


def live_class(visitors: Visitors, base_url: str) -> Iterator[Moment]:
    """A class from the closed door to the register."""
    teacher, pupil = visitors.open(TEACHER, base_url), visitors.open(PUPIL, base_url)
    second = visitors.open(CLASSMATES[1], base_url)
    address = _class_opened_without_its_teacher(teacher.page, base_url)
    pupil.page.goto(address)
    expect(pupil.page.get_by_role("heading", level=1)).to_contain_text("devant la porte")
    yield "classe-eleve-porte", pupil

    teacher.page.goto(address)
    expect(pupil.page.get_by_role("button", name="Lever la main")).to_be_enabled()
    second.page.goto(address)
    _talk(teacher.page, pupil.page, second.page)
    teacher.page.get_by_role("button", name="Ouvrir le micro").click()
    expect(teacher.page.get_by_role("heading", name="La classe vous entend")).to_be_visible()
    expect(pupil.page.get_by_role("heading", name="Tu entends Claire Lefèvre")).to_be_visible()
    yield "classe-eleve", pupil
    yield "classe-enseignante", teacher
    teacher.page.get_by_role("tab", name="Appel").click()
    yield "classe-enseignante-appel", teacher
    teacher.page.get_by_role("tab", name="Mains").click()

    teacher.page.get_by_role("button", name="Parole").first.click()
    expect(pupil.page.get_by_role("button", name="Ouvrir mon micro")).to_be_visible()
    yield "classe-eleve-parole", pupil
    yield "classe-enseignante-parole", teacher

    teacher.page.get_by_role("button", name="Figer").click()
    expect(pupil.page.get_by_role("heading", name="La classe est en pause")).to_be_visible()
    yield "classe-eleve-figee", pupil
    yield "classe-enseignante-figee", teacher
    teacher.page.get_by_role("button", name="Reprendre la classe").click()

    early = visitors.open(TEACHER, base_url)
    early.page.goto(f"{address}appel/")
    yield "appel-avant-la-fin", early
    yield from _end(teacher, pupil)


def _talk(teacher: Page, pupil: Page, second: Page) -> None:
    """Two messages and two hands, seen by everybody."""
    for page, text in ((pupil, "Bonjour maîtresse !"), (teacher, "Bonjour Inès. On commence par les fractions.")):
        box = page.get_by_role("textbox", name="Écrire à la classe")
        box.fill(text)
        page.get_by_role("button", name="Envoyer").click()
        expect(pupil.get_by_text(text)).to_be_visible()
    teacher.get_by_role("tab", name="Mains").click()
    for page, shown in ((pupil, 1), (second, 2)):
        page.get_by_role("button", name="Lever la main").click()
        expect(teacher.locator(".hand")).to_have_count(shown)


def _end(teacher: Window, pupil: Window) -> Iterator[Moment]:
    teacher.page.get_by_role("button", name="Terminer").click()
    expect(teacher.page.get_by_role("dialog")).to_be_visible()
    yield "classe-enseignante-terminer", teacher
    teacher.page.get_by_role("dialog").get_by_role("button", name="Terminer la classe").click()
    for window in (teacher, pupil):
        expect(window.page.get_by_role("heading", level=1)).to_contain_text("La classe est terminée")
    yield "classe-eleve-terminee", pupil
    yield "classe-enseignante-terminee", teacher
    teacher.page.get_by_role("link", name="Voir l’appel").click()
    expect(teacher.page.locator("tbody tr").first).to_be_visible()
    yield "appel", teacher


def give_place_back(page: Page, base_url: str) -> None:
    """Leaves the inside but keeps the card, as a pupil who goes to lunch and comes back."""
    page.goto(f"{base_url}/aide/")
    page.evaluate("""() => {
        const form = Object.assign(document.createElement('form'), {method: 'post', action: '/attente/quitter'})
        document.body.append(form)
        form.submit()
    }""")
    expect(page.get_by_role("heading", level=1)).to_contain_text("La place est rendue")


def queue(visitors: Visitors, full_url: str) -> Iterator[Moment]:
    """A service with one place, and somebody on it; a pupil with a card and a stranger come."""
    pupil = visitors.open(PUPIL, full_url)
    give_place_back(pupil.page, full_url)
    yield "attente-place-rendue", pupil
    inside = visitors.open(None, full_url)
    inside.page.goto(full_url)
    inside.page.reload()  # a device without any cookie holds its place for seconds, until it shows its pass
    expect(inside.page).to_have_title(re.compile("Préau"))
    expect(inside.page.locator("main#waiting")).to_have_count(0)

    pupil.page.goto(f"{full_url}/journee/")
    expect(pupil.page.get_by_role("heading", level=1)).to_contain_text("place est gardée")
    yield "attente", pupil
    stranger = visitors.open(None, full_url)
    stranger.page.goto(full_url)
    expect(stranger.page.locator("main#waiting")).to_be_visible()
    yield "attente-inconnu", stranger
    stranger.page.goto(f"{full_url}/attente/?pause=1")
    yield "attente-suspendue", stranger
    reader = visitors.open(None, full_url)
    reader.page.goto(f"{full_url}/etat")
    reload_until(reader.page, "file d’attente est ouverte")
    yield "etat-file", reader


def reload_until(page: Page, words: str) -> None:
    """Reloads a page that is published every few seconds until its main heading says ``words``."""
    for _ in range(MOST_RELOADS):
        if words in page.get_by_role("heading", level=1).inner_text():
            return
        page.wait_for_timeout(BETWEEN_RELOADS_MS)
        page.reload()
    raise AssertionError(f"the page does not say {words!r}: {page.get_by_role('heading', level=1).inner_text()!r}")


def incident(visitors: Visitors, demo: PreauProcess) -> Iterator[Moment]:
    """An operator says what is known, by the command line; the page says it in turn."""
    title = "Connexions lentes dans l’académie"
    words = [title, "Nous cherchons la cause. Les classes ouvertes continuent."]
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "preau.cli", "incident", "open", *words],
        env={**os.environ, "PREAU_DATA": str(demo.data)},
        check=True,
        capture_output=True,
    )
    window = visitors.open(None, demo.url)
    window.page.goto(f"{demo.url}/etat")
    reload_until(window.page, title)
    yield "etat-incident", window


def card_address(demo: PreauProcess, given_name: str) -> str:
    """The address that the QR code of a pupil's printed card holds: a camera reads it, Chromium here has none."""
    with contextlib.closing(sqlite3.connect(f"file:{demo.data / 'school.sqlite3'}?mode=ro", uri=True)) as school:
        query = "SELECT id, card_generation FROM directory_person WHERE given_name = ? AND code_digest != ''"
        person, generation = school.execute(query, (given_name,)).fetchone()
    now_s = time.time()
    card = sign_in_card.SignInCard(expires_at_s=int(now_s) + 3600, person=person, generation=generation)
    keyring = Keyring((demo.data / "secret_key").read_bytes())
    return f"{demo.url}/c/{sign_in_card.mint(keyring, card, now_s=now_s)}"


def paper_card(visitors: Visitors, demo: PreauProcess) -> Iterator[Moment]:
    """What the QR code of a printed card leads to."""
    window = visitors.open(None, demo.url)
    window.page.goto(card_address(demo, "Malo"))
    expect(window.page.get_by_role("heading", level=1)).to_contain_text("Malo")
    yield "carte", window


def offline(visitors: Visitors, demo: PreauProcess) -> Iterator[Moment]:
    """The server is gone: the lesson stays and marks; a page that is not on the device says so."""
    pupil = visitors.open(PUPIL, demo.url, workers=True)
    pupil.page.goto(f"{demo.url}/journee/")
    pupil.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    pupil.page.reload()
    expect(pupil.page.locator("[data-offline-state]")).to_contain_text("Toute ta semaine est sur cet appareil")
    open_lesson(pupil.page)
    demo.stop()
    try:
        title = pupil.page.locator("h1").inner_text()
        pupil.page.reload()
        expect(pupil.page.locator("section.item").first).to_be_visible()
        yield "lecon-hors-ligne", pupil
        pupil.page.goto(f"{demo.url}/accessibilite/")
        expect(pupil.page.get_by_role("link", name=title)).to_be_visible()
        yield "hors-ligne", pupil
    finally:
        demo.start()
