"""What the front page says of the service: what the file published by the watch says, and never more."""

from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from django.utils.translation import gettext as _

FRESH_FOR_S: Final = 120
"""The watch writes every few seconds; two minutes of silence mean that it does not know, and neither do we."""
_MOST_BYTES: Final = 65_536
_LEVELS: Final = {"none": "ok", "minor": "warn", "major": "bad", "critical": "bad", "maintenance": "warn"}


class _Page(msgspec.Struct):
    updated_at: datetime


class _Status(msgspec.Struct):
    indicator: str
    description: str


class _Summary(msgspec.Struct):
    page: _Page
    status: _Status


class ServiceState(msgspec.Struct, frozen=True):
    """``level``: ok, warn, bad or unknown; ``sentence`` for people."""

    level: str
    sentence: str


def read_state(data_folder: Path, now: datetime) -> ServiceState:
    """The published state, or that it is not known."""
    unknown = ServiceState("unknown", _("État inconnu pour le moment."))
    try:
        with (data_folder / "status" / "api" / "v2" / "summary.json").open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        summary = msgspec.json.decode(text, type=_Summary)
    except (OSError, msgspec.MsgspecError):
        return unknown
    written_at = summary.page.updated_at
    if len(text) > _MOST_BYTES or written_at.tzinfo is None or summary.status.indicator not in _LEVELS:
        return unknown
    if abs((now - written_at).total_seconds()) > FRESH_FOR_S:
        return unknown
    return ServiceState(_LEVELS[summary.status.indicator], summary.status.description[:200])
