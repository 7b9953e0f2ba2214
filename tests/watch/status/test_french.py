import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.watch.status import french
from status_readings import HALF_PAST_EIGHT_S, PARIS


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@given(st.integers(min_value=1, max_value=19))
def test_a_count_under_twenty_is_never_told(value: int) -> None:
    assert plain(french.count(value, none="personne")) == "moins de 20"
    assert french.published_count(value) is None


def test_zero_has_its_own_word_and_twenty_is_a_number() -> None:
    assert french.count(0, none="personne") == "personne"
    assert french.count(20, none="personne") == "20"
    assert french.published_count(0) == 0


def test_numbers_hours_and_dates_follow_french_typography() -> None:
    assert french.number(1_612_480) == "1\u202f612\u202f480"
    assert plain(french.hour(HALF_PAST_EIGHT_S, PARIS)) == "8 h 30"
    assert plain(french.hour(HALF_PAST_EIGHT_S + 5, PARIS, seconds=True)) == "8 h 30 min 05 s"
    assert plain(french.day(HALF_PAST_EIGHT_S, PARIS)) == "23 novembre 2026"
    assert plain(french.day(HALF_PAST_EIGHT_S + 8 * 86_400, PARIS)) == "1er décembre 2026"
    assert french.iso(HALF_PAST_EIGHT_S, PARIS) == "2026-11-23T08:30:00+01:00"
    assert french.typeset("« Oui » : non ; vrai ?") == "«\u00a0Oui\u00a0»\u00a0: non\u202f; vrai\u202f?"


@pytest.mark.parametrize(
    ("low_s", "high_s", "words"),
    [
        (0, 40, "moins d’une minute"),
        (0, 200, "moins de 4 minutes"),
        (240, 240, "environ 4 minutes"),
        (190, 280, "entre 3 et 5 minutes"),
    ],
)
def test_a_wait_is_said_as_an_interval(low_s: int, high_s: int, words: str) -> None:
    assert plain(french.wait_interval(low_s, high_s)) == words


def test_the_singular_of_one_minute() -> None:
    assert [plain(french.minutes(s)) for s in (12, 60, 600)] == ["moins d’une minute", "1 minute", "10 minutes"]
