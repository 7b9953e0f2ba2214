"""Every screen that has an address: who looks, where they start, and what they do to come to the state that is shown.

The live class, the waiting page and the offline page need several people or a server in trouble: see ``moments``.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from playwright.sync_api import Page, expect

from e2e.people import COLLEGE_PUPIL, GUARDIAN, HEAD, OPERATOR, PUPIL, TEACHER
from preau.school.demo.accounts import DemoAccount


class Screen(NamedTuple):
    """One screen. ``status``: of the document that is shown in the end; ``scripts``: False looks without JavaScript."""

    name: str
    path: str
    who: DemoAccount | None = None
    status: int = 200
    act: Callable[[Page], None] | None = None
    scripts: bool = True


def tap_pictures(page: Page, keys: list[str]) -> None:
    """Touches one picture after the other, each when the page has noted the one before."""
    for number, key in enumerate(keys):
        expect(page.get_by_role("status")).to_contain_text(str(number))
        page.locator(f'button[name="image"][value="{key}"]').click()


def _two_pictures(page: Page) -> None:
    tap_pictures(page, ["chat", "lune"])
    expect(page.get_by_role("status")).to_contain_text("2")


def _wrong_pictures(page: Page) -> None:
    tap_pictures(page, ["velo", "lune", "chat", "fleur"])
    expect(page.get_by_role("alert")).to_be_visible()


def _right_pictures(page: Page) -> None:
    tap_pictures(page, PUPIL.code_key.split("-"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est bien toi")


def _wrong_words(page: Page) -> None:
    page.get_by_label("Écris tes trois mots").fill("trois mots faux")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _wrong_password(page: Page) -> None:
    page.get_by_label("Identifiant").fill("claire.lefevre")
    page.get_by_label("Mot de passe").first.fill("pas le bon")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _cards(page: Page) -> None:
    page.locator('a[href$="/cartes/"]').first.click()
    expect(page).to_have_url(re.compile("/cartes/$"))


def _work_of_class(page: Page) -> None:
    page.locator('a[href$="/travail/"]').first.click()
    expect(page.get_by_role("region").first).to_be_visible()


def _work_of_lesson(page: Page) -> None:
    _work_of_class(page)
    page.locator('main a[href*="/travail/"]').first.click()
    expect(page.get_by_role("heading", name="Réponses rédigées")).to_be_visible()


def _first_course(page: Page) -> None:
    page.locator('main a[href^="/parcours/"]').first.click()
    expect(page).to_have_url(re.compile(r"/parcours/[0-9a-f-]+/$"))


def open_lesson(page: Page) -> None:
    """From « Ma journée » to the lesson of the day."""
    page.locator('main a[href^="/colis/editions/"]').first.click()
    expect(page.locator("section.item").first).to_be_visible()


def _lesson_of_the_course(page: Page) -> None:
    """The first lesson of the pupil's course, whatever day it is: its first question is known."""
    _first_course(page)
    page.locator('main a[href$=".html"]').first.click()
    expect(page.locator("section.item").first).to_be_visible()


def answer_a_choice(page: Page, *, right: bool) -> None:
    """Answers the first question with choices of the lesson that is open."""
    item = page.locator('section.item[data-kind="choice"]').first
    wanted = right_choice(page, item.get_attribute("data-item") or "")
    choices = item.locator("label.choice")
    choices.nth(wanted if right else (wanted + 1) % choices.count()).click()
    item.get_by_role("button", name="Vérifier").click()


def _answer(page: Page, *, right: bool) -> None:
    _lesson_of_the_course(page)
    answer_a_choice(page, right=right)


def right_choice(page: Page, key: str) -> int:
    """The index of the right answer of a question with one right answer, as the lesson's own file has it."""
    lesson = page.request.get(page.url.partition("#")[0].replace(".html", ".json")).json()
    items = {block["item"]["key"]: block["item"] for block in lesson["blocks"] if "item" in block}
    return int(items[key]["answer"][0])


def _answer_right(page: Page) -> None:
    _answer(page, right=True)
    expect(page.locator("[data-verdict]").first).to_contain_text("juste")


def _answer_wrong(page: Page) -> None:
    _answer(page, right=False)
    expect(page.locator("[data-verdict]").first).not_to_be_empty()


def _answer_without_scripts(page: Page) -> None:
    _answer(page, right=False)
    expect(page).to_have_url(re.compile("/travail/reponse"))


def _gate_is_live(page: Page) -> None:
    """The charts are drawn, and the page has been sent newer figures."""
    expect(page.locator("figure.chart").first).to_be_visible(timeout=15_000)
    expect(page.locator("[data-gate-state][data-seen]")).to_have_count(1, timeout=15_000)
    page.get_by_text("Les mêmes chiffres en tableau").click()


def _order_nothing(page: Page) -> None:
    page.get_by_label("Pourquoi").fill("essai")
    page.get_by_role("button", name="Donner l’ordre").click()
    expect(page.get_by_role("alert")).to_contain_text("rien n’a été changé")


GATE: Final = "/exploitation/portail/"
UNKNOWN: Final = "0" * 32

SCREENS: Final = (
    Screen("accueil", "/"),
    Screen("ecole", "/ecole/"),
    Screen("college", "/college/"),
    Screen("lycee", "/lycee/"),
    Screen("aide", "/aide/"),
    Screen("accessibilite", "/accessibilite/"),
    Screen("confort", "/confort/"),
    Screen("etat", "/etat"),
    Screen("introuvable", "/cette-page-n-existe-pas/", status=404),
    Screen("connexion", "/connexion/"),
    Screen("connexion-classe", "/connexion/eleve/"),
    Screen("connexion-classe-refus", "/connexion/eleve/?classe=ABCD-EFGH", status=404),
    Screen("connexion-images", "/connexion/eleve/code/?classe=PREA-UCMA"),
    Screen("connexion-images-deux", "/connexion/eleve/code/?classe=PREA-UCMA", act=_two_pictures),
    Screen("connexion-images-refus", "/connexion/eleve/code/?classe=PREA-UCMA", status=403, act=_wrong_pictures),
    Screen("connexion-toi", "/connexion/eleve/code/?classe=PREA-UCMA", act=_right_pictures),
    Screen("connexion-mots", "/connexion/eleve/code/?classe=PREA-U6EB"),
    Screen("connexion-mots-refus", "/connexion/eleve/code/?classe=PREA-U6EB", status=403, act=_wrong_words),
    Screen("connexion-adultes", "/connexion/personnel/"),
    Screen("connexion-adultes-refus", "/connexion/personnel/", status=403, act=_wrong_password),
    Screen("carte-refusee", "/c/q1.faux", status=400),
    Screen("journee", "/journee/", PUPIL),
    Screen("journee-college", "/journee/", COLLEGE_PUPIL),
    Screen("journee-enseignante", "/journee/", TEACHER),
    Screen("famille", "/famille/", GUARDIAN),
    Screen("etablissement", "/etablissement/", HEAD),
    Screen("cartes", "/etablissement/", HEAD, act=_cards),
    Screen("portail", GATE, OPERATOR, act=_gate_is_live),
    Screen("portail-sans-javascript", GATE, OPERATOR, scripts=False),
    Screen("portail-refus", GATE, OPERATOR, status=400, act=_order_nothing),
    Screen("portail-defendu", GATE, HEAD, status=403),
    Screen("travail-classe", "/journee/", TEACHER, act=_work_of_class),
    Screen("travail-seance", "/journee/", TEACHER, act=_work_of_lesson),
    Screen("parcours", "/parcours/", PUPIL),
    Screen("parcours-un", "/parcours/", PUPIL, act=_first_course),
    Screen("lecon", "/parcours/", PUPIL, act=_lesson_of_the_course),
    Screen("lecon-juste", "/parcours/", PUPIL, act=_answer_right),
    Screen("lecon-faux", "/parcours/", PUPIL, act=_answer_wrong),
    Screen("lecon-resultat", "/parcours/", PUPIL, act=_answer_without_scripts, scripts=False),
    Screen("classe-refusee", f"/classe/{UNKNOWN}/", PUPIL, status=403),
    Screen("appel-refuse", f"/classe/{UNKNOWN}/appel/", GUARDIAN, status=403),
)
