"""What breaks is in the log, once and with its traceback; what is secret is not."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.core.exceptions import DisallowedRedirect
from django.test import Client

from preau.project import logs

TOKEN = "p1.AbCdEf.1795422630.secret"


def lines(captured: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.getvalue().splitlines()]


def break_the_paper_card(monkeypatch: pytest.MonkeyPatch, raised: Exception) -> Client:
    def broken(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("preau.school.signin.pupil_views.pupil_of_paper_card", broken)
    return Client(raise_request_exception=False)


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What our logs write; afterwards they are as they were."""
    stream = StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    logs.configure(as_json=True)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def test_what_nobody_caught_is_logged_once_with_its_traceback_and_without_secrets(
    captured: StringIO, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    client = break_the_paper_card(monkeypatch, RuntimeError(f"no such page: /c/{TOKEN}?suite=/journee/"))
    assert client.get(f"/c/{TOKEN}?prenom=ines").status_code == 500
    (line,) = lines(captured)
    assert (line["level"], line["logger"], line["event"]) == ("error", "django.request", "Internal Server Error: /c/…")
    assert "Traceback" in line["exception"]
    assert "RuntimeError: no such page: /c/…" in line["exception"]
    assert TOKEN not in json.dumps(line)
    assert "ines" not in json.dumps(line["event"])
    assert "suite=" not in json.dumps(line["exception"].splitlines()[-1])


@pytest.mark.parametrize("before", ["", "/", "a ", "'", '"', "a/", "?", "\n"])
@pytest.mark.parametrize("after", ["", "/", "/x", "?suite=/"])
def test_nothing_after_the_path_of_paper_cards_is_kept(captured: StringIO, before: str, after: str) -> None:
    path = f"/c/{before}{TOKEN}{after}"
    assert logs.masked(path) == "/c/…"
    structlog.get_logger("preau.school").warning(f"not found: {path}", path=path)
    assert TOKEN not in captured.getvalue()
    assert lines(captured)[0]["event"] == "not found: /c/…"


def test_the_lines_of_a_traceback_after_the_masked_one_are_kept(captured: StringIO) -> None:
    try:
        raise ValueError(f"/c/{TOKEN} 'twice' /c/{TOKEN}\nand more of it")  # noqa: TRY301  its traceback is looked at
    except ValueError:
        structlog.get_logger("preau.school").exception("failed")
    (line,) = lines(captured)
    assert TOKEN not in json.dumps(line)
    assert line["exception"].splitlines()[-2:] == ["ValueError: /c/…", "and more of it"]


def test_an_attack_is_one_warning_without_a_traceback(
    captured: StringIO, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    client = break_the_paper_card(monkeypatch, DisallowedRedirect("Unsafe redirect to javascript:"))
    assert client.get(f"/c/{TOKEN}").status_code == 400
    (line,) = lines(captured)
    assert (line["level"], line["logger"]) == ("warning", "django.security.DisallowedRedirect")
    assert "exception" not in line


def test_what_was_refused_is_not_a_failure(captured: StringIO, db: None) -> None:
    client = Client()
    assert client.get("/nulle-part/").status_code == 404
    assert client.get("/deconnexion/").status_code == 405
    assert lines(captured) == []


@pytest.mark.parametrize("letter", ["c", "l"])
def test_tokens_that_stand_in_a_path_are_masked(letter: str) -> None:
    assert logs.masked(f"GET https://ecole.test/{letter}/{TOKEN}?encore=1") == f"GET https://ecole.test/{letter}/…"
