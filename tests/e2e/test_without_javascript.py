"""Reading, handing in, waiting, the state of the service and the register: all of it with JavaScript off."""

import re
from typing import Final

import pytest
from playwright.sync_api import expect

from e2e import moments
from e2e.people import PUPIL, TEACHER
from e2e.screens import answer_a_choice, open_lesson
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser

LOOKS: Final = 60
"""Clicks on « Vérifier maintenant » until somebody is let in: the porter looks once a second, a click takes longer."""


def test_a_pupil_signs_in_reads_a_lesson_hands_in_and_sees_the_mark(demo: PreauProcess, visitors: Visitors) -> None:
    pupil = visitors.open(PUPIL, demo.url, scripts=False).page  # signed in by the forms, scripts off
    pupil.goto(f"{demo.url}/journee/")
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("Inès")
    open_lesson(pupil)
    lesson = pupil.url
    answer_a_choice(pupil, right=False)
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("Pas encore")
    expect(pupil.get_by_text("Ta réponse est enregistrée.")).to_be_visible()
    pupil.get_by_role("link", name="Réessayer").click()
    expect(pupil).to_have_url(re.compile(re.escape(lesson)))
    answer_a_choice(pupil, right=True)
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("C’est juste")
    expect(pupil.get_by_text("1 sur 1")).to_be_visible()


def test_a_pupil_waits_suspends_the_reload_and_is_let_in(full_demo: PreauProcess, visitors: Visitors) -> None:
    pupil = visitors.open(PUPIL, full_demo.url, scripts=False).page
    pupil.goto(f"{full_demo.url}/journee/")
    answer = pupil.request.post(f"{full_demo.url}/attente/quitter", headers={"Origin": full_demo.url})
    assert answer.status == 200  # the card stays, the place is free: no page inside offers that without signing out
    inside = visitors.open(None, full_demo.url).page
    inside.goto(full_demo.url)
    inside.reload()  # shows its pass, and so keeps its place
    expect(inside.locator("main#waiting")).to_have_count(0)

    pupil.goto(f"{full_demo.url}/journee/")
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("place est gardée")
    assert pupil.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]').count() == 1
    pupil.get_by_role("link", name="Suspendre").click()
    expect(pupil.get_by_text("L’actualisation est suspendue.")).to_be_visible()
    assert pupil.locator('meta[http-equiv="refresh"]').count() == 0
    expect(pupil.get_by_role("link", name="Commencer")).to_be_visible()
    pupil.get_by_role("link", name="Vérifier maintenant").click()
    expect(pupil.locator("main#waiting")).to_be_visible()

    moments.give_place_back(inside, full_demo.url)
    for _ in range(LOOKS):
        if not pupil.locator("main#waiting").count():
            break
        pupil.get_by_role("link", name="Vérifier maintenant").click()
    expect(pupil).to_have_url(f"{full_demo.url}/journee/")
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("Bonjour Inès")


def test_the_state_of_the_service_can_be_read(demo: PreauProcess, visitors: Visitors) -> None:
    page = visitors.open(None, demo.url, scripts=False).page
    page.goto(f"{demo.url}/etat")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Classe virtuelle"))).to_contain_text("Normal")


def test_a_teacher_reads_the_register(demo: PreauProcess, visitors: Visitors) -> None:
    in_class = visitors.open(TEACHER, demo.url).page
    moments.open_class_door(in_class, demo.url)
    in_class.get_by_role("button", name="Terminer").click()
    in_class.get_by_role("button", name="Terminer la classe").click()
    expect(in_class.get_by_role("heading", level=1)).to_contain_text("La classe est terminée")

    teacher = visitors.open(TEACHER, demo.url, scripts=False).page
    teacher.goto(f"{demo.url}/journee/")
    teacher.locator('a[href$="/appel/"]').first.click()
    expect(teacher.get_by_role("heading", level=1)).to_contain_text("Registre d’appel")
    assert teacher.locator("tbody tr").count() >= 18  # every enrolled pupil
    expect(teacher.locator("tbody")).to_contain_text("absent")
