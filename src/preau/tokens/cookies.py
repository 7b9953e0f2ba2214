"""Names of the cookies that carry tokens: the gate reads them, the school sets the card."""

from typing import NamedTuple


class CookieNames(NamedTuple):
    """The three cookies. ``__Host-`` pins them to one host and to TLS; a demo on plain HTTP cannot have the prefix."""

    card: str
    ticket: str
    admission: str


def cookie_names(*, secure: bool) -> CookieNames:
    """The names to use when the site is served over TLS (``secure``) or in a demo over plain HTTP."""
    prefix = "__Host-" if secure else ""
    return CookieNames(f"{prefix}carnet", f"{prefix}ticket", f"{prefix}passe")
