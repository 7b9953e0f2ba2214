"""Tries are counted in the database, and the table stays small."""

from uuid import UUID

import pytest

from preau.school.signin import attempts
from preau.school.signin.models import TryWindow
from preau.school.signin.throttle import WINDOW_S, Held

pytestmark = [pytest.mark.django_db, pytest.mark.data]
GROUP = UUID(int=7)


def limits(source: str = "192.0.2.1") -> tuple[attempts.Limit, ...]:
    return attempts.limits_of_class(GROUP, source)


def test_ten_tries_then_a_pause_for_this_source_only() -> None:
    left = [attempts.take(limits(), now_s=100) for _ in range(10)]
    assert left == [attempts.Taken(n) for n in range(9, -1, -1)]
    assert attempts.take(limits(), now_s=200) == Held(100 + WINDOW_S)
    assert attempts.take(limits("192.0.2.2"), now_s=200) == attempts.Taken(9)


def test_a_held_try_counts_nowhere() -> None:
    for _ in range(10):
        attempts.take(limits(), now_s=100)
    before = list(TryWindow.objects.order_by("key").values_list("tries", flat=True))
    attempts.take(limits(), now_s=101)
    assert list(TryWindow.objects.order_by("key").values_list("tries", flat=True)) == before


def test_a_class_bears_a_hundred_tries_from_everywhere() -> None:
    taken = [attempts.take(limits(f"192.0.2.{n}"), now_s=100) for n in range(101)]
    assert all(isinstance(one, attempts.Taken) for one in taken[:100])
    assert taken[100] == Held(100 + WINDOW_S)


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
    attempts._sweep(1000 + WINDOW_S)
    assert TryWindow.objects.count() == 0


def test_neither_login_nor_address_can_be_read_in_the_table() -> None:
    attempts.take(attempts.limits_of_login("Claire.Lefevre", "192.0.2.1"), now_s=100)
    key = TryWindow.objects.get().key
    assert "claire" not in key.casefold()
    assert attempts.limits_of_login("CLAIRE.lefevre", "192.0.2.1")[0].key == key
