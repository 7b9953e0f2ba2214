"""The check of accessibility can fail: axe-core finds what is spoilt. The screens themselves: ``test_screens``."""

from typing import Final

import pytest

from e2e import axe
from e2e.visitors import Visitors
from preau_process import PreauProcess

pytestmark = pytest.mark.browser

_SPOIL: Final = """() => {
    document.querySelector('main').append(document.createElement('input'))
    const sheet = new CSSStyleSheet()
    const theme = '(prefers-contrast: more) and (prefers-color-scheme: dark)'
    sheet.replaceSync(`@media ${theme} { h1 { color: #222 !important } }`)
    document.adoptedStyleSheets = [sheet]
}"""


def test_axe_finds_what_is_wrong_in_one_theme_only(demo: PreauProcess, visitors: Visitors) -> None:
    page = visitors.open(None, demo.url).page
    page.goto(f"{demo.url}/connexion/")
    page.evaluate(_SPOIL)
    found = axe.violations(page)
    assert sum("Form elements must have labels" in problem for problem in found) == len(axe.SIZES)
    contrasts = [problem for problem in found if "color-contrast" in problem]
    assert len(contrasts) == len(axe.SIZES)
    assert all("dark, contrast more" in problem for problem in contrasts)
