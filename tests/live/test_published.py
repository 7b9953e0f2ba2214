"""The files shared with the school and the gate: half-written and hostile ones change nothing."""

import json
from pathlib import Path

import pytest

from live.harness import CLASS, roster
from preau.live.published import Published, is_usable
from preau.live.room.register import Door, register
from preau.live.room.state import Attendance, Report, State
from preau.published.shapes import Register, Roster, Waits, decode, encode
from published.vectors import bad, good


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
        "reports": [],
    }


def test_unreadable_waits_are_no_waits(tmp_path: Path) -> None:
    (tmp_path / "at_the_door.json").write_text('{"waits": {"s": "yesterday"}}')
    assert Published(tmp_path).waits() == {}


VECTOR_CLASS = json.loads(good("roster"))["live_class"]


def test_the_live_class_reads_and_writes_the_shared_vectors(tmp_path: Path) -> None:
    published = Published(tmp_path)
    roster_path = tmp_path / "rosters" / f"{VECTOR_CLASS}.json"
    roster_path.parent.mkdir()
    roster_path.write_bytes(good("roster"))
    (tmp_path / "at_the_door.json").write_bytes(good("at_the_door"))
    file = published.roster_file(VECTOR_CLASS)
    known = file.read()
    assert known is not None
    assert is_usable(known, VECTOR_CLASS)
    members = json.loads(good("roster"))["members"]
    assert [member.pseudonym for member in known.members] == [member["pseudonym"] for member in members]
    assert set(published.waits()) == {members[2]["pseudonym"]}
    register = decode(Register, good("register"))
    assert isinstance(register, Register)
    published.write_register(register)
    written = (tmp_path / "registers" / f"{VECTOR_CLASS}.json").read_bytes()
    assert json.loads(written) == json.loads(good("register"))
    for content in bad("roster").values():
        roster_path.write_bytes(content)
        assert file.read() is known


def test_the_register_of_the_vectors_is_what_the_room_computes() -> None:
    """From the roster and the waits of the vectors, with one pupil in class: field for field the register's vector."""
    roster_of, waits = decode(Roster, good("roster")), decode(Waits, good("at_the_door"))
    assert isinstance(roster_of, Roster)
    assert isinstance(waits, Waits)
    wanted = json.loads(good("register"))
    seen = wanted["entries"][0]
    attendance = Attendance(
        teacher=False,
        first_ms=seen["first_seen_at_s"] * 1000,
        last_ms=seen["last_seen_at_s"] * 1000,
        total_ms=seen["present_s"] * 1000,
    )
    state = State(
        opened_ms=wanted["opened_at_s"] * 1000,
        ended_ms=wanted["ended_at_s"] * 1000,
        attendance={seen["person"]: attendance},
        reports=tuple(
            Report(one["at_s"] * 1000, one["by"], one["about"], one["message"], one["words"])
            for one in wanted["reports"]
        ),
    )
    found = register(state, roster_of, Door(waits.waits), now_ms=state.ended_ms or 0)
    assert json.loads(encode(found)) == wanted
