"""The people of the demo, and how each of them signs in with a browser: as they would, by the forms."""

import re
from typing import Final

from playwright.sync_api import Page, expect

from preau.school.demo.accounts import DemoAccount, demo_accounts, pupil_accounts

WHO: Final = {account.who: account for account in demo_accounts()}

PUPIL: Final = WHO["Inès Martin"]  # CM1: signs in with pictures
CLASSMATES: Final = pupil_accounts("CM1 A")
COLLEGE_PUPIL: Final = WHO["Léo Nguyen"]  # 6e: signs in with words
LYCEE_PUPIL: Final = WHO["Jade Moreau"]
TEACHER: Final = WHO["Claire Lefèvre"]  # of the CM1
COLLEGE_TEACHER: Final = WHO["Karim Haddad"]
GUARDIAN: Final = WHO["Sophie Martin"]
HEAD: Final = WHO["Nadia Rousseau"]
OPERATOR: Final = WHO["Maxime Perrin"]


def sign_in(page: Page, base_url: str, account: DemoAccount) -> None:
    """From the first form to the page where the person's day begins."""
    if account.login:
        page.goto(f"{base_url}/connexion/personnel/")
        page.get_by_label("Identifiant").fill(account.login)
        page.get_by_label("Mot de passe").first.fill(account.password)
        page.get_by_role("button", name="Se connecter").click()
    else:
        give_code(page, base_url, account)
        page.get_by_role("button", name="Oui, c’est moi").click()
    expect(page).to_have_url(re.compile(f"{re.escape(base_url + account.lands_on)}$"))


def give_code(page: Page, base_url: str, account: DemoAccount) -> None:
    """A pupil's class code and own code, up to « C’est bien toi ? »."""
    page.goto(f"{base_url}/connexion/eleve/")
    page.get_by_label("Code de la classe").fill(account.class_code)
    page.get_by_role("button", name="Continuer").click()
    steps = account.code_key.split("-")
    if page.locator(".pictures").count():
        for number, key in enumerate(steps):
            expect(page.get_by_role("status")).to_contain_text(str(number))
            page.locator(f'button[name="image"][value="{key}"]').click()
    else:
        page.get_by_label("Écris tes trois mots").fill(" ".join(steps))
        page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est bien toi")
