"""Names of the cookies that carry tokens and secrets, and how a request's cookies are read."""

from collections.abc import Container
from typing import Final, NamedTuple

MAX_COOKIE_BYTES: Final = 16_384
"""Granian allows more; our cookies need 600 bytes. A longer header is read as no cookie at all."""
SEAT_COOKIE_PATH: Final = "/classe/"
"""Where the seat's cookie is sent: the page of a live class and its websocket."""


class CookieNames(NamedTuple):
    """The four cookies. ``__Host-`` pins three to one host and to TLS; a demo on plain HTTP cannot have the prefix.

    ``seat`` holds the browser's secret (``preau.tokens.seat``), below ``SEAT_COOKIE_PATH`` only: ``__Secure-``.
    """

    card: str
    ticket: str
    admission: str
    seat: str


def cookie_names(*, secure: bool) -> CookieNames:
    """The names to use when the site is served over TLS (``secure``) or in a demo over plain HTTP."""
    host, tls = ("__Host-", "__Secure-") if secure else ("", "")
    return CookieNames(f"{host}carnet", f"{host}ticket", f"{host}passe", f"{tls}place")


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a ``Cookie`` header by name; of two with one name the first, which has the longer path."""
    if len(header) > MAX_COOKIE_BYTES:
        return {}
    found: dict[str, str] = {}
    for pair in header.split(";"):
        name, separator, value = pair.partition("=")
        if separator:
            found.setdefault(name.strip(), value.strip())
    return found


def without_cookies(header: str, names: Container[str]) -> str:
    """A ``Cookie`` header without those of ``names``; the others as they came, twice where a name came twice."""
    pairs = (pair.strip() for pair in header.split(";"))
    return "; ".join(pair for pair in pairs if pair and pair.partition("=")[0].strip() not in names)
