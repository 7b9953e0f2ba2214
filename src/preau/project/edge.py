"""The outermost application: who answers which path, and the headers of every response.

Order of answers: health, static files, packages, status page, and only then the gate with everything behind it. What
stands before the gate needs neither Django nor a database, so it goes on when they do not.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Final
from urllib.parse import urlsplit

import structlog

from preau.project.answers import header, refuse
from preau.project.asgi_types import Application, Message, Receive, Scope, Send
from preau.project.logs import masked
from preau.project.options import Options

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
_HOST = re.compile(r"([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::[0-9]{1,5})?")
"""What Django takes for a host, with a shorter port: what it refuses itself is an answer 500 and not a 400."""
MAX_PATH_CHARS: Final = 2000
"""Ours have under 120, and a class link little more than the 400 of a token."""
METHODS: Final = frozenset({"GET", "HEAD", "POST"})
"""All that pages, forms and scripts of ours use; nothing behind has to think about the others."""
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\";\s]*)", re.IGNORECASE)
CHARSETS: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})
"""What forms and scripts of ours are written in. Python knows encodings that are none of text, and raises on them."""
KEPT: Final = 256
"""Answers kept to questions that requests ask again and again: this host, this type of body, these headers."""
_Pairs = tuple[tuple[bytes, bytes], ...]
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  recognised, not bound
log = structlog.get_logger("preau.edge")


def headers_of_own_pages(*, secure: bool) -> tuple[tuple[str, str], ...]:
    """The headers of every response, for an edge that answers by itself; its pages bring a policy of their own."""
    pairs = (*_HEADERS, _HSTS) if secure else _HEADERS
    named = ((name.decode("ascii"), value.decode("ascii")) for name, value in pairs)
    return tuple(pair for pair in named if pair[0] != "content-security-policy")


def known_hosts(options: Options) -> frozenset[str] | None:
    """The host names to answer to; None (all) when listening everywhere without a public address."""
    host = options.bind[0]
    if host in EVERYWHERE and not options.public_url:
        return None
    public = urlsplit(options.base_url).hostname or host
    return frozenset({"127.0.0.1", "localhost", "::1", host, public})


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
        self._exact = frozenset(before)
        self._beginnings = tuple(pattern[:-1] for pattern in before if pattern.endswith("*"))
        self._behind = behind
        self._hosts = hosts
        self._knows_host = lru_cache(KEPT)(self._is_one_of_ours)
        headers = (*_HEADERS, _HSTS) if secure else _HEADERS
        self._missing = lru_cache(KEPT)(partial(_missing, headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _Dressed(send, self._missing))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _names_one_host(scope) and self.knows(scope):
            await self._behind(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4403})

    async def _http(self, scope: Scope, receive: Receive, response: "_Dressed") -> None:
        send = response.send
        if not _names_one_host(scope):
            sentence = "Cette demande ne dit pas à quel établissement elle s’adresse."
            await refuse(scope, send, status=400, code="host_malformed", sentence=sentence)
        elif not self.knows(scope):
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
            await self._guarded(self._choose(scope["path"]), scope, receive, response)

    def knows(self, scope: Scope) -> bool:
        """Whether the request was sent to one of our host names."""
        if self._hosts is None:
            return True
        return self._knows_host(header(scope, b"host"))

    def _is_one_of_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host.lower())
        return match is not None and self._hosts is not None and match[1].strip("[]") in self._hosts

    def _choose(self, path: str) -> Application:
        if path not in self._exact and not path.startswith(self._beginnings):
            return self._behind
        for pattern, application in self._before:
            if path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1])):
                return application
        return self._behind

    @staticmethod
    async def _guarded(application: Application, scope: Scope, receive: Receive, response: "_Dressed") -> None:
        """Whatever breaks behind becomes a page that says so; if the response had begun, it is cut."""
        try:
            await application(scope, receive, response.send)
        except Exception:
            log.exception("edge_caught", path=masked(scope["path"])[:200])
            if response.started:
                raise
            sentence = "La panne est de notre côté. Rien de ce que tu as fait n’est perdu : réessaie dans un instant."
            title = "Préau reprend son souffle"
            await refuse(scope, response.send, status=503, code="internal", sentence=sentence, title=title)


def _names_one_host(scope: Scope) -> bool:
    """Whether the request says once, and readably, to whom it is sent: of two, each reader may take another."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return len(hosts) == 1 and _is_host(hosts[0])


@lru_cache(KEPT)
def _is_host(value: bytes) -> bool:
    text = value.decode("latin-1").lower()
    try:
        port = urlsplit(f"//{text}").port  # brackets have to hold an address, and ports end at 65535
    except ValueError:
        return False
    return _HOST.fullmatch(text) is not None and port != 0


@lru_cache(KEPT)
def _is_readable(content_type: str) -> bool:
    """Whether a body of this type is text that we read; a parameter with ``*`` (RFC 2231) names an encoding too."""
    return "*=" not in content_type and all(name.lower() in CHARSETS for name in _CHARSET.findall(content_type))


class _Dressed:
    """One response on its way out: it gets the headers of every response.

    Attributes:
        started: whether something of it was sent.
    """

    __slots__ = ("_missing", "_send", "started")

    def __init__(self, send: Send, missing: Callable[[tuple[bytes, ...]], _Pairs]) -> None:
        self._send = send
        self._missing = missing
        self.started = False

    async def send(self, message: Message) -> None:
        """The ``send`` that the applications are given."""
        self.started = True
        if message["type"] == "http.response.start":
            own = message["headers"]
            names = tuple([name for name, _value in own])
            message = {**message, "headers": [*own, *self._missing(names)]}
        await self._send(message)


def _missing(headers: _Pairs, names: tuple[bytes, ...]) -> _Pairs:
    """Those of ``headers`` that a response with ``names`` does not bring itself."""
    own = {name.lower() for name in names}
    return tuple(pair for pair in headers if pair[0] not in own)
