"""An operator's colours, as a browser paints them: one stylesheet, one option."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from preau_process import PreauProcess

pytestmark = pytest.mark.browser


def test_one_stylesheet_overrides_the_tokens(tmp_path: Path, browser: Browser) -> None:
    own = tmp_path / "couleurs.css"
    own.write_text(":root { --preau-slate: #3b2a6b; }")
    process = PreauProcess(tmp_path / "var")
    process.start(PREAU_STYLESHEET=str(own))
    try:
        page = browser.new_page()
        page.goto(f"{process.url}/confort/")
        button = page.get_by_role("button", name="Garder")
        assert button.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(59, 42, 107)"
    finally:
        process.stop()
