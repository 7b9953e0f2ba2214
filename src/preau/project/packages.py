"""Serves the packages of editions straight from disk, outside the gate.

Manifests, lessons as data and files never change: their address is their content. The pages of lessons are drawn from
them and may be drawn better by a newer Préau, so browsers ask again for those each minute, and for the bundles
(``.lot.json``) that repeat them.
"""

import asyncio
import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from preau.project.answers import header, refuse, respond
from preau.project.asgi_types import Receive, Scope, Send

_PATH = re.compile(
    r"/colis/(editions/[0-9a-f]{64}/[a-z0-9][a-z0-9_-]{0,99}\.(?:html|json|lot\.json)|fichiers/[0-9a-f]{64}\.[a-z0-9]{1,5})"
)
_KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
}
_DRAWN: Final = (".html", ".lot.json")
_COMPRESSED: Final = frozenset({"html", "json", "svg"})
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_REVALIDATED: Final = "public, max-age=60, stale-while-revalidate=86400"


class PackageFiles:
    """ASGI application for ``/colis/…``.

    Args:
        folder: the ``colis`` folder of the data folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI's signature
        match = _PATH.fullmatch(scope["path"])
        if scope["method"] not in {"GET", "HEAD"} or match is None:
            await self._absent(scope, send)
            return
        path = self._folder / match[1]
        extension = path.suffix[1:]
        zipped = extension in _COMPRESSED and "gzip" in header(scope, b"accept-encoding")
        try:
            modified_ns = path.stat().st_mtime_ns
            body = await asyncio.to_thread(_read, path, modified_ns, zipped=zipped)
        except (FileNotFoundError, IsADirectoryError):
            await self._absent(scope, send)
            return
        tag = f'"{modified_ns:x}-{len(body):x}"'
        lifetime = _REVALIDATED if path.name.endswith(_DRAWN) else _IMMUTABLE
        headers = [("cache-control", lifetime), ("vary", "accept-encoding"), ("etag", tag)]
        if tag in header(scope, b"if-none-match"):
            await respond(send, b"", status=304, headers=headers)
            return
        headers.append(("content-length", str(len(body))))
        if zipped:
            headers.append(("content-encoding", "gzip"))
        if extension == "pdf" or extension not in _KINDS:
            headers.append(("content-disposition", "attachment"))
        kind = _KINDS.get(extension, "application/octet-stream")
        await respond(send, b"" if scope["method"] == "HEAD" else body, kind=kind, headers=headers)

    @staticmethod
    async def _absent(scope: Scope, send: Send) -> None:
        sentence = "Ce fichier n’est pas (ou plus) sur cette machine."
        await refuse(scope, send, status=404, code="package_file_unknown", sentence=sentence)


@lru_cache(maxsize=256)  # a class's week; lessons are about 10 kB, images up to 10 MB are not worth more
def _read(path: Path, modified_ns: int, *, zipped: bool) -> bytes:  # noqa: ARG001  part of the cache's key
    body = path.read_bytes()
    return gzip.compress(body, 6, mtime=0) if zipped else body
