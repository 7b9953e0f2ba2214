"""The outermost application: who answers which path, and the headers of every response.

Order of answers: health, static files, packages, status page, and only then the gate with everything behind it. What
stands before the gate needs neither Django nor a database, so it goes on when they do not.
"""

import re
from collections.abc import Mapping
from typing import Final

import structlog

from preau.project.answers import header, refuse
from preau.project.asgi_types import Application, Message, Receive, Scope, Send
from preau.project.logs import masked

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
CSP: Final = "; ".join(_POLICY)
_HEADERS: Final = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), payment=(), usb=(), microphone=(self)"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?")
MAX_PATH_CHARS: Final = 2000
METHODS: Final = frozenset({"GET", "HEAD", "POST"})
"""All that pages, forms and scripts of ours use; nothing behind has to think about the others."""
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\";\s]*)", re.IGNORECASE)
CHARSETS: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})
"""What forms and scripts of ours are written in. Python knows encodings that are none of text, and raises on them."""
log = structlog.get_logger("preau.edge")


def headers_of_own_pages(*, secure: bool) -> tuple[tuple[str, str], ...]:
    """The headers of every response, for an edge that answers by itself; its pages bring a policy of their own."""
    pairs = (*_HEADERS, _HSTS) if secure else _HEADERS
    named = ((name.decode("ascii"), value.decode("ascii")) for name, value in pairs)
    return tuple(pair for pair in named if pair[0] != "content-security-policy")


class Edge:
    """Dispatches by path.

    Args:
        before: path, or beginning of paths with ``*``, -> application outside the gate; the first that fits answers.
        behind: the gate with everything behind it; takes websockets too.
        hosts: the host names this installation answers to; None answers to all (no public address was given).
        secure: the site is served over TLS.
    """

    def __init__(
        self, *, before: Mapping[str, Application], behind: Application, hosts: frozenset[str] | None, secure: bool
    ) -> None:
        self._before = tuple(before.items())
        self._behind = behind
        self._hosts = hosts
        self._headers = (*_HEADERS, _HSTS) if secure else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _dressed(send, self._headers))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.knows(scope):
            await self._behind(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4403})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.knows(scope):
            sentence = "Cette adresse n’est pas celle de cet établissement."
            await refuse(scope, send, status=421, code="host_unknown", sentence=sentence)
        elif scope["method"] not in METHODS:
            sentence = "Cette façon de demander n’existe pas ici."
            await refuse(scope, send, status=405, code="method_unknown", sentence=sentence)
        elif len(scope["path"]) > MAX_PATH_CHARS or "\0" in scope["path"]:
            await refuse(scope, send, status=414, code="path_too_long", sentence="Cette adresse est trop longue.")
        elif not _is_readable(header(scope, b"content-type")):
            sentence = "Cet envoi est écrit dans un codage que Préau ne lit pas. Recharge la page et recommence."
            await refuse(scope, send, status=415, code="charset_unknown", sentence=sentence)
        else:
            await self._guarded(self._choose(scope["path"]), scope, receive, send)

    def knows(self, scope: Scope) -> bool:
        """Whether the request was sent to one of our host names."""
        if self._hosts is None:
            return True
        match = _HOST.fullmatch(header(scope, b"host").lower())
        return match is not None and match[1].strip("[]") in self._hosts

    def _choose(self, path: str) -> Application:
        for pattern, application in self._before:
            if path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1])):
                return application
        return self._behind

    @staticmethod
    async def _guarded(application: Application, scope: Scope, receive: Receive, send: Send) -> None:
        """Whatever breaks behind becomes a page that says so; if the response had begun, it is cut."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await application(scope, receive, watched)
        except Exception:
            log.exception("edge_caught", path=masked(scope["path"])[:200])
            if started:
                raise
            sentence = "La panne est de notre côté. Rien de ce que tu as fait n’est perdu : réessaie dans un instant."
            await refuse(scope, send, status=503, code="internal", sentence=sentence, title="Préau reprend son souffle")


def _is_readable(content_type: str) -> bool:
    """Whether a body of this type is text that we read; a parameter with ``*`` (RFC 2231) names an encoding too."""
    return "*=" not in content_type and all(name.lower() in CHARSETS for name in _CHARSET.findall(content_type))


def _dressed(send: Send, headers: tuple[tuple[bytes, bytes], ...]) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.lower(), value) for name, value in message["headers"]]
            names = {name for name, _value in own}
            message = {**message, "headers": own + [pair for pair in headers if pair[0] not in names]}
        await send(message)

    return dressed
