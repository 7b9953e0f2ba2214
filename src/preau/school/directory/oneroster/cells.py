"""Reads single cells. Each function returns the value, or a Bad with the code and the sentence of its refusal. Pure."""

import unicodedata
from datetime import date
from typing import Final

import msgspec

from preau.school.directory.oneroster.tables import shown

MAX_ID_CHARS: Final = 100
"""As long as the column that keeps it; the ids we have seen are GUIDs of 36."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@")
_ODD_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"})
_LAWFUL_SIGNS: Final = frozenset("°")
"""Of category So, and common in the names of French schools and classes."""


class Bad(msgspec.Struct, frozen=True):
    """Why a cell is refused."""

    code: str
    sentence: str


def read_id(text: str) -> str | Bad:
    """A sourcedId. It is only ever compared and stored; what looks like a path or a formula is refused all the same."""
    if not text:
        return Bad("id_missing", "Identifiant (sourcedId) absent.")
    if len(text) > MAX_ID_CHARS:
        return Bad("id_too_long", f"Identifiant de plus de {MAX_ID_CHARS} caractères.")
    if not text.isprintable() or ".." in text or "\\" in text or text.startswith(("=", "+", "/", "~")):
        return Bad("bad_id", f"Identifiant refusé : « {shown(text)} ».")
    return text


def read_name(text: str, max_chars: int) -> str | Bad:
    """A name of a person, a class or a school; may be empty. Blanks are made one."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(name) > max_chars:
        return Bad("name_too_long", f"Nom de plus de {max_chars} caractères : « {shown(name)} ».")
    if name.startswith(_FORMULA_STARTS):
        return Bad("formula", f"Ce nom commence comme une formule de tableur : « {shown(name)} ».")
    if any(unicodedata.category(c) in _ODD_CATEGORIES and c not in _LAWFUL_SIGNS for c in name):
        return Bad("odd_character", f"Ce nom contient un caractère qui n’est pas d’un nom : « {shown(name)} ».")
    return name


def read_date(text: str) -> date | Bad | None:
    """An ISO date; None for an empty cell. A time after it is left out."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return Bad("bad_date", f"Date illisible : « {shown(text)} ». Attendu : 2026-09-01.")


def read_list(text: str) -> list[str]:
    """A list: commas between the values, blanks ignored."""
    return [value for part in text.split(",") if (value := part.strip())]


def is_leaving(status: str) -> bool | Bad:
    """Whether the status says that the line has gone. Empty is active."""
    known = {"": False, "active": False, "tobedeleted": True, "inactive": True}
    leaving = known.get(status.casefold())
    return Bad("unknown_status", f"Statut inconnu : « {shown(status)} ».") if leaving is None else leaving
