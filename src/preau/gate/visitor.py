"""What a request says about its sender: verified tokens, network source, and the kind of answer wanted.

A forged, expired or oversized token is no token: the pupil gets a place like everybody, and it is counted.
"""

import ipaddress
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import parse_qs

from preau.tokens import admission, card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card
from preau.tokens.cookies import CookieNames, read_cookies
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket

Scope = Mapping[str, Any]


MAX_BACK_CHARS: Final = 200
"""A path to come back to stands four times in the waiting page, which has a size to keep. Ours have under 120."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
UNKNOWN_SOURCE: Final = "-"

T = TypeVar("T", Card, Ticket, Pass)


class Visitor(NamedTuple):
    """A request, read.

    Attributes:
        lapsed: a genuine pass that has expired: its holder may still be counted inside, by an open websocket.
    """

    card: Card | None
    ticket: Ticket | None
    admission: Pass | None
    lapsed: Pass | None
    source: str
    refusals: tuple[Refusal, ...]

    @property
    def bare(self) -> bool:
        """It showed nothing genuine of ours, as a first visit does, or a robot, whatever cookies it makes up."""
        return not (self.card or self.ticket or self.admission or self.lapsed)

    @property
    def sid(self) -> str | None:
        """The one id of pass and ticket, under which this person is counted; None for who was never here."""
        held = self.admission or self.lapsed
        return held.sid if held else self.ticket.tid if self.ticket else None


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; ``cookie`` joined (HTTP/2 splits it), otherwise the last one wins."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = _name(raw_name), raw_value.decode("latin-1")
        found[name] = f"{found[name]}; {value}" if name == "cookie" and name in found else value
    return found


def read_visitor(
    scope: Scope, headers: Mapping[str, str], *, keyring: Keyring, names: CookieNames, now_s: float
) -> Visitor:
    """Verifies what the request carries."""
    cookies = read_cookies(headers.get("cookie", ""))
    refusals: list[Refusal] = []

    def read(name: str, verify: Callable[..., T | Refusal]) -> T | None:
        text = cookies.get(name)
        if text is None:
            return None
        verdict = verify(keyring, text, now_s=now_s)
        if isinstance(verdict, Refusal):
            refusals.append(verdict)
            return None
        return verdict

    shown = read(names.admission, admission.read)
    expired = shown is not None and now_s >= shown.expires_at_s
    if expired:
        refusals.append(Refusal.EXPIRED)
    return Visitor(
        card=read(names.card, card.verify),
        ticket=read(names.ticket, ticket.verify),
        admission=None if expired else shown,
        lapsed=shown if expired else None,
        source=source_of(scope),
        refusals=tuple(refusals),
    )


@lru_cache(256)
def _name(raw: bytes) -> str:
    """A header's name; browsers send twenty different ones."""
    return raw.decode("latin-1").lower()


def source_of(scope: Scope) -> str:
    """The network source: an IPv4 address, or the /64 of an IPv6 one (what one home or one phone gets)."""
    client = scope.get("client")
    return _source(client[0]) if client else UNKNOWN_SOURCE


@lru_cache(4096)
def _source(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN_SOURCE
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def wants_page(headers: Mapping[str, str]) -> bool:
    """Whether the answer is for a person to read, rather than for a script or an image tag."""
    accept = headers.get("accept", "*/*").lower()
    if "text/html" in accept:  # a service worker that fetches a page says « empty » as its destination
        return "json" not in accept or accept.index("text/html") < accept.index("json")
    return "json" not in accept and headers.get("sec-fetch-dest", "document") in {"document", "iframe", "frame"}


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent from our own pages (Sec-Fetch-Site, else Origin against Host)."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] == headers.get("host")


def wanted_path(scope: Scope) -> str:
    """The path and query asked for, to come back to."""
    query = scope.get("query_string", b"").decode("latin-1")
    raw = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    return local_path(f"{path}?{query}" if query else path)


def query_of(scope: Scope) -> dict[str, str]:
    """The first value of each query parameter; a malformed query is an empty one."""
    text = scope.get("query_string", b"").decode("latin-1")[:4096]
    try:
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=20).items()}
    except ValueError:
        return {}


def local_path(text: str) -> str:
    """``text`` if it is a path of this site, else ``/``: nobody is led elsewhere by a link to the waiting page."""
    printable = text.isascii() and text.isprintable() and "\\" not in text
    if not printable or not text.startswith("/") or text.startswith("//"):
        return "/"
    if len(text) > MAX_BACK_CHARS:
        text = text.partition("?")[0]
    return text if len(text) <= MAX_BACK_CHARS else "/"
