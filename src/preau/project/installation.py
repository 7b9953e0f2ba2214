"""What an installation keeps on disk besides its databases: its folders, its secret, and whose the folder is now."""

import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from preau.project.options import Options
from preau.tokens.keyring import Keyring

FOLDERS = (
    "colis/editions",
    "colis/fichiers",
    "published/rosters",
    "published/registers",
    "status",
)


PRIVATE_UMASK: Final = 0o077
"""For every process of Préau: what it writes is its owner's alone."""
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
DRAFT_AGE_S: Final = 3600.0
"""A draft is renamed within seconds; one this old was left by a process that was killed."""


class DataFolderBusyError(Exception):
    """Another process serves from this data folder, or changes its database."""


def prepare(data: Path) -> None:
    """Makes the data folder's tree and closes it to others, since it holds pupils' names.

    A folder that belongs to somebody else, or a disk without modes, stays as it is: ``preau doctor`` says so.

    Raises:
        OSError: the folder cannot be made or written.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = data.stat()
    shared = found.st_mode & stat.S_ISVTX  # /tmp and its like: not ours, whoever owns them
    if found.st_uid == os.geteuid() and found.st_mode & OTHERS and not shared:
        with suppress(PermissionError):
            data.chmod(0o700)
    for folder in FOLDERS:
        (data / folder).mkdir(parents=True, exist_ok=True)


@contextmanager
def held(data: Path) -> Iterator[None]:
    """The data folder for this process alone; the lock falls with the process, however it ends.

    Raises:
        DataFolderBusyError: another process has it.
    """
    with (data / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataFolderBusyError from None
        yield


def sweep_drafts(data: Path, *, now_s: float) -> int:
    """Removes what killed processes left half written where files are published; returns how many drafts."""
    patterns = ("*/.*.new", ".*.new", "colis/editions/*/.*", *(f"{folder}/.*" for folder in FOLDERS))
    drafts = {draft for pattern in patterns for draft in data.glob(pattern)}
    swept = 0
    for draft in drafts:
        with suppress(OSError):  # another process was first, or the disk refuses: the next start comes by again
            swept += _swept(draft, now_s)
    return swept


def _swept(draft: Path, now_s: float) -> bool:
    """Removes one draft if it is old enough."""
    found = draft.lstat()
    if now_s - found.st_mtime < DRAFT_AGE_S:
        return False
    if stat.S_ISDIR(found.st_mode):
        shutil.rmtree(draft, ignore_errors=True)
    else:
        draft.unlink()
    return True


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
