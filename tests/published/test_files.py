"""Writing by rename, and the one cached reader."""

import os
from pathlib import Path
from threading import Barrier, Thread

import pytest
from structlog.testing import capture_logs

from preau.published.files import PublishedFile, read_published, write_by_rename, write_if_changed
from preau.published.shapes import Refusal, Refused, Waits, encode
from published.vectors import bad, good

ONE = encode(Waits(waits={"a" * 11: (1, 2)}))
TWO = encode(Waits(waits={"b" * 11: (1, 2)}))
"""As long as the other: only what they say differs."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "published" / "at_the_door.json"


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_and_its_folder_are_made_then_replaced_and_nothing_else_is_left(path: Path, *, durable: bool) -> None:
    for content in (ONE, TWO):
        write_by_rename(path, content, durable=durable)
        assert path.read_bytes() == content
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208  names are what is compared


def test_only_a_durable_write_waits_for_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write_by_rename(path, ONE, durable=False)
    assert synced == []
    write_by_rename(path, TWO, durable=True)
    assert len(synced) == 2  # the content, then the name


def test_a_failed_write_leaves_the_former_file_and_no_draft(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    (occupied / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="occupied"):
        write_by_rename(occupied, ONE, durable=True)
    assert os.listdir(tmp_path) == ["occupied"]  # noqa: PTH208  names are what is compared


def test_writers_at_once_do_not_mix_and_a_reader_never_sees_a_part(path: Path) -> None:
    contents = [encode(Waits(waits={f"{number:011}": (number, number)} | {"x" * 11: (0, 9)})) for number in range(4)]
    start, seen = Barrier(5), set()

    def write(content: bytes) -> None:
        start.wait()
        for _ in range(50):
            write_by_rename(path, content, durable=False)

    write_by_rename(path, contents[0], durable=False)
    writers = [Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    start.wait()
    while any(writer.is_alive() for writer in writers):
        seen.add(path.read_bytes())
    assert seen <= set(contents)


def test_what_a_file_says_already_is_not_written_again(path: Path) -> None:
    assert write_if_changed(path, ONE, durable=False)
    before = path.stat().st_ino
    assert not write_if_changed(path, ONE, durable=False)
    assert path.stat().st_ino == before
    assert write_if_changed(path, TWO, durable=False)
    assert path.read_bytes() == TWO


def test_one_reading_gives_the_file_none_or_the_refusal(path: Path) -> None:
    assert read_published(path, Waits) is None
    write_by_rename(path, good("at_the_door"), durable=False)
    assert isinstance(read_published(path, Waits), Waits)
    write_by_rename(path, b" " * (Waits.MAX_BYTES * 2), durable=False)
    refused = read_published(path, Waits)
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.OVERSIZED
    refused = read_published(path.parent, Waits)
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.UNREADABLE


def test_a_file_is_read_once_until_it_is_replaced_even_by_one_as_long_and_as_old(path: Path) -> None:
    file = PublishedFile(path, Waits)
    assert file.read() is None
    write_by_rename(path, ONE, durable=False)
    os.utime(path, ns=(5, 5))
    first = file.read()
    assert first is not None
    assert file.read() is first
    write_by_rename(path, TWO, durable=False)
    os.utime(path, ns=(5, 5))
    assert file.read() == Waits(waits={"b" * 11: (1, 2)})


@pytest.mark.parametrize("fault", ["wrong_version", "missing_field", "oversized"])
def test_a_bad_file_leaves_the_last_good_content_and_is_said_once(path: Path, fault: str) -> None:
    file = PublishedFile(path, Waits)
    write_by_rename(path, ONE, durable=False)
    known = file.read()
    write_by_rename(path, bad("at_the_door")[fault], durable=False)
    with capture_logs() as logs:
        assert file.read() is known
        assert file.read() is known
    assert file.refused is not None
    assert [(log["event"], log["file"], log["code"]) for log in logs] == [
        ("published_refused", path.name, file.refused.code.value)
    ]
    write_by_rename(path, TWO, durable=False)
    assert file.read() != known
    assert file.refused is None


def test_a_bad_first_file_is_nothing(path: Path) -> None:
    write_by_rename(path, b"{", durable=False)
    file = PublishedFile(path, Waits)
    assert file.read() is None
    assert file.refused is not None


def test_a_file_that_is_taken_away_is_forgotten(path: Path) -> None:
    write_by_rename(path, ONE, durable=False)
    file = PublishedFile(path, Waits)
    assert file.read() is not None
    path.unlink()
    assert (file.read(), file.refused) == (None, None)


def test_a_disk_that_fails_is_said_once_and_asked_again(path: Path) -> None:
    write_by_rename(path, ONE, durable=False)
    file = PublishedFile(path, Waits)
    known = file.read()
    path.unlink()
    path.mkdir()
    with capture_logs() as logs:
        assert file.read() is known
        assert file.read() is known
    assert [log["code"] for log in logs] == ["published_unreadable"]
    path.rmdir()
    write_by_rename(path, TWO, durable=False)
    assert file.read() == Waits(waits={"b" * 11: (1, 2)})
