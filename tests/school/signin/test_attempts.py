"""Tries are counted in the database, and the table stays small."""

from uuid import UUID

import pytest

from preau.school.signin import attempts
from preau.school.signin.models import TryWindow
from preau.school.signin.throttle import FORGIVEN_S, WINDOW_S, Held

pytestmark = [pytest.mark.django_db, pytest.mark.data]
GROUP = UUID(int=7)


def limits(source: str = "192.0.2.1") -> tuple[attempts.Limit, ...]:
    return attempts.limits_of_class(GROUP, source)


def test_ten_tries_then_a_pause_for_this_source_only() -> None:
    left = [attempts.take(limits(), now_s=100) for _ in range(10)]
    assert left == [attempts.Taken(n) for n in range(9, -1, -1)]
    assert attempts.take(limits(), now_s=200) == Held(100 + WINDOW_S)
    assert attempts.take(limits("192.0.2.2"), now_s=200) == attempts.Taken(1)  # of the twelve of the class


def test_a_held_try_counts_nowhere() -> None:
    for _ in range(10):
        attempts.take(limits(), now_s=100)
    before = list(TryWindow.objects.order_by("key").values_list("tries", flat=True))
    attempts.take(limits(), now_s=101)
    assert list(TryWindow.objects.order_by("key").values_list("tries", flat=True)) == before


def test_a_class_bears_twelve_tries_from_everywhere_then_as_many_after_growing_pauses() -> None:
    taken = [attempts.take(limits(f"192.0.2.{n}"), now_s=100) for n in range(13)]
    assert all(isinstance(one, attempts.Taken) for one in taken[:12])
    assert taken[12] == Held(100 + 600)
    later = [attempts.take(limits(f"198.51.100.{n}"), now_s=700) for n in range(13)]
    assert later[12] == Held(100 + 1800)


def test_a_device_with_a_card_of_the_class_is_counted_by_itself() -> None:
    for n in range(12):
        attempts.take(limits(f"192.0.2.{n}"), now_s=100)
    own = attempts.limits_of_class(GROUP, "192.0.2.1", card="AbCdEfGhIjK")
    for _ in range(10):
        assert isinstance(attempts.take(own, now_s=100), attempts.Taken)
    assert isinstance(attempts.take(own, now_s=100), Held)
    other = attempts.limits_of_class(GROUP, "192.0.2.1", card="another_one")
    assert attempts.take(other, now_s=100) == attempts.Taken(9)
    assert TryWindow.objects.get(key=limits()[1].key).tries == 12


def test_a_login_bears_thirty_tries_from_everywhere_but_its_own_browser_is_never_shut_out() -> None:
    taken = [attempts.take(attempts.limits_of_login("claire", f"192.0.2.{n}"), now_s=100) for n in range(31)]
    assert taken[30] == Held(100 + 600)
    own = attempts.limits_of_login("Claire", "192.0.2.1", own_card=True)
    assert attempts.take(own, now_s=100) == attempts.Taken(9)


def test_a_right_try_is_given_back() -> None:
    for _ in range(50):
        attempts.take(limits(), now_s=100)
        attempts.give_back(limits())
    assert attempts.take(limits(), now_s=100) == attempts.Taken(9)


def test_the_table_is_bounded_and_forgets_single_tries_before_those_of_a_guesser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempts, "_MOST_ROWS", 50)
    guesser = attempts.limits_of_login("claire.lefevre", "192.0.2.1")
    for _ in range(10):
        attempts.take(guesser, now_s=1000)
    for n in range(200):
        attempts.take(attempts.limits_of_login(f"login{n}", "192.0.2.1"), now_s=1001 + n)
    attempts._sweep(1300)
    assert TryWindow.objects.count() == 50
    assert attempts.take(guesser, now_s=1300) == Held(1000 + WINDOW_S)


def test_windows_that_are_over_are_swept_away() -> None:
    attempts.take(limits(), now_s=1000)
    attempts._sweep(1000 + FORGIVEN_S)
    assert TryWindow.objects.count() == 0


def test_neither_login_nor_address_can_be_read_in_the_table() -> None:
    attempts.take(attempts.limits_of_login("Claire.Lefevre", "192.0.2.1"), now_s=100)
    keys = set(TryWindow.objects.values_list("key", flat=True))
    assert not any("claire" in key.casefold() or "192.0" in key for key in keys)
    assert {limit.key for limit in attempts.limits_of_login("CLAIRE.lefevre", "192.0.2.1")} == keys
