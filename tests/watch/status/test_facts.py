from typing import Any

from preau.watch.signals.reading import Signals
from preau.watch.status.facts import FactKind, Seen, observe
from status_readings import HALF_PAST_EIGHT_S, reading

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
