"""The questions of a lesson, as they are published: one JSON shape shared by Python and TypeScript.

Pure. ``prompt``, ``explanation`` and the choices are clean HTML; what stands in a list box or is put in order (lines,
pairs) is plain text. ``shown`` is the order in which lines or right-hand sides are displayed, fixed at publication so
that a page rendered by the server and the same page without network show the same.
"""

import hashlib
from typing import Final

import msgspec

MAX_POINTS: Final = 20
"""A question worth more than a whole copy is a typing mistake."""
MAX_OPTIONS: Final = 20
"""More choices than fit on two phone screens are a page to read, not a question."""
MAX_TEXT_CHARS: Final = 4_000
"""Of a prompt, an explanation, a line: about one page."""
KEY_PATTERN: Final = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"


class ItemBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What all questions have. ``points``: 1 to 20."""

    key: str
    prompt: str
    points: int = 1
    explanation: str = ""


class ChoiceItem(ItemBase, frozen=True, kw_only=True, tag="choice"):
    """One answer (radio buttons) or several (boxes). ``answer``: indices into ``choices``, ascending."""

    choices: list[str]
    answer: list[int]


class TextEntryItem(ItemBase, frozen=True, kw_only=True, tag="text-entry"):
    """A word or a number. A number is right within ``tolerance``; ``unit`` may be typed or left out."""

    accepted: list[str] = []
    number: float | None = None
    tolerance: float = 0.0
    unit: str = ""


class OrderItem(ItemBase, frozen=True, kw_only=True, tag="order"):
    """``lines`` stand in the right order; ``shown`` lists their indices in the order of display."""

    lines: list[str]
    shown: list[int]


class MatchItem(ItemBase, frozen=True, kw_only=True, tag="match"):
    """``lefts[i]`` goes with ``rights[i]``; ``shown`` lists the indices of ``rights`` in the order of display."""

    lefts: list[str]
    rights: list[str]
    shown: list[int]


class ExtendedTextItem(ItemBase, frozen=True, kw_only=True, tag="extended-text"):
    """Free writing that a person reads. ``expected_lines`` sizes the box."""

    expected_lines: int = 4


Item = ChoiceItem | TextEntryItem | OrderItem | MatchItem | ExtendedTextItem


class HtmlBlock(msgspec.Struct, frozen=True, tag_field="block", tag="html"):
    html: str


class ItemBlock(msgspec.Struct, frozen=True, tag_field="block", tag="item"):
    item: Item


class LessonFile(msgspec.Struct, frozen=True, kw_only=True):
    """A published lesson: ``<lesson key>.json`` (docs/protocol/package.md)."""

    v: int = 1
    key: str
    title: str
    minutes: int
    objective: str = ""
    competences: list[str] = []
    week: int | None = None
    day: int | None = None
    blocks: list[HtmlBlock | ItemBlock] = []

    def items(self) -> list[Item]:
        """The questions in the order of the page."""
        return [block.item for block in self.blocks if isinstance(block, ItemBlock)]

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items() if item.key == key), None)


def shuffled(count: int, seed: str) -> list[int]:
    """A permutation of ``range(count)`` that depends on ``seed`` alone and is never the identity for ``count`` > 1."""
    order = sorted(range(count), key=lambda index: hashlib.sha256(f"{seed}/{index}".encode()).digest())
    if count > 1 and order == list(range(count)):
        order.append(order.pop(0))
    return order
