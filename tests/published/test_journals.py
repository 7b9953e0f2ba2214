"""Journals: bounded, rotated, read from their end whatever state it is in."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from structlog.testing import capture_logs

from preau.gate.ladder_journal import LadderJournal
from preau.published.journals import append_line, last_lines
from preau.published.shapes import LadderChange


def change(at_s: int) -> LadderChange:
    return LadderChange(at_s=at_s, from_level=0, to_level=1, reason="waiting")


def test_the_last_ones_come_first_and_no_more_than_asked(tmp_path: Path) -> None:
    journal = LadderJournal(tmp_path)
    assert journal.last(5) == ()
    for at_s in range(10):
        journal.note(at_s + 0.9, 0, 1, "waiting")
    assert journal.last(3) == (change(9), change(8), change(7))
    first = (tmp_path / "ladder.jsonl").read_text().splitlines()[0]
    assert first == '{"at_s":0,"from":0,"to":1,"reason":"waiting"}'


def test_it_never_keeps_more_than_twice_its_bound_and_reads_over_the_seam(tmp_path: Path) -> None:
    path = tmp_path / "ladder.jsonl"
    for at_s in range(200):
        append_line(path, change(at_s), max_bytes=1000)
    kept = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert 1000 < kept < 2 * 1000 + 200
    assert [one.at_s for one in last_lines(path, LadderChange, limit=20, max_bytes=1000)] == list(range(199, 179, -1))


def test_a_torn_line_is_passed_over_and_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "ladder.jsonl"
    append_line(path, change(1))
    with path.open("ab") as file:
        file.write(b'{"at_s":2,"fr\xff')
    append_line(path, change(3))
    assert [one.at_s for one in last_lines(path, LadderChange, limit=9)] == [3, 1]


def test_writers_at_once_lose_nothing_while_the_file_turns_over(tmp_path: Path) -> None:
    path = tmp_path / "ladder.jsonl"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at_s: append_line(path, change(at_s), max_bytes=3000), range(80)))
    assert {one.at_s for one in last_lines(path, LadderChange, limit=99, max_bytes=3000)} == set(range(80))


def test_a_journal_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "ladder.jsonl").mkdir()
    with capture_logs() as logs:
        LadderJournal(tmp_path).note(1, 0, 5, "porter_silent")
    assert [entry["event"] for entry in logs] == ["ladder_changed", "ladder_not_written"]
