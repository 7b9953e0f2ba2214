"""The two files by which the school and the live class meet: shapes in ``preau.published``."""

from pathlib import Path
from uuid import UUID

import structlog

from preau.published.files import read_published, write_if_changed
from preau.published.shapes import Refused, Register, Roster, encode, register_file, roster_file

_log = structlog.get_logger("preau.school.classroom")


def write_roster(published: Path, roster: Roster) -> None:
    """Writes the roster, unless it is there already. Lost in a power cut, it is written again at the next knock."""
    write_if_changed(published / roster_file(roster.live_class), encode(roster), durable=False)


def read_register(published: Path, live_class: UUID) -> Register | None:
    """The register, or None as long as there is none that can be read."""
    register = read_published(published / register_file(live_class.hex), Register)
    if isinstance(register, Refused):
        _log.warning("register_refused", live_class=live_class.hex, code=register.code, detail=register.detail)
        return None
    return register if register is not None and register.live_class == live_class.hex else None
