"""`preau gate lottery`: anybody recomputes the order of a day, and nobody sees the key of the present term."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from preau.gate.rules.lottery import past_terms, rank_key, term_of
from preau.gate.rules.places import rank
from preau.tokens.keyring import DAY_S, Keyring

SECRET = "a secret of the tests, 32 bytes."
KEYRING = Keyring(SECRET.encode())


def lottery(tmp_path: Path, *arguments: str, secret: str = SECRET) -> subprocess.CompletedProcess[str]:
    given = {"PREAU_DATA": str(tmp_path / "var"), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "preau.cli", "gate", "lottery", *arguments]
    environ = {**given, "PREAU_SECRET_KEY": secret, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603


def this_term() -> str:
    return term_of(int(time.time() // DAY_S))


def past_term() -> str:
    return past_terms(int(time.time() // DAY_S))[0]


def test_the_commitment_is_the_hash_of_the_key_that_is_revealed_later(tmp_path: Path) -> None:
    committed = lottery(tmp_path, "commit").stdout.split()
    assert committed[0] == this_term()
    assert committed[1] == hashlib.sha256(rank_key(KEYRING, this_term())).hexdigest()
    revealed = lottery(tmp_path, "reveal", past_term()).stdout
    assert rank_key(KEYRING, past_term()).hex() in revealed
    assert hashlib.sha256(rank_key(KEYRING, past_term())).hexdigest() in revealed


def test_the_key_of_the_present_term_is_refused_with_a_sentence(tmp_path: Path) -> None:
    refused = lottery(tmp_path, "reveal", this_term())
    assert refused.returncode == 2
    assert "n’est pas terminé" in refused.stderr
    assert rank_key(KEYRING, this_term()).hex() not in refused.stdout + refused.stderr
    assert lottery(tmp_path, "reveal", "2026").returncode == 2


def test_anybody_recomputes_the_order_of_a_day_without_the_secret(tmp_path: Path) -> None:
    groups = {KEYRING.pseudonym("group", f"class {number}"): f"classe {number}" for number in range(30)}
    listed = tmp_path / "classes.csv"
    listed.write_text("# pseudonyme;nom\n" + "".join(f"{group};{name}\n" for group, name in groups.items()))
    key = rank_key(KEYRING, "2025-2026-2")
    said = lottery(
        tmp_path, "order", "--key", key.hex(), "--day", "2026-03-16", "--groups", str(listed), secret="x" * 40
    )
    assert said.returncode == 0, said.stderr
    assert hashlib.sha256(key).hexdigest() in said.stdout
    lines = [line.split(maxsplit=3) for line in said.stdout.splitlines()[2:]]
    day = 20_528
    assert [line[2] for line in lines] == sorted(groups, key=lambda group: rank(key, group, day=day))
    assert [int(line[1]) for line in lines] == sorted(rank(key, group, day=day) for group in groups)
    assert all(groups[line[2]] == line[3] for line in lines)
    assert not (tmp_path / "var").exists()


def test_what_cannot_be_read_is_said_with_its_line(tmp_path: Path) -> None:
    listed = tmp_path / "classes.csv"
    listed.write_text("AbCdEfGhIj0\nCM2 B\n")
    empty = tmp_path / "empty.csv"
    empty.write_text("# pseudonyme;nom\n")
    key, good = "0" * 64, ("--groups", str(listed))
    for arguments, words in (
        (("--key", key, "--day", "2026-03-16", *good), "ligne 2"),
        (("--key", "00", "--day", "2026-03-16", *good), "64 chiffres"),
        (("--key", key, "--day", "16 mars", *good), "16 mars"),
        (("--key", key, "--day", "2026-03-16", "--groups", str(empty)), "aucune classe"),
    ):
        said = lottery(tmp_path, "order", *arguments)
        assert (said.returncode, words in said.stderr) == (2, True), said.stderr


def test_a_folder_without_a_secret_promises_nothing(tmp_path: Path) -> None:
    said = lottery(tmp_path, "commit", secret="")
    assert (said.returncode, said.stdout) == (2, "")
    assert "n’a pas de secret" in said.stderr
    assert not (tmp_path / "var").exists()
