import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.content.items import ChoiceItem, Item, MatchItem, OrderItem, TextEntryItem
from preau.school.work.marking import Malformed, Mark, mark, normalise, parse_number

VECTORS = json.loads((Path(__file__).parent / "marking_vectors.json").read_text(encoding="utf-8"))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 30) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
TEXTS = st.lists(st.text(max_size=6), min_size=2, max_size=6)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_shared_vectors_are_marked_as_written(vector: dict[str, Any]) -> None:
    item = msgspec.convert(vector["item"], Item)
    marked = mark(item, vector["response"])
    expected = vector["mark"]
    assert (msgspec.to_builtins(marked) if isinstance(marked, Mark) else None) == (
        expected and expected | {"detail": tuple(expected["detail"])}
    )


@given(JSON_VALUES, st.sampled_from(VECTORS))
def test_no_response_can_break_the_marking_or_win_more_than_the_question_is_worth(
    response: Any, vector: dict[str, Any]
) -> None:
    item = msgspec.convert(vector["item"], Item)
    marked = mark(item, response)
    assert isinstance(marked, Mark | Malformed)
    if isinstance(marked, Mark):
        assert 0 <= marked.points_hundredths <= 100 * marked.points_possible <= 100 * item.points
        assert (marked.right is True) == (marked.points_hundredths == 100 * item.points)


@given(st.lists(st.text(max_size=4), min_size=2, max_size=8), st.integers(1, 20))
def test_the_order_of_the_author_gets_all_the_points(lines: list[str], points: int) -> None:
    item = OrderItem(key="k", prompt="", lines=lines, shown=list(range(len(lines))), points=points)
    assert mark(item, list(range(len(lines)))) == Mark(100 * points, points, True, (True,) * len(lines))


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), min_size=2, max_size=8), st.data())
def test_each_right_pair_more_never_lowers_the_mark(pairs: list[tuple[str, str]], data: st.DataObject) -> None:
    count = len(pairs)
    item = MatchItem(
        key="k",
        prompt="",
        points=3,
        lefts=[p[0] for p in pairs],
        rights=[p[1] for p in pairs],
        shown=list(range(count)),
    )
    response = data.draw(st.lists(st.none() | st.integers(0, count - 1), min_size=count, max_size=count))
    better = list(response)
    at = data.draw(st.integers(0, count - 1))
    better[at] = at
    before, after = mark(item, response), mark(item, better)
    assert isinstance(before, Mark)
    assert isinstance(after, Mark)
    assert before.points_hundredths <= after.points_hundredths


@given(st.sets(st.integers(0, 4)), st.sets(st.integers(0, 4), min_size=1))
def test_several_choices_are_all_or_nothing(given_answer: set[int], answer: set[int]) -> None:
    item = ChoiceItem(key="k", prompt="", choices=list("abcde"), answer=sorted(answer), points=2)
    marked = mark(item, list(given_answer))
    assert isinstance(marked, Mark)
    assert marked.points_hundredths == (200 if given_answer == answer else 0)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
def test_normalising_twice_changes_nothing_that_matters(text: str) -> None:
    item = TextEntryItem(key="k", prompt="", accepted=[text])
    marked = mark(item, f"  {text} ")
    assert isinstance(marked, Mark)
    assert marked.right == bool(normalise(text))


@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_number_written_with_a_comma_is_the_same_number(value: Any) -> None:
    assert parse_number(f"{value:f}".replace(".", ","), "kg") == float(value)
    assert parse_number(f"{value:f} kg", "kg") == float(value)
