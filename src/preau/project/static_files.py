"""The built browser files under ``/static/``, compressed once per version, by ServeStatic."""

import hashlib
import shutil
from pathlib import Path
from typing import Final

from servestatic import ServeStaticASGI
from servestatic.compress import Compressor

from preau.project.answers import refuse
from preau.project.asgi_types import Application, Receive, Scope, Send

SOURCE: Final = Path(__file__).resolve().parent / "static"
AT_THE_ROOT: Final = ("/sw.js", "/manifest.webmanifest", "/favicon.svg", "/robots.txt")
"""Asked for at the root by browsers: a service worker rules only the folder it is served from."""
OPERATOR_STYLESHEET: Final = "operator.css"
"""Where the option ``PREAU_STYLESHEET`` is served; see ``settings.PREAU_STYLESHEET``."""
MAX_AGE_S: Final = 60
"""Names carry no version (packages that never change refer to them), so they are revalidated each minute."""


def static_application(data: Path, *, stylesheet: Path | None = None) -> Application:
    """ASGI application for ``/static/…`` and the files at the root; ``stylesheet`` is the operator's own."""
    folder = _compressed_copy(data / "static", stylesheet)
    files = ServeStaticASGI(_absent, root=folder, prefix="static/", max_age=MAX_AGE_S, allow_all_origins=False)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in AT_THE_ROOT:
            scope = {**scope, "path": f"/static{scope['path']}"}
        await files(scope, receive, send)  # type: ignore[arg-type]

    return serve


async def _absent(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  ASGI's signature
    await refuse(scope, send, status=404, code="file_unknown", sentence="Ce fichier n’existe pas.")


def _compressed_copy(parent: Path, stylesheet: Path | None) -> Path:
    """A copy of the built files with their ``.gz`` beside them (the package's own folder may be read-only)."""
    sources = {path.name: path for path in SOURCE.iterdir() if path.is_file() and path.suffix != ".gz"}
    if stylesheet is not None:
        sources[OPERATOR_STYLESHEET] = stylesheet
    digest = hashlib.sha256()
    for name, path in sorted(sources.items()):
        digest.update(name.encode() + b"\0" + path.read_bytes())
    folder = parent / digest.hexdigest()[:16]
    if not folder.is_dir():
        shutil.rmtree(parent, ignore_errors=True)
        draft = parent / "draft"
        draft.mkdir(parents=True)
        compressor = Compressor(use_brotli=False, quiet=True)
        for name, path in sources.items():
            shutil.copy2(path, draft / name)
            if compressor.should_compress(name):
                for _written in compressor.compress(str(draft / name)):
                    pass
        draft.rename(folder)
    return folder
