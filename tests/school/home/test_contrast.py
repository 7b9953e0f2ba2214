"""Colours read together reach 4.5:1 (WCAG 2.2, 1.4.3), and what only marks reaches 3:1 (1.4.11)."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[3] / "client" / "shared" / "tokens.css"

GROUNDS = ("paper", "card", "now-ground", "ok-ground", "warn-ground", "bad-ground")
READ = [
    *[(ink, ground) for ink in ("ink", "soft") for ground in GROUNDS],
    *[(ink, ground) for ink in ("ok", "warn", "bad") for ground in ("paper", "card", "now-ground")],
    ("ok", "ok-ground"),
    ("warn", "warn-ground"),
    ("bad", "bad-ground"),
    *[("accent-ink", section) for section in ("ecole", "college", "lycee")],
    *[(section, ground) for section in ("ecole", "college", "lycee") for ground in ("paper", "card")],
    ("slate-ink", "slate"),
    ("chalk-ink", "chalk"),
]
SEEN = [
    *[("edge", ground) for ground in ("paper", "card")],
    *[("focus", ground) for ground in ("paper", "card", "now-ground")],
    *[("drawing", ground) for ground in ("paper", "card")],
]
BLOCK = re.compile(r"(?P<head>[^{}]*)\{(?P<body>[^{}]*)\}")
TOKEN = re.compile(r"--preau-([a-z-]+):\s*(#[0-9a-f]{6});")


def themes() -> dict[str, dict[str, str]]:
    """The colours of each theme, later blocks over earlier ones as the browser does."""
    css = re.sub(r"/\*.*?\*/", "", TOKENS.read_text("utf-8"), flags=re.DOTALL)
    light, dark, contrast, contrast_dark, chosen, chosen_dark = (
        dict(TOKEN.findall(body)) for _, body in BLOCK.findall(css) if len(TOKEN.findall(body)) > 3
    )
    assert contrast == chosen
    assert contrast_dark == chosen_dark
    return {
        "light": light,
        "dark": light | dark,
        "more contrast": light | contrast,
        "more contrast, dark": light | dark | contrast | contrast_dark,
    }


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "more contrast", "more contrast, dark"])
@pytest.mark.parametrize(("ink", "ground"), READ)
def test_what_is_read_can_be_read(theme: str, ink: str, ground: str) -> None:
    colours = themes()[theme]
    assert ratio(colours[ink], colours[ground]) >= (7 if "contrast" in theme and ink in {"ink", "soft"} else 4.5)


@pytest.mark.parametrize("theme", ["light", "dark", "more contrast", "more contrast, dark"])
@pytest.mark.parametrize(("mark", "ground"), SEEN)
def test_edges_and_focus_can_be_seen(theme: str, mark: str, ground: str) -> None:
    colours = themes()[theme]
    assert ratio(colours[mark], colours[ground]) >= 3


def test_the_ratio_is_that_of_the_standard() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
