"""The form of an order: what was typed, and what it would change. Pure."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from preau.published.gate_orders import Change, OrderRefused
from preau.published.gate_words import MODES
from preau.published.shapes import GateOrders, Mode

GRAVE: Final = frozenset({"open", "drain", "closed"})
"""Modes that put the rules aside: a tick says that the button was not hit by mistake."""
_LONGEST_CHARS: Final = 200


class Typed(NamedTuple):
    """What stands in the form."""

    mode: str
    capacity: str
    pre_open_min: str
    reason: str
    seen_at_s: str
    confirmed: bool


def typed_of(fields: Mapping[str, str]) -> Typed:
    """What came with a POST, cut to a length that can be shown again."""
    cut = {name: fields.get(name, "").strip()[:_LONGEST_CHARS] for name in ("mode", "capacite", "minutes", "vu")}
    reason = fields.get("raison", "").strip()[: _LONGEST_CHARS + 1]
    return Typed(cut["mode"], cut["capacite"], cut["minutes"], reason, cut["vu"], "confirme" in fields)


def typed_from(orders: GateOrders) -> Typed:
    """The form as it is opened: what holds now."""
    capacity = "" if orders.capacity is None else str(orders.capacity)
    return Typed(orders.mode, capacity, str(orders.pre_open_s // 60), "", str(orders.at_s), confirmed=False)


def change_of(typed: Typed, holds: GateOrders) -> Change | OrderRefused:
    """What is to be different from what holds."""
    mode: Mode | None = next((mode for mode in MODES if mode == typed.mode), None)
    capacity, minutes = _whole(typed.capacity or "0"), _whole(typed.pre_open_min)
    if mode is None or capacity is None or minutes is None:
        return OrderRefused("order_not_read", "Écrivez la capacité et les minutes en chiffres, et choisissez un mode.")
    if mode in GRAVE and mode != holds.mode and not typed.confirmed:
        return OrderRefused("order_not_confirmed", f"Cochez la case pour confirmer le mode {MODES[mode].name}.")
    change = Change(
        capacity=None if capacity == (holds.capacity or 0) else capacity,
        mode=None if mode == holds.mode else mode,
        pre_open_s=None if minutes * 60 == holds.pre_open_s else minutes * 60,
    )
    if change == Change():
        return OrderRefused("order_changes_nothing", "C’est déjà ce qui vaut : rien n’a été changé.")
    return change


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None  # noqa: PLR2004  digits
