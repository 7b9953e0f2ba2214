"""The waiting page in w3m, a browser for a terminal: no style, no script, and everything is said in order."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from gate.house import served_house

W3M = shutil.which("w3m")
pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(W3M is None, reason="w3m is not installed: NO TEXT BROWSER RUNS (as root: apt-get install w3m)"),
]


@pytest.fixture
def full_house(tmp_path: Path) -> Iterator[str]:
    """The address of a gate without a single place."""
    with served_house(tmp_path, capacity=0) as address:
        yield address


def read(address: str, home: Path, *options: str) -> str:
    """What w3m shows on 80 columns, in one line."""
    command = [str(W3M), "-dump", "-cols", "80", "-I", "UTF-8", "-O", "UTF-8", *options, address]
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    shown = subprocess.run(command, env=environ, capture_output=True, timeout=60, check=True)  # noqa: S603
    return " ".join(shown.stdout.decode().split())


def in_order(text: str, *sentences: str) -> None:
    at = 0
    for sentence in sentences:
        found = text.find(" ".join(sentence.split()), at)
        assert found >= 0, f"« {sentence} » does not follow in:\n{text}"
        at = found + len(sentence)


def test_place_time_reason_and_links_stand_in_order(full_house: str, tmp_path: Path) -> None:
    text = read(f"{full_house}/journee/", tmp_path)
    in_order(
        text,
        "Préau État du service",
        "Votre place est gardée.",
        "Toutes les places sont occupées pour le moment.",
        "0 personne avant vous : la prochaine place est pour vous",
        "dès qu’une place se libère durée encore inconnue",
        "Vous enseignez, ou vous avez un compte ?",
        "Se connecter",
        "En attendant, une séance est ouverte",
        "Fractions Maths · 25 min · école · nouvel onglet",
        "Cette page se met à jour toute seule.",
        "Vérifier maintenant Suspendre l’actualisation Toutes les 5 min",
        "votre place reste à vous jusqu’à ce soir",
        "Pourquoi attendre ?",
        "Personne n’est mis dehors",
        "Rendre la place Si vous revenez",
    )
    for left_over in ("function", "{", "data-", "undefined", "$"):
        assert left_over not in text


def test_the_links_lead_somewhere_and_are_listed(full_house: str, tmp_path: Path) -> None:
    text = read(f"{full_house}/journee/", tmp_path, "-o", "display_link_number=1")
    in_order(text, "References:", "/etat", "/connexion/", "/journee/", "pause=1", "rythme=300")
    paused = read(f"{full_house}/attente/?pause=1&vers=/journee/", tmp_path)
    in_order(paused, "Votre place est gardée.", "L’actualisation est suspendue.", "Reprendre l’actualisation")


def test_who_comes_second_reads_a_second_place(full_house: str, tmp_path: Path) -> None:
    for home in ("first", "second"):
        (tmp_path / home).mkdir()
    read(f"{full_house}/journee/", tmp_path / "first")
    wait_until_the_porter_looked(full_house)
    in_order(read(f"{full_house}/journee/", tmp_path / "second"), "1 personne avant vous", "dès qu’une place se libère")


def wait_until_the_porter_looked(address: str) -> None:
    """Until the shared file tells of somebody waiting."""
    deadline = time.monotonic() + 10
    while not json.loads(urlopen(f"{address}/attente/etat.json").read())["lanes"]["3"]["people"]:  # noqa: S310  our own server
        assert time.monotonic() < deadline, "nobody is seen waiting"
        time.sleep(0.05)


def test_a_class_link_that_is_over_is_a_page_to_read(full_house: str, tmp_path: Path) -> None:
    in_order(read(f"{full_house}/l/l1.nothing", tmp_path), "Ce lien n’est pas complet", "Aller à l’accueil")
