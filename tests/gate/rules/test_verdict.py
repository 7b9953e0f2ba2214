"""What a crowd is taken for, and what is not said where something is not known."""

import pytest

from preau.gate.rules.verdict import ATTACK, CROWD, HOLDS_S, HOST, NONE, Evidence, Held, hold, judge
from preau.published.gate_words import REASONS, VERDICTS

FLOOD = Evidence(cards_per_s=10.0, others_per_s=390.0, expected_per_s=12.0, shown_again=0.02, done_to_seen=1.0)
MORNING = Evidence(cards_per_s=60.0, others_per_s=3.0, expected_per_s=58.0, shown_again=0.95, done_to_seen=1.0)


def test_the_school_that_comes_as_its_timetable_says_is_a_crowd() -> None:
    assert judge(MORNING) == CROWD


def test_many_devices_without_a_card_that_never_come_back_are_an_attack() -> None:
    assert judge(FLOOD) == ATTACK


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"shown_again": 0.9}, "they come back: a whole school on new devices"),
        ({"expected_per_s": 200.0}, "not far beyond the timetable"),
        ({"cards_per_s": 400.0}, "half of them bring a card"),
        ({"others_per_s": 4.0, "cards_per_s": 0.5, "expected_per_s": 0.0}, "too few to flood anything"),
    ],
)
def test_one_sign_alone_is_no_attack(change: dict[str, float], why: str) -> None:
    assert judge(FLOOD._replace(**change)) != ATTACK, why


@pytest.mark.parametrize("unknown", ["cards_per_s", "others_per_s", "expected_per_s", "shown_again"])
def test_nothing_is_guessed(unknown: str) -> None:
    assert judge(FLOOD._replace(**{unknown: None})) == NONE


def test_machines_that_finish_less_while_nobody_more_comes_are_failing() -> None:
    assert judge(MORNING._replace(done_to_seen=0.55)) == HOST
    assert judge(MORNING._replace(done_to_seen=0.55, cards_per_s=200.0)) == NONE
    assert judge(MORNING._replace(done_to_seen=None)) == CROWD
    assert judge(Evidence(cards_per_s=0.1, others_per_s=0.0, expected_per_s=0.0, done_to_seen=0.2)) == HOST


def told(judged: list[str]) -> list[str]:
    held, heard = Held(), []
    for now_s, one in enumerate(judged):
        held = hold(held, one, now_s=float(now_s))
        heard.append(held.told)
    return heard


def test_a_verdict_is_told_once_it_held_for_some_seconds_and_withdrawn_likewise() -> None:
    held = int(HOLDS_S)
    assert told([ATTACK] * 20 + [NONE] * 20) == [NONE] * held + [ATTACK] * 20 + [NONE] * (20 - held)


def test_a_verdict_that_comes_and_goes_by_the_second_is_never_told_nor_withdrawn() -> None:
    assert set(told([HOST, NONE] * 30)) == {NONE}
    assert set(told([HOST, CROWD, NONE] * 30)) == {NONE}
    assert set(told([HOST] * 10 + [HOST, NONE] * 30)[10:]) == {HOST}


def test_a_clock_that_goes_back_only_begins_the_count_anew() -> None:
    held = hold(Held(), HOST, now_s=5000.0)
    assert hold(held, HOST, now_s=10.0) == Held(other=HOST, other_since_s=10.0)
    assert hold(hold(held, HOST, now_s=10.0), HOST, now_s=15.0).told == HOST


def test_every_verdict_has_its_words_and_is_a_reason() -> None:
    assert {CROWD, ATTACK, HOST} == set(VERDICTS)
    assert set(VERDICTS) <= set(REASONS)
