"""How files that others read are written and read: the one writer and the one reader of every room.

Writing: into a draft beside the file, then a rename over it, so that whoever reads sees the former file or the new one,
whole, and two writers at once do not mix. ``durable`` says whether the content has to survive a power cut: for what
cannot be made again (a register, the files of a lesson) and not for what is written again in a moment. A process that
dies while it writes leaves one draft behind, a dot file that nobody reads.

Reading: ``PublishedFile`` costs one ``stat`` as long as nothing changed.
"""

import os
import secrets
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog

from preau.published.shapes import Refusal, Refused, Shape, decode

T = TypeVar("T", bound=Shape)
_log: Final = structlog.get_logger("preau.published")


def write_by_rename(path: Path, content: bytes, *, durable: bool) -> None:
    """Replaces ``path``, making its folder when it is missing. Costs two syncs of the disk when ``durable``.

    The file is its owner's alone, whatever the umask: it may hold pupils' names or words.

    Raises:
        OSError: it could not be written; the former file is there as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the rename last: the name of a file belongs to its folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_if_changed(path: Path, content: bytes, *, durable: bool) -> bool:
    """Like ``write_by_rename``, unless the file says so already. Returns whether it was written."""
    try:
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    write_by_rename(path, content, durable=durable)
    return True


def read_published(path: Path, kind: type[T]) -> T | Refused | None:
    """The file as of now; None when there is none. Never reads more than the kind allows."""
    try:
        with path.open("rb") as file:
            content = file.read(kind.MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as fault:
        return Refused(Refusal.UNREADABLE, str(fault))
    return decode(kind, content)


class PublishedFile(Generic[T]):
    """A file that somebody else replaces by rename, to be read again and again.

    ``refused``: why the file that is there now is not used, in which case the last good content goes on; else None.
    It is logged once per file refused, not once per look.
    """

    def __init__(self, path: Path, kind: type[T]) -> None:
        self._path, self._kind = path, kind
        self._stamp: tuple[int, ...] | None = None
        self._value: T | None = None
        self.refused: Refused | None = None

    def read(self) -> T | None:
        """The content; None when the file is missing, or when nothing good was ever read."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp = self._value = self.refused = None
            return None
        except OSError as fault:
            self._refuse(Refused(Refusal.UNREADABLE, str(fault)))
            return self._value
        # The inode too: two files renamed within one tick of the clock may have the same length.
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:
            self._stamp = stamp
            self._reread()
        return self._value

    def _reread(self) -> None:
        found = read_published(self._path, self._kind)
        if isinstance(found, Refused):
            self._refuse(found)
        else:
            self._value, self.refused = found, None

    def _refuse(self, refused: Refused) -> None:
        if refused.code is Refusal.UNREADABLE:
            self._stamp = None  # a disk may recover without the file being touched
            if refused == self.refused:
                return
        self.refused = refused
        _log.warning("published_refused", file=self._path.name, code=refused.code.value, detail=refused.detail)
