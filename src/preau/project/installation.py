"""What an installation keeps on disk besides its databases: its folders and its secret."""

import os
import secrets
from pathlib import Path

from preau.project.options import Options
from preau.tokens.keyring import Keyring

FOLDERS = (
    "colis/editions",
    "colis/fichiers",
    "published/rosters",
    "published/registers",
    "status",
)


def prepare(data: Path) -> None:
    """Makes the data folder's tree; readable by its owner only, since it holds pupils' names."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in FOLDERS:
        (data / folder).mkdir(parents=True, exist_ok=True)


def keyring(options: Options) -> Keyring:
    """The signing keys: from the options, else from the data folder, else drawn now and kept there."""
    current = options.secret_key.encode() or _kept_secret(options.data / "secret_key")
    previous = (options.secret_key_previous.encode(),) if options.secret_key_previous else ()
    return Keyring(current, *previous)


def _kept_secret(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_bytes(32)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails if another process was first: then its secret is the one
    except FileExistsError:
        secret = path.read_bytes()
    draft.unlink()
    return secret
