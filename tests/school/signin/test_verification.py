"""Never more than N verifications at once; the others wait their turn; beyond the line, the truth at once."""

import threading

import pytest
from django.contrib.auth.hashers import check_password, make_password

from preau.school.signin.verification import VerificationLine


def test_twenty_people_are_all_verified_and_never_more_than_two_at_once() -> None:
    line = VerificationLine(2, patience_s=60)  # this test measures the line, not the machine
    encoded = make_password("préau")
    lock, under_way, most, outcomes = threading.Lock(), [0], [0], []
    start = threading.Barrier(20)

    def verify() -> None:
        start.wait()
        with line.turn() as is_my_turn:
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            right = is_my_turn and check_password("préau", encoded)
            with lock:
                under_way[0] -= 1
                outcomes.append(right)

    threads = [threading.Thread(target=verify) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert outcomes == [True] * 20
    assert most[0] == 2


def test_who_finds_the_line_full_is_told_at_once() -> None:
    line = VerificationLine(1, most_waiting=0)
    with line.turn() as first, line.turn() as second:
        assert (first, second) == (True, False)
    with line.turn() as again:
        assert again


def test_who_waits_too_long_is_told_and_leaves_the_line() -> None:
    line = VerificationLine(1, most_waiting=1, patience_s=0.01)
    with line.turn() as first, line.turn() as second:
        assert (first, second) == (True, False)
    with line.turn() as third:
        assert third


def test_a_verification_that_fails_gives_its_turn_back() -> None:
    line = VerificationLine(1)
    with pytest.raises(RuntimeError), line.turn():
        raise RuntimeError
    with line.turn() as mine:
        assert mine


def test_whoever_measures_the_line_is_told_of_turns_and_of_those_who_gave_up() -> None:
    line, told = VerificationLine(1, most_waiting=1, patience_s=0.01), Told()
    line.watch = told
    with line.turn() as first, line.turn() as second:
        assert (first, second) == (True, False)
    assert told.heard == ["stands 1", "begins 1", "stands 2", "ends 2", "ends 1"]


class Told:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._number = 0

    def stands(self) -> int:
        self._number += 1
        self.heard.append(f"stands {self._number}")
        return self._number

    def begins(self, number: int) -> None:
        self.heard.append(f"begins {number}")

    def ends(self, number: int) -> None:
        self.heard.append(f"ends {number}")
