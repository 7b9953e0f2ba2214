"""The files shared with the school and the gate: half-written and hostile ones change nothing."""

import json
from pathlib import Path

import pytest

from live.harness import CLASS, roster
from preau.live.published import Published, is_usable
from preau.published.shapes import Register


def write(folder: Path, content: str) -> None:
    path = folder / "rosters" / f"{CLASS}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)


def test_a_roster_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = Published(tmp_path).roster_file(CLASS)
    assert file.read() is None
    write(tmp_path, json.dumps(roster()))
    first = file.read()
    assert first is not None
    assert file.read() is first
    write(tmp_path, json.dumps(roster() | {"title": "Les nombres décimaux"}))
    again = file.read()
    assert again is not None
    assert again.title == "Les nombres décimaux"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"live_class": 3}', '{"v":1}', "x" * 100])
def test_an_unreadable_roster_leaves_the_last_good_one(tmp_path: Path, content: str) -> None:
    file = Published(tmp_path).roster_file(CLASS)
    write(tmp_path, json.dumps(roster()))
    good = file.read()
    write(tmp_path, content)
    assert file.read() is good


def test_a_roster_of_another_class_is_not_used(tmp_path: Path) -> None:
    write(tmp_path, json.dumps(roster("d" * 32)))
    assert not is_usable(Published(tmp_path).roster_file(CLASS).read(), CLASS)


def test_a_register_is_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    published = Published(tmp_path)
    assert not published.has_register(CLASS)
    published.write_register(Register(live_class=CLASS, opened_at_s=1, ended_at_s=2, entries=()))
    assert published.has_register(CLASS)
    [path] = (tmp_path / "registers").iterdir()
    assert json.loads(path.read_text()) == {
        "v": 1,
        "live_class": CLASS,
        "opened_at_s": 1,
        "ended_at_s": 2,
        "entries": [],
    }


def test_unreadable_waits_are_no_waits(tmp_path: Path) -> None:
    (tmp_path / "at_the_door.json").write_text('{"waits": {"s": "yesterday"}}')
    assert Published(tmp_path).waits() == {}
