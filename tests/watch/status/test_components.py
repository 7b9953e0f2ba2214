import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.watch.status.components import Component, State, components
from status_readings import reading

NAMES = ["École", "Collège", "Lycée", "Classe virtuelle", "Remise des devoirs", "Connexion", "File d’attente"]


def by_key(**changes: object) -> dict[str, Component]:
    return {component.key: component for component in components(reading(**changes))}


def test_a_calm_morning_shows_seven_normal_parts_in_a_fixed_order() -> None:
    lines = components(reading())
    assert [line.name for line in lines] == NAMES
    assert {line.state for line in lines} == {State.OPERATIONAL}


def test_a_queue_slows_what_is_behind_the_gate_but_neither_the_queue_nor_handing_in() -> None:
    parts = by_key(waiting=(0, 310, 42, 7), level=1)
    assert parts["ecole"].words == "file d’attente"
    assert parts["ecole"].state is State.DEGRADED
    assert (parts["devoirs"].state, parts["devoirs"].words) == (State.OPERATIONAL, "sans attendre")
    assert parts["file"].state is State.OPERATIONAL
    assert parts["file"].words == "ouverte, 359 en attente"


@pytest.mark.parametrize("silent", [{"app_ok": False}, {"db_ok": False}])
def test_without_application_or_database_lessons_and_open_classes_are_said_to_go_on(silent: dict[str, bool]) -> None:
    parts = by_key(**silent)
    assert parts["college"].words == "les leçons restent lisibles"
    assert parts["classe"].words == "les classes ouvertes continuent"
    assert parts["devoirs"].words == "reçus, transmis plus tard"
    assert parts["connexion"].state is State.MAJOR
    assert parts["file"].state is State.OPERATIONAL


def test_work_that_waits_for_the_application_is_said_without_a_count() -> None:
    parts = by_key(work_waiting=3)
    assert (parts["devoirs"].state, parts["devoirs"].words) == (State.DEGRADED, "reçus, transmission en cours")
    assert parts["ecole"].state is State.OPERATIONAL
    assert by_key(work_aside=3)["devoirs"].state is State.OPERATIONAL, "the operator's matter"


def test_what_was_not_measured_is_not_called_normal() -> None:
    for line in components(None):
        assert (line.words, line.known) == ("données indisponibles", False)
    parts = by_key(app_ok=None)
    assert not parts["ecole"].known
    assert parts["file"].known


@given(st.tuples(*[st.integers(min_value=0, max_value=30)] * 4))
def test_the_words_never_tell_a_count_under_twenty(waiting: tuple[int, ...]) -> None:
    words = by_key(waiting=waiting)["file"].words
    digits = "".join(c for c in words if c.isdigit())
    assert not digits or int(digits) >= 20
