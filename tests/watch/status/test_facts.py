from typing import Any

import pytest

from preau.watch.signals.reading import Signals
from preau.watch.status.facts import OUTAGE_S, FactKind, Seen, interruption, observe
from status_readings import HALF_PAST_EIGHT_S, PARIS, reading

CROWD = {"waiting": (0, 40, 0, 0)}


def play(*steps: tuple[float, dict[str, Any] | None]) -> list[tuple[str, float]]:
    """Plays readings at seconds after 8:30 (None: no reading) and returns the facts as (code, second)."""
    seen, told = Seen(), []
    for at_s, changes in steps:
        now_s = HALF_PAST_EIGHT_S + at_s
        signals: Signals | None = None if changes is None else reading(measured_at_s=now_s, **changes)
        seen, facts = observe(seen, signals, now_s=now_s)
        told += [(fact.kind.value, fact.at_s - HALF_PAST_EIGHT_S) for fact in facts]
    return told


def test_a_start_is_told_once_with_the_hour_of_the_start() -> None:
    assert play((0, {}), (5, {})) == [("service_started", -3600.0)]


def test_a_queue_is_told_at_once_and_its_end_after_a_minute_of_quiet() -> None:
    facts = play((0, {}), (5, CROWD), (10, {}), (40, {}), (69, {}), (70, {}))
    assert facts[1:] == [("queue_opened", 5), ("queue_closed", 10)]


def test_a_queue_that_comes_and_goes_is_one_queue() -> None:
    facts = play((0, {}), (5, CROWD), (10, {}), (30, CROWD), (50, {}), (80, CROWD))
    assert facts[1:] == [("queue_opened", 5)]


def test_the_application_and_the_database_falling_silent_and_coming_back() -> None:
    facts = play((0, {}), (5, {"app_ok": False}), (10, {"app_ok": None}), (15, {}), (20, {"db_ok": False}), (25, {}))
    assert facts[1:] == [("app_silent", 5), ("app_back", 15), ("database_silent", 20), ("database_back", 25)]


def test_the_ladder_is_told_from_level_two_on_and_its_return_after_a_minute() -> None:
    facts = play(
        (0, {}), (5, {"level": 3}), (10, {"level": 1}), (40, {"level": 2}), (69, {"level": 1}), (70, {"level": 1})
    )
    assert facts[1:] == [("queue_opened", 5), ("level_raised", 5), ("level_lowered", 10)]


def test_a_ladder_that_trembles_between_zero_and_one_is_only_a_queue() -> None:
    facts = play((0, {}), *((5 * n, {"level": n % 2}) for n in range(1, 20)))
    assert facts[1:] == [("queue_opened", 5)]


def test_losing_sight_and_seeing_again() -> None:
    facts = play((0, {}), (5, None), (10, None), (15, {}))
    assert facts[1:] == [("signals_lost", 5), ("signals_back", 15)]


def test_every_fact_is_a_french_sentence() -> None:
    from preau.watch.status.facts import Fact

    for kind in FactKind:
        sentence = Fact(kind=kind, at_s=0, level=2).sentence
        assert sentence[0].isupper()
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("after_s", "sentence"),
    [
        (OUTAGE_S + 2, "Le service a été interrompu moins d’une minute, à 8 h 30."),
        (12 * 60, "Le service a été interrompu de 8 h 30 à 8 h 42."),
        (24 * 3600, "Le service a été interrompu du 23 novembre 2026 à 8 h 30 au 24 novembre 2026 à 8 h 30."),
    ],
)
def test_an_interruption_is_told_with_its_hours(after_s: float, sentence: str) -> None:
    [fact] = interruption(HALF_PAST_EIGHT_S, now_s=HALF_PAST_EIGHT_S + after_s, zone=PARIS)
    assert fact.sentence.replace("\u00a0", " ") == sentence


@pytest.mark.parametrize("last_sign_s", [None, HALF_PAST_EIGHT_S - OUTAGE_S, HALF_PAST_EIGHT_S + 3600])
def test_a_first_start_a_quick_one_and_a_clock_set_back_tell_no_interruption(last_sign_s: float | None) -> None:
    assert interruption(last_sign_s, now_s=HALF_PAST_EIGHT_S, zone=PARIS) == ()


@pytest.mark.parametrize("step_s", [-3600, 3600])
def test_a_clock_that_is_set_holds_up_no_end_of_a_queue(step_s: float) -> None:
    facts = play((0, {}), (5, CROWD), (10, {}), (15 + step_s, {}), (75 + step_s, {}))
    assert [kind for kind, _ in facts[1:]] == ["queue_opened", "queue_closed"]
