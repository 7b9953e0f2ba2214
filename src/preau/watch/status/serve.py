"""Answers ``/etat…`` from the published files: no application, no database, no template, no lock.

Only the names of ``_FILES`` can be asked for, so no path of a request ever reaches the disk. Files are kept in
memory and looked at again after ``_LOOK_S``: at most ``len(_FILES)`` of at most ``MAX_FILE_BYTES`` each. A
page that was not rewritten for ``STALE_S`` is served with the sentence that says so.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import msgspec

from preau.watch.status import page
from preau.watch.status.publisher import REWRITE_S

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_FILE_BYTES: Final = 2 * 1024 * 1024
"""The writers keep their files well below; a bigger one was not written by the publisher."""
STALE_S: Final = 3 * REWRITE_S
"""Two rewrites may be lost to a pause of the machine before the page says that it is old."""
_MAX_AGE_S: Final = 5
_LOOK_S: Final = 1.0
"""A file in memory is compared with the disk once a second, so that a crowd of readers costs no disk and no thread."""

_JSON: Final = "application/json; charset=utf-8"
_FILES: Final = {
    "": ("index.html", "text/html; charset=utf-8"),
    "etat.css": ("etat.css", "text/css; charset=utf-8"),
    "history.atom": ("history.atom", "application/atom+xml; charset=utf-8"),
} | {
    f"api/v2/{name}.json": (f"api/v2/{name}.json", _JSON)
    for name in (
        "summary",
        "status",
        "components",
        "incidents",
        "incidents/unresolved",
        "scheduled-maintenances/upcoming",
        "scheduled-maintenances/active",
    )
}


class _File(msgspec.Struct, frozen=True):
    modified_ns: int
    content: bytes
    etag: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    content: bytes
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


class StatusFiles:
    """The ASGI application. ``folder`` is the publisher's; ``clock`` the wall clock the files are dated by."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock
        self._kept: dict[str, _File] = {}
        self._looked_at_s: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request whose path begins with ``/etat``."""
        del receive  # a request to read has no body worth reading
        if scope["type"] != "http":
            raise ValueError("StatusFiles answers HTTP only")
        answer = await self._answer(scope)
        headers = [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", str(len(answer.content)).encode()),
            *answer.headers,
        ]
        body = b"" if scope["method"] == "HEAD" or answer.status == 304 else answer.content  # noqa: PLR2004  Not Modified
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> _Answer:
        if scope["method"] not in {"GET", "HEAD"}:
            return _Answer(status=405, content=page.not_allowed_page(), headers=((b"allow", b"GET, HEAD"),))
        path: str = scope["path"]
        found = _FILES.get(path.removeprefix("/etat").strip("/")) if path.startswith("/etat") else None
        if found is None:
            return _Answer(status=404, content=page.not_found_page(), headers=((b"cache-control", b"no-store"),))
        name, content_type = found
        file = await self._read(name)
        if file is None:
            headers = ((b"retry-after", b"30"), (b"cache-control", b"no-store"))
            return _Answer(status=503, content=page.unpublished_page(), headers=headers)
        return self._found(scope, file, content_type)

    def _found(self, scope: Scope, file: _File, content_type: str) -> _Answer:
        content, etag = file.content, file.etag
        age_s = self._clock() - file.modified_ns / 1e9
        if content_type.startswith("text/html") and age_s > STALE_S:
            content = content.replace(page.STALE_MARK.encode(), page.stale_notice(age_s).encode())
            etag = _etag(content)
        headers = [(b"etag", etag.encode()), (b"cache-control", f"public, max-age={_MAX_AGE_S}".encode())]
        if content_type.startswith("application/"):
            headers.append((b"access-control-allow-origin", b"*"))
        known = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
        status = 304 if etag.encode() in {tag.strip() for tag in known.split(b",")} else 200
        if status == 304:  # noqa: PLR2004  Not Modified
            content = b""
        return _Answer(status=status, content=content, content_type=content_type, headers=tuple(headers))

    async def _read(self, name: str) -> _File | None:
        """The file as it is on disk now, or None when there is none fit to serve."""
        now_s = self._clock()
        if name in self._kept and abs(now_s - self._looked_at_s.get(name, 0.0)) < _LOOK_S:
            return self._kept[name]
        try:
            file = await asyncio.to_thread(self._load, name)
        except OSError:
            # A disk that fails while the file is in memory: the last words are better than none.
            file = self._kept.get(name)
        self._looked_at_s[name] = now_s
        return file

    def _load(self, name: str) -> _File | None:
        path = self._folder / name
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        kept = self._kept.get(name)
        if kept is not None and kept.modified_ns == status.st_mtime_ns:
            return kept
        if status.st_size > MAX_FILE_BYTES:
            return None
        content = path.read_bytes()
        self._kept[name] = _File(status.st_mtime_ns, content, _etag(content))
        return self._kept[name]
