"""Picture and word codes: readable, tolerant, never one slip away from a classmate's."""

import itertools
import random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preau.school.signin import codes
from preau.school.signin.codes import CodeKind, distance, draw_codes
from preau.school.signin.words import WORDS
from preau.tokens.keyring import Keyring

GROUP, OTHER_GROUP = UUID(int=1), UUID(int=2)


def repeatable(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  a test repeats itself


@settings(deadline=None, max_examples=30)  # the clock of a loaded machine says nothing about codes
@given(seed=st.integers(0, 10**9), kind=st.sampled_from(CodeKind))
def test_no_two_codes_of_a_class_are_one_slip_apart(seed: int, kind: CodeKind) -> None:
    drawn = draw_codes(repeatable(seed), 35, kind)
    assert len(set(drawn)) == 35
    assert all(distance(a, b) >= 2 for a, b in itertools.combinations(drawn, 2))


def test_new_codes_keep_their_distance_from_those_already_given() -> None:
    first = draw_codes(repeatable(1), 30, CodeKind.PICTURES)
    later = draw_codes(repeatable(2), 30, CodeKind.PICTURES, taken=first)
    assert all(distance(a, b) >= 2 for a in first for b in later)


def test_the_largest_class_finds_its_codes() -> None:
    assert len(draw_codes(repeatable(3), 500, CodeKind.PICTURES)) == 500


def test_more_codes_than_a_class_can_have_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        draw_codes(repeatable(3), 501, CodeKind.WORDS)


def test_the_pictures_of_a_code_are_all_different() -> None:
    drawn = draw_codes(repeatable(4), 50, CodeKind.PICTURES)
    assert all(len(set(code.split("-"))) == 4 for code in drawn)


def test_there_are_twenty_pictures_and_more_than_512_words() -> None:
    assert len(codes.PICTURES) == 20
    assert len(WORDS) == len(set(WORDS)) >= 512
    assert all(word.isascii() and word.islower() and 4 <= len(word) <= 12 for word in WORDS)


def test_no_two_words_are_one_letter_apart() -> None:
    seen: dict[str, str] = {}
    for word in WORDS:
        for place in range(len(word)):
            gap = f"{word[:place]}?{word[place + 1 :]}"
            assert seen.setdefault(gap, word) == word


@pytest.mark.parametrize(
    "typed",
    [
        "lampe violon citron",
        "  Lampe-Violon-CITRON ",
        "lampe, violon ; citron",
        "Làmpe\u2011viôlon\u00a0cïtron",
        "lampe–violon—citron",
    ],
)
def test_words_are_read_whatever_case_accents_and_dashes(typed: str) -> None:
    assert codes.read_words(typed) == "lampe-violon-citron"


@pytest.mark.parametrize("typed", ["", "lampe violon", "lampe violon citron moulin", "a" * 81, "1 2 3"])
def test_what_cannot_be_three_words_is_no_code(typed: str) -> None:
    assert codes.read_words(typed) is None


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(typed: str) -> None:
    read = codes.read_words(typed)
    assert read is None or len(read.split("-")) == 3


@pytest.mark.parametrize("keys", [[], ["chat"] * 3, ["chat", "lune", "maison", "dragon"], ["chat"] * 5])
def test_four_known_pictures_are_needed(keys: list[str]) -> None:
    assert codes.read_pictures(keys) is None


def test_neighbours_are_exactly_the_codes_one_place_away() -> None:
    code = draw_codes(repeatable(5), 1, CodeKind.PICTURES)[0]
    near = codes.neighbours(code)
    assert len(near) == len(set(near)) == 4 * 19
    assert {distance(code, other) for other in near} == {1}


def test_a_digest_tells_neither_the_code_nor_the_class_nor_survives_another_secret() -> None:
    keyring = Keyring(b"k" * 32)
    code = "chat-lune-maison-arbre"
    digest = codes.digest(keyring, GROUP, code)
    assert len(digest) == 64
    assert "chat" not in digest
    assert digest == codes.digest(keyring, GROUP, code)
    assert digest != codes.digest(keyring, OTHER_GROUP, code)
    assert digest != codes.digest(Keyring(b"l" * 32), GROUP, code)


def test_codes_are_spoken_with_their_accents() -> None:
    assert codes.spoken("etoile-velo-cle-coeur") == "étoile, vélo, clé, cœur"
    assert codes.spoken("lampe-violon-citron") == "lampe-violon-citron"
