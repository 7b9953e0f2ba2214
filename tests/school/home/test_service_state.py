"""The front page says what the watch has published, and nothing when it has not."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from preau.school.home.service_state import read_state
from school.factories import NOW


def publish(folder: Path, text: str) -> None:
    file = folder / "status" / "api" / "v2" / "summary.json"
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")


def summary(indicator: str = "none", at: str = NOW.isoformat()) -> str:
    status = {"indicator": indicator, "description": "Tout fonctionne."}
    return json.dumps({"page": {"updated_at": at, "name": "Préau"}, "status": status, "components": []})


@pytest.mark.parametrize(
    ("indicator", "level"),
    [("none", "ok"), ("minor", "warn"), ("major", "bad"), ("critical", "bad"), ("maintenance", "warn")],
)
def test_a_fresh_state_is_told(tmp_path: Path, indicator: str, level: str) -> None:
    publish(tmp_path, summary(indicator))
    state = read_state(tmp_path, NOW + timedelta(seconds=119))
    assert (state.level, state.sentence) == (level, "Tout fonctionne.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        summary("green"),
        summary(at="hier"),
        summary(at=NOW.replace(tzinfo=None).isoformat()),
        summary(at=(NOW - timedelta(seconds=121)).isoformat()),
        summary(at=(NOW + timedelta(hours=1)).isoformat()),
        summary() + " " * 70_000,
    ],
)
def test_what_is_old_broken_or_oversized_is_unknown(tmp_path: Path, text: str) -> None:
    publish(tmp_path, text)
    assert read_state(tmp_path, NOW).level == "unknown"


def test_without_a_file_the_state_is_unknown(tmp_path: Path) -> None:
    assert read_state(tmp_path, NOW).level == "unknown"


@pytest.mark.django_db
def test_the_front_page_does_not_call_an_unknown_state_good(client: Client, data_folder: Path) -> None:
    page = client.get("/").content.decode()
    assert "État inconnu pour le moment." in page
    assert 'class="state unknown"' in page
