"""Reads an answer sent by a plain form, for pupils whose browser runs no JavaScript. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from preau.school.content.items import ChoiceItem, Item, MatchItem, OrderItem
from preau.school.work.refusals import Refusal


def response_of_form(item: Item, fields: Mapping[str, Sequence[str]]) -> Any | Refusal:
    """The response to ``item`` in the shape that marking reads; ``fields``: all values by name."""
    if isinstance(item, ChoiceItem):
        return _indices(fields.get("r", ()))
    if isinstance(item, OrderItem):
        return _order(item, fields)
    if isinstance(item, MatchItem):
        chosen = [_index(_last(fields, f"r{at}")) for at in range(len(item.lefts))]
        if Refusal.RESPONSE_MALFORMED in chosen:
            return Refusal.RESPONSE_MALFORMED
        return chosen if any(index is not None for index in chosen) else Refusal.ANSWER_EMPTY
    text = _last(fields, "r").replace("\r\n", "\n")
    return text if text.strip() else Refusal.ANSWER_EMPTY


def _last(fields: Mapping[str, Sequence[str]], name: str) -> str:
    values = fields.get(name, ())
    return values[-1] if values else ""


def _index(text: str) -> int | Refusal | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else Refusal.RESPONSE_MALFORMED  # noqa: PLR2004  20 options at most


def _indices(values: Sequence[str]) -> list[int] | Refusal:
    found: list[int] = []
    for value in values:
        index = _index(value)
        if index is None or isinstance(index, Refusal):
            return Refusal.RESPONSE_MALFORMED
        found.append(index)
    return found or Refusal.ANSWER_EMPTY


def _order(item: OrderItem, fields: Mapping[str, Sequence[str]]) -> list[int] | Refusal:
    """Each line was given a rank from 1; the ranks must be all different."""
    count = len(item.lines)
    ranks: dict[int, int] = {}
    for line in range(count):
        rank = _index(_last(fields, f"r{line}"))
        if isinstance(rank, Refusal):
            return rank
        if rank is None or not 1 <= rank <= count or rank in ranks:
            return Refusal.ORDER_INCOMPLETE
        ranks[rank] = line
    return [ranks[rank] for rank in range(1, count + 1)]
