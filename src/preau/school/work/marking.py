"""Marks an answer. Pure, and written twice: here and in client/pupil/marking.ts.

Both run tests/school/work/marking_vectors.json: without network a pupil sees the mark that the school will keep.

Rules:
- choice: all or nothing. Ticking every box must not be worth anything.
- text-entry: an accepted word, or a number within its tolerance. Upper case, spaces at the ends, double spaces, a final
  full stop, curly or straight apostrophes, œ or oe make no difference; accents and hyphens do. ``3,5`` is ``3.5``.
  Where only a number can be right, what is no number is not marked at all: the pupil is asked for one.
- order: the share of lines that stand at their place. match: the share of right pairs. Equal texts are interchangeable.
- extended-text: no mark here, a person reads it (``right`` is None, nothing is counted as possible yet).
Points are hundredths, rounded down: only an answer that is wholly right gets all the points.

A response is JSON: choice -> list of indices; text-entry, extended-text -> text; order -> indices of the lines in the
order given; match -> for each left the index of its right, or null.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Any, Final

import msgspec

from preau.school.content.items import ChoiceItem, Item, MatchItem, OrderItem, TextEntryItem

MAX_ENTRY_CHARS: Final = 400
"""Of a word or a number."""
MAX_WRITING_CHARS: Final = 8_000
"""Of a free text: two pages by hand."""
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_ROUNDING: Final = 1e-9
"""Relative slack for numbers that binary floats cannot hold, such as 0.1 + 0.2."""
_SAME: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "œ": "oe", "æ": "ae", "−": "-", "‐": "-", "‑": "-"})
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates: no keyboard types them and no database keeps them."""
_BLANKS: Final = re.compile(r"[ \t\n\r\f\v]+")


class Malformed(StrEnum):
    """The response does not have the shape that the question asks for: nothing is marked, nothing counts."""

    RESPONSE = "response_malformed"  # the sender is wrong, not the pupil
    NUMBER_EXPECTED = "number_expected"  # the pupil wrote words where a number is asked for


class Mark(msgspec.Struct, frozen=True):
    """``points_hundredths`` of ``points_possible`` points. ``right``: None when a person has to read the answer.

    ``detail``: for order the lines given, for match the pairs, in their order: right or not. Empty otherwise.
    """

    points_hundredths: int
    points_possible: int
    right: bool | None
    detail: tuple[bool, ...] = ()

    @property
    def points(self) -> float:
        return self.points_hundredths / 100


def mark(item: Item, response: Any) -> Mark | Malformed:
    """The mark of ``response`` (decoded JSON from anywhere) to ``item``."""
    if isinstance(item, ChoiceItem):
        return _mark_choice(item, response)
    if isinstance(item, TextEntryItem):
        return _mark_text(item, response)
    if isinstance(item, OrderItem):
        return _mark_order(item, response)
    if isinstance(item, MatchItem):
        return _mark_match(item, response)
    return _mark_writing(response)


def _whole(item: Item, *, right: bool) -> Mark:
    return Mark(100 * item.points if right else 0, item.points, right)


def _share(item: Item, detail: list[bool]) -> Mark:
    count = sum(detail)
    return Mark(100 * item.points * count // len(detail), item.points, count == len(detail), tuple(detail))


def _is_index(value: object, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def _mark_choice(item: ChoiceItem, response: Any) -> Mark | Malformed:
    count = len(item.choices)
    if not isinstance(response, list) or not all(_is_index(index, count) for index in response):
        return Malformed.RESPONSE
    if len(response) > count or len(set(response)) != len(response):
        return Malformed.RESPONSE
    return _whole(item, right=sorted(response) == item.answer)


def _mark_order(item: OrderItem, response: Any) -> Mark | Malformed:
    count = len(item.lines)
    if not isinstance(response, list) or not all(_is_index(index, count) for index in response):
        return Malformed.RESPONSE
    if sorted(response) != list(range(count)):
        return Malformed.RESPONSE
    return _share(item, [item.lines[index] == item.lines[at] for at, index in enumerate(response)])


def _mark_match(item: MatchItem, response: Any) -> Mark | Malformed:
    count = len(item.rights)
    if not isinstance(response, list) or len(response) != count:
        return Malformed.RESPONSE
    if not all(index is None or _is_index(index, count) for index in response):
        return Malformed.RESPONSE
    found = enumerate(response)
    return _share(item, [index is not None and item.rights[index] == item.rights[at] for at, index in found])


def _mark_writing(response: Any) -> Mark | Malformed:
    if (
        not isinstance(response, str)
        or len(response) > MAX_WRITING_CHARS
        or not response.strip()
        or _UNSTORABLE.search(response)
    ):
        return Malformed.RESPONSE
    return Mark(0, 0, None)


def _mark_text(item: TextEntryItem, response: Any) -> Mark | Malformed:
    if not isinstance(response, str) or len(response) > MAX_ENTRY_CHARS or _UNSTORABLE.search(response):
        return Malformed.RESPONSE
    given = normalise(response)
    if given and given in {normalise(accepted) for accepted in item.accepted}:
        return _whole(item, right=True)
    if item.number is None:
        return _whole(item, right=False)
    number = parse_number(response, item.unit)
    if number is None:
        return _whole(item, right=False) if _takes_words(item) else Malformed.NUMBER_EXPECTED
    slack = item.tolerance + _ROUNDING * max(1.0, abs(item.number))
    return _whole(item, right=abs(number - item.number) <= slack)


def _takes_words(item: TextEntryItem) -> bool:
    """Whether the author accepts something that is no number, such as « trois et demi »."""
    return any(parse_number(accepted, item.unit) is None for accepted in item.accepted)


def normalise(text: str) -> str:
    """What two spellings have in common that a teacher would accept as the same."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_SAME)
    trimmed = _BLANKS.sub(" ", unicodedata.normalize("NFC", folded)).strip(" ")
    return trimmed.removesuffix(".").rstrip(" ")


def parse_number(text: str, unit: str) -> float | None:
    """The number a pupil typed: decimal comma or point, thousands spaced or not, with or without the unit."""
    plain = normalise(text)
    spelled_unit = normalise(unit)
    if spelled_unit and plain.endswith(spelled_unit):
        plain = plain[: -len(spelled_unit)]
    plain = plain.replace(" ", "").replace(",", ".")
    return float(plain) if _NUMBER.fullmatch(plain) else None
