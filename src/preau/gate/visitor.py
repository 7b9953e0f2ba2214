"""What a request says about its sender: verified tokens, network source, and the kind of answer wanted.

A forged, expired or oversized token is no token: the pupil gets a place like everybody, and it is counted.
"""

import ipaddress
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import parse_qs

import msgspec

from preau.tokens import admission, card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card
from preau.tokens.cookies import CookieNames, read_cookies
from preau.tokens.envelope import Refusal, key_id
from preau.tokens.keyring import DAY_S, Keyring
from preau.tokens.ticket import Ticket

Scope = Mapping[str, Any]
Headers = Mapping[bytes, bytes]

MAX_BACK_CHARS: Final = 200
"""A path to come back to stands four times in the waiting page, which has a size to keep. Ours have under 120."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
UNKNOWN_SOURCE: Final = "-"

SHOWN_MAX: Final = 8_192
SHOWN_MAX_BYTES: Final = 1_024
"""Cookie headers whose tokens are remembered as genuine or not, about 1.2 kB each: 10 MB when all are there, 18 MB at
the very most. Ours have under 600 bytes; a longer one is verified each time."""

T = TypeVar("T", Card, Ticket, Pass)


class Shown(NamedTuple):
    """What one Cookie header shows on one day, whatever the hour.

    Attributes:
        card, ticket, admission: genuine, and the card and the pass possibly expired.
        ticket_text: the ticket as it came if it was signed with today's key: minting it again gives the same letters.
        refusals: why the others are not genuine.
    """

    card: Card | None = None
    ticket: Ticket | None = None
    admission: Pass | None = None
    ticket_text: str | None = None
    refusals: tuple[Refusal, ...] = ()


_NOTHING: Final = Shown()


class Visitor(msgspec.Struct, frozen=True):
    """A request, read.

    Attributes:
        lapsed: a genuine pass that has expired: its holder may still be counted inside, by an open websocket.
        ticket_text: see ``Shown``.
    """

    card: Card | None
    ticket: Ticket | None
    admission: Pass | None
    lapsed: Pass | None
    source: str
    refusals: tuple[Refusal, ...]
    ticket_text: str | None = None

    @property
    def bare(self) -> bool:
        """It showed nothing genuine of ours, as a first visit does, or a robot, whatever cookies it makes up."""
        return not (self.card or self.ticket or self.admission or self.lapsed)

    @property
    def sid(self) -> str | None:
        """The one id of pass and ticket, under which this person is counted; None for who was never here."""
        held = self.admission or self.lapsed
        return held.sid if held else self.ticket.tid if self.ticket else None


class VisitorReader:
    """Verifies what requests carry, and each Cookie header once a day: who waits or works sends the same one again.

    Remembered is what signatures say, and only for the keys of this reader and this day: which days' keys are accepted
    changes at midnight, and another secret is another reader. Expiry is looked at each time.
    """

    def __init__(self, *, keyring: Keyring, names: CookieNames) -> None:
        self._keyring = keyring
        self._names = names
        self._remembered = lru_cache(SHOWN_MAX)(self._verified)

    def read(self, scope: Scope, headers: Headers, *, now_s: float) -> Visitor:
        """The sender of a request."""
        shown = self._shown(headers.get(b"cookie"), now_s)
        card, admission, lapsed, refusals = shown.card, shown.admission, None, shown.refusals
        if admission is not None and admission.is_over(now_s=now_s):
            admission, lapsed, refusals = None, admission, (*refusals, Refusal.EXPIRED)
        if card is not None and card.is_over(now_s=now_s):
            card, refusals = None, (*refusals, Refusal.EXPIRED)
        return Visitor(card, shown.ticket, admission, lapsed, source_of(scope), refusals, shown.ticket_text)

    def _shown(self, cookie: bytes | None, now_s: float) -> Shown:
        if cookie is None:
            return _NOTHING
        verified = self._remembered if len(cookie) <= SHOWN_MAX_BYTES else self._verified
        return verified(cookie, int(now_s // DAY_S))

    def _verified(self, cookie: bytes, day: int) -> Shown:
        cookies, names = read_cookies(cookie.decode("latin-1")), self._names
        at_s = float(day * DAY_S)
        refusals: list[Refusal] = []

        def read(name: str, genuine: Callable[..., T | Refusal]) -> T | None:
            text = cookies.get(name)
            if text is None:
                return None
            read_as = genuine(self._keyring, text, now_s=at_s)
            if isinstance(read_as, Refusal):
                refusals.append(read_as)
                return None
            return read_as

        held = read(names.ticket, ticket.verify)
        text = cookies.get(names.ticket, "")
        return Shown(
            card=read(names.card, card.read),
            ticket=held,
            admission=read(names.admission, admission.read),
            ticket_text=text if held and key_id(text) == self._keyring.kid(at_s) else None,
            refusals=tuple(refusals),
        )


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The headers by name, which ASGI gives in lower case; ``cookie`` joined (HTTP/2 splits it), else the last wins."""
    pairs = scope["headers"]
    found = dict(pairs)
    if len(found) < len(pairs) and b"cookie" in found:
        found[b"cookie"] = b"; ".join(value for name, value in pairs if name == b"cookie")
    return found


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


def wants_page(headers: Headers) -> bool:
    """Whether the answer is for a person to read, rather than for a script or an image tag."""
    return _is_for_a_person(headers.get(b"accept", b"*/*"), headers.get(b"sec-fetch-dest", b"document"))


@lru_cache(256)
def _is_for_a_person(accept: bytes, destination: bytes) -> bool:
    accept = accept.lower()
    if b"text/html" in accept:  # a service worker that fetches a page says « empty » as its destination
        return b"json" not in accept or accept.index(b"text/html") < accept.index(b"json")
    return b"json" not in accept and destination in {b"document", b"iframe", b"frame"}


def is_same_origin(headers: Headers) -> bool:
    """Whether a form was sent from our own pages (Sec-Fetch-Site, else Origin against Host)."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in {b"same-origin", b"none"}
    origin = headers.get(b"origin")
    return origin is not None and origin.partition(b"://")[2] == headers.get(b"host")


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
