"""Tries are counted in the database, and the table stays small."""

from uuid import UUID

import pytest

from preau.school.signin import attempts
from preau.school.signin.models import TryWindow
from preau.school.signin.throttle import FORGIVEN_S, Held

pytestmark = [pytest.mark.django_db, pytest.mark.data]
GROUP = UUID(int=7)


def limits(source: str = "192.0.2.1") -> tuple[attempts.Limit, ...]:
    return attempts.limits_of_class(GROUP, source)


def wrong(source: str, count: int, *, now_s: int = 100) -> list[attempts.Taken | Held]:
    return [attempts.take(limits(source), now_s=now_s) for _ in range(count)]


def comes_in(source: str, *, now_s: int) -> bool:
    """Somebody with the right code, on a device without a card."""
    taken = attempts.take(limits(source), now_s=now_s)
    if isinstance(taken, attempts.Taken):
        attempts.give_back(limits(source))
    return isinstance(taken, attempts.Taken)


def test_forty_tries_then_a_pause_for_this_source_only() -> None:
    left = wrong("192.0.2.1", 40)
    assert left == [attempts.Taken(n) for n in range(39, -1, -1)]
    assert attempts.take(limits(), now_s=200) == Held(100 + 600)
    assert attempts.take(limits("192.0.2.2"), now_s=200) == attempts.Taken(39)
    assert wrong("192.0.2.1", 5, now_s=700)[3:] == [attempts.Taken(0), Held(100 + 1800)]


def test_a_class_on_its_first_morning_makes_its_mistakes_and_comes_in() -> None:
    for minute in range(10):
        assert all(isinstance(one, attempts.Taken) for one in wrong("192.0.2.1", 3, now_s=60 * minute))
        assert comes_in("192.0.2.1", now_s=60 * minute)
    assert comes_in("192.0.2.1", now_s=601)


def test_one_source_that_guesses_all_day_shuts_out_nobody_else() -> None:
    made = shut_out = 0
    for minute in range(0, 24 * 60, 5):
        while isinstance(attempts.take(limits("192.0.2.66"), now_s=60 * minute), attempts.Taken):
            made += 1
        shut_out += not comes_in(f"198.51.100.{minute % 256}", now_s=60 * minute)
        shut_out += not comes_in("192.0.2.7", now_s=60 * minute)
    assert (made, shut_out) == (40 + 8 * 4, 0)


def test_beside_a_guesser_a_whole_class_still_makes_its_mistakes() -> None:
    wrong("192.0.2.66", 41)
    assert all(isinstance(one, attempts.Taken) for one in wrong("192.0.2.7", 40))
    third = wrong("192.0.2.8", 5)
    assert [isinstance(one, attempts.Taken) for one in third] == [True, True, True, True, False], "only what is kept"


def test_guessers_from_everywhere_slow_a_new_device_by_minutes_and_get_a_hundred_and_eighty_a_day() -> None:
    made, longest_s = 0, 0
    for day_s in (0, 86_400):
        made = 0
        for now_s in range(day_s, day_s + 86_400, 240):
            for n in range(120):
                taken = attempts.take(limits(f"{now_s}.{n}"), now_s=now_s)
                if isinstance(taken, Held):
                    longest_s = max(longest_s, taken.until_s - now_s)
                    break
                made += 1
    assert (made, longest_s) == (180, 480)


def test_a_device_with_a_card_of_the_class_is_counted_by_itself() -> None:
    for n in range(120):
        attempts.take(limits(f"192.0.2.{n}"), now_s=100)
    own = attempts.limits_of_class(GROUP, "192.0.2.1", card="AbCdEfGhIjK")
    for _ in range(10):
        assert isinstance(attempts.take(own, now_s=100), attempts.Taken)
    assert isinstance(attempts.take(own, now_s=100), Held)
    other = attempts.limits_of_class(GROUP, "192.0.2.1", card="another_one")
    assert attempts.take(other, now_s=100) == attempts.Taken(9)
    assert TryWindow.objects.get(key=limits()[1].key).tries == 120


def test_one_source_that_guesses_a_password_all_day_shuts_out_nobody_else() -> None:
    guesser, usual = (attempts.limits_of_login("claire", source) for source in ("192.0.2.66", "192.0.2.7"))
    made = shut_out = 0
    for minute in range(0, 24 * 60, 10):
        while isinstance(attempts.take(guesser, now_s=60 * minute), attempts.Taken):
            made += 1
        if isinstance(attempts.take(usual, now_s=60 * minute), Held):
            shut_out += 1
        else:
            attempts.give_back(usual)
    assert (made, shut_out) == (10 + 8 * 4, 0)


def test_a_login_bears_ninety_tries_from_everywhere_but_its_own_browser_is_never_shut_out() -> None:
    taken = [attempts.take(attempts.limits_of_login("claire", f"192.0.2.{n}"), now_s=100) for n in range(91)]
    assert taken[90] == Held(100 + 480)
    own = attempts.limits_of_login("Claire", "192.0.2.1", own_card=True)
    assert attempts.take(own, now_s=100) == attempts.Taken(9)


def test_a_held_try_counts_nowhere() -> None:
    wrong("192.0.2.1", 40)
    before = list(TryWindow.objects.order_by("key").values_list("tries", flat=True))
    assert wrong("192.0.2.1", 1, now_s=101) == [Held(100 + 600)]
    assert list(TryWindow.objects.order_by("key").values_list("tries", flat=True)) == before


def test_a_right_try_is_given_back() -> None:
    for _ in range(50):
        attempts.take(limits(), now_s=100)
        attempts.give_back(limits())
    assert attempts.take(limits(), now_s=100) == attempts.Taken(39)


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
    assert attempts.take(guesser, now_s=1300) == Held(1000 + 600)


def test_windows_that_are_over_are_swept_away() -> None:
    attempts.take(limits(), now_s=1000)
    attempts._sweep(1000 + FORGIVEN_S)
    assert TryWindow.objects.count() == 0


def test_neither_login_nor_address_can_be_read_in_the_table() -> None:
    attempts.take(attempts.limits_of_login("Claire.Lefevre", "192.0.2.1"), now_s=100)
    keys = set(TryWindow.objects.values_list("key", flat=True))
    assert not any("claire" in key.casefold() or "192.0" in key for key in keys)
    assert {limit.key for limit in attempts.limits_of_login("CLAIRE.lefevre", "192.0.2.1")} == keys
