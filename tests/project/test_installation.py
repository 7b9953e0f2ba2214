import stat
from pathlib import Path

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
