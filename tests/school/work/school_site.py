"""A site to point a browser at: the school's pages, static files and packages; it can be stopped and started again.

It stands in for the edge: the same addresses, the same security header, no gate. ``lose_answers`` lets the school do
its work and then loses the answer, as a broken connection does.
"""

import mimetypes
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

STATIC = Path(__file__).resolve().parents[3] / "src" / "preau" / "project" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """One thread per request, no connection kept alive: once closed, nobody answers any more."""

    allow_reuse_address = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Each thread has its own connection to the database, and takes it along when it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that opens a connection ahead of need and says nothing on it is no mistake."""


class _Handler(WSGIRequestHandler):
    timeout = 1.0  # of such silent connections

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the signature of the base class
        """Nothing: the test says what went wrong."""


class SchoolSite:
    """Usage: ``site.start()``, ``site.stop()``, ``site.start()``: the address stays the same."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.lose_answers = False
        self.journal_requests = 0
        self.gate_is_closed = False
        self.worker_is_gone = False
        self._school = WSGIHandler()
        self._server: _Server | None = None

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.set_app(self._application)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()  # waits for the requests under way
            self._server = None

    def _application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def protected(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("Content-Security-Policy", POLICY)], *rest)

        return self._answer(environ, protected)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/sw.js" and self.worker_is_gone:
            start("410 Gone", [("Content-Type", "text/plain")])
            return [b""]
        file = _file_of(path)
        if file is not None:
            return _send_file(file, start)
        if self.gate_is_closed:
            start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Preau-Gate", "waiting")])
            return ["<!doctype html><title>Attente</title><h1>Ta place est gardée.</h1>".encode()]
        if path != "/travail/journal":
            return self._school(environ, start)
        self.journal_requests += 1
        if not self.lose_answers:
            return self._school(environ, start)
        b"".join(self._school(environ, lambda *_: None))
        start("502 Bad Gateway", [("Content-Type", "text/plain")])
        return [b""]


def _file_of(path: str) -> Path | None:
    if path in {"/sw.js", "/favicon.svg", "/manifest.webmanifest"}:
        return STATIC / path[1:]
    if path.startswith("/static/"):
        return STATIC / path.removeprefix("/static/")
    if path.startswith("/colis/"):
        return Path(settings.PREAU_DATA) / path[1:]
    return None


def _send_file(file: Path, start: Callable[..., Any]) -> Iterable[bytes]:
    if not file.is_file():
        start("404 Not Found", [("Content-Type", "text/plain")])
        return [b""]
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    start("200 OK", [("Content-Type", kind), ("Cache-Control", "max-age=60")])
    return [file.read_bytes()]
