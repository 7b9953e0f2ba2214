import stat
from pathlib import Path

import pytest

from preau.project import installation
from preau.project.options import Options, parse


def options(data: Path, **environ: str) -> Options:
    parsed = parse({"PREAU_DATA": str(data), **environ})
    assert isinstance(parsed, Options)
    return parsed


def test_the_secret_is_drawn_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = installation.keyring(options(tmp_path / "var"))
    again = installation.keyring(options(tmp_path / "var"))
    assert first.standing_key("x") == again.standing_key("x")
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


def test_two_installations_do_not_share_a_secret(tmp_path: Path) -> None:
    one = installation.keyring(options(tmp_path / "one"))
    other = installation.keyring(options(tmp_path / "other"))
    assert one.standing_key("x") != other.standing_key("x")


def test_a_token_of_the_previous_secret_is_still_accepted(tmp_path: Path) -> None:
    old, new = "o" * 32, "n" * 32
    kid = installation.keyring(options(tmp_path, PREAU_SECRET_KEY=old)).kid(0)
    ring = installation.keyring(options(tmp_path, PREAU_SECRET_KEY=new, PREAU_SECRET_KEY_PREVIOUS=old))
    assert ring.accepts(kid, now_s=0, max_age_days=1)
    assert not installation.keyring(options(tmp_path, PREAU_SECRET_KEY=new)).accepts(kid, now_s=0, max_age_days=1)


def test_the_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    installation.prepare(tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_folder_that_was_there_and_open_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "var"
    data.mkdir()
    data.chmod(0o755)
    installation.prepare(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_a_folder_that_everybody_shares_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    installation.prepare(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


def test_one_process_at_a_time_holds_the_folder(tmp_path: Path) -> None:
    with installation.held(tmp_path), pytest.raises(installation.DataFolderBusyError), installation.held(tmp_path):
        pass
    with installation.held(tmp_path):
        pass


def test_drafts_of_killed_processes_are_removed_once_they_are_an_hour_old(tmp_path: Path) -> None:
    data = tmp_path / "var"
    installation.prepare(data)
    edition = data / "colis/editions/abc"
    edition.mkdir()
    unfinished = data / "colis/editions/.def.123"
    unfinished.mkdir()
    (unfinished / "manifest.json").touch()
    drafts = [edition / ".un.html.123", data / "status/.index.html.ab.new", data / ".status_memory.json.ab.new"]
    kept = [edition / "un.html", data / "secret_key", data / ".operators-own", data / "published/rosters/a.json"]
    for file in (*drafts, *kept):
        file.touch()
    written_s = edition.stat().st_mtime
    assert installation.sweep_drafts(data, now_s=written_s + 3000) == 0
    assert installation.sweep_drafts(data, now_s=written_s + 3700) == 4
    assert not any(path.exists() for path in (unfinished, *drafts))
    assert all(path.exists() for path in kept)
