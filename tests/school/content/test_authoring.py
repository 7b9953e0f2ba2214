"""What authors write is read, or the mistake is named with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.content.authoring import (
    CourseFile,
    FrontMatter,
    Mistake,
    Renderer,
    read_course,
    read_front_matter,
    read_item,
    split_front_matter,
)
from preau.school.content.items import ChoiceItem, MatchItem, OrderItem, TextEntryItem, shuffled

PLAIN = Renderer(block=lambda text: text, inline=lambda text: text)
GOOD = 'key = "a"\nkind = "choice"\nprompt = "?"\nchoices = ["x", "y"]\nanswer = [1]\n'


@given(st.text())
def test_no_text_can_break_the_front_matter_reader(text: str) -> None:
    parts = split_front_matter(text)
    if isinstance(parts, Mistake):
        assert parts.code == "front_matter_open"
        return
    header, body, offset = parts
    assert text.split("\n")[offset:] == body.split("\n")
    assert isinstance(read_front_matter(header), FrontMatter | Mistake)


@given(st.text() | st.from_regex(r'(title|week|minutes) = ("[a-z]*"|-?[0-9]{1,4}|\[\])\n', fullmatch=True))
def test_no_toml_can_break_the_readers(text: str) -> None:
    assert isinstance(read_front_matter(text), FrontMatter | Mistake)
    assert isinstance(read_course(text), CourseFile | Mistake)
    assert isinstance(read_item(text, PLAIN), Mistake)


def test_a_text_without_front_matter_is_all_body() -> None:
    assert split_front_matter("# Titre\n") == ("", "# Titre\n", 0)


def test_the_body_begins_after_the_second_fence() -> None:
    assert split_front_matter('+++\ntitle = "x"\n+++\nBonjour') == ('title = "x"', "Bonjour", 3)


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ('title = "x"\nweek = "un"', 2, "field_wrong_type"),
        ('title = "x"\nweak = 1', 2, "field_unknown"),
        ("title = x", 1, "toml_invalid"),
        ("title = " + "[" * 5000, 1, "toml_invalid"),
        ("week = " + "9" * 5000, 1, "toml_invalid"),
        ("minutes = 90", 1, "number_out_of_range"),
        ('title = "x"\nkey = "Été"', 2, "key_invalid"),
    ],
)
def test_a_mistake_in_the_front_matter_is_named_with_its_line(text: str, line: int, code: str) -> None:
    mistake = read_front_matter(text)
    assert isinstance(mistake, Mistake)
    assert (mistake.line, mistake.code) == (line, code)
    assert mistake.sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('grade = "CM1"', "field_missing"),
        ('title = " "', "title_empty"),
        ('title = "x"\ngrade = "CM7"', "grade_unknown"),
    ],
)
def test_a_mistake_in_the_course_file_is_named(text: str, code: str) -> None:
    mistake = read_course(text)
    assert isinstance(mistake, Mistake)
    assert mistake.code == code


def test_a_good_item_is_read() -> None:
    assert read_item(GOOD, PLAIN) == ChoiceItem(key="a", prompt="?", choices=["x", "y"], answer=[1])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD.replace("[1]", "[2]"), "answer_invalid"),
        (GOOD.replace("[1]", "[]"), "answer_invalid"),
        (GOOD.replace('["x", "y"]', '["x"]'), "choices_count"),
        (GOOD.replace('"choice"', '"hotspot"'), "kind_unknown"),
        (GOOD.replace('key = "a"', 'key = "../a"'), "key_invalid"),
        (GOOD + "points = 21", "points_out_of_range"),
        (GOOD.replace('"?"', '""'), "prompt_empty"),
        (GOOD.replace('"?"', f'"{"x" * 4001}"'), "text_too_long"),
        ('key = "a"\nkind = "text-entry"\nprompt = "?"', "answer_missing"),
        ('key = "a"\nkind = "text-entry"\nprompt = "?"\nnumber = inf', "number_out_of_range"),
        ('key = "a"\nkind = "text-entry"\nprompt = "?"\nnumber = nan', "number_out_of_range"),
        ('key = "a"\nkind = "order"\nprompt = "?"\nlines = ["x"]', "lines_count"),
        ('key = "a"\nkind = "match"\nprompt = "?"\npairs = [["x"], ["y", "z"]]', "pairs_invalid"),
        ('key = "a"\nkind = "match"\nprompt = "?"\npairs = [["x", "1"], ["y", " 1"]]', "pairs_duplicate"),
        ('key = "a"\nkind = "extended-text"\nprompt = "?"\nexpected_lines = 0', "expected_lines_out_of_range"),
    ],
)
def test_a_broken_item_is_refused_with_its_reason(text: str, code: str) -> None:
    mistake = read_item(text, PLAIN)
    assert isinstance(mistake, Mistake)
    assert mistake.code == code


def test_every_kind_keeps_what_marking_needs() -> None:
    entry = read_item('key = "a"\nkind = "text-entry"\nprompt = "?"\nnumber = 3\nunit = " cm "', PLAIN)
    order = read_item('key = "a"\nkind = "order"\nprompt = "?"\nlines = ["1", "2", "3"]', PLAIN)
    match = read_item('key = "a"\nkind = "match"\nprompt = "?"\npairs = [["a", "1"], ["b", "2"]]', PLAIN)
    assert isinstance(entry, TextEntryItem)
    assert isinstance(order, OrderItem)
    assert isinstance(match, MatchItem)
    assert (entry.number, entry.unit) == (3.0, "cm")
    assert (order.lines, sorted(order.shown)) == (["1", "2", "3"], [0, 1, 2])
    assert (match.lefts, match.rights) == (["a", "b"], ["1", "2"])


@given(st.integers(0, 30), st.text(max_size=20))
def test_lines_are_always_shown_in_another_order_than_the_right_one(count: int, seed: str) -> None:
    order = shuffled(count, seed)
    assert sorted(order) == list(range(count))
    assert count < 2 or order != list(range(count))
    assert order == shuffled(count, seed)
