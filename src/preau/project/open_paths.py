"""What is answered without the gate, and by which part: the one table that every engine and the standby read."""

from typing import Final, NamedTuple

from preau.project.asgi_types import Application
from preau.project.static_files import AT_THE_ROOT


class OpenParts(NamedTuple):
    """Who answers what is open to everybody. None of them needs the database."""

    health: Application
    static: Application
    packages: Application
    status: Application


_PART_OF: Final = {
    "/__*": "health",
    "/metrics": "health",
    "/static/*": "static",
    **dict.fromkeys(AT_THE_ROOT, "static"),
    "/colis/*": "packages",
    "/etat": "status",
    "/etat/*": "status",
}
OPEN_PATHS: Final = tuple(_PART_OF)
"""Paths; with ``*`` at the end: everything that begins so."""


def before_the_gate(parts: OpenParts) -> dict[str, Application]:
    """Who answers what is not behind the gate, by its entry in ``OPEN_PATHS``."""
    return {path: getattr(parts, name) for path, name in _PART_OF.items()}
