"""The lottery of the classes: one key a term, promised before, shown after, recomputed by anybody."""

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.gate.rules.lottery import (
    commitment,
    first_day,
    is_past,
    next_term,
    order,
    past_terms,
    rank_key,
    rank_keys,
    term_of,
)
from preau.gate.rules.places import RANKS, rank
from preau.tokens.keyring import Keyring

KEYRING = Keyring(bytes(range(32)))
DAYS = st.integers(300, 60_000)
GROUP = st.text("abcXYZ019-_", min_size=11, max_size=11)


def day_of(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("day", "term"),
    [
        ("2026-07-31", "2025-2026-2"),
        ("2026-08-01", "2026-2027-1"),
        ("2026-11-23", "2026-2027-1"),
        ("2026-12-31", "2026-2027-1"),
        ("2027-01-01", "2026-2027-2"),
        ("2027-07-31", "2026-2027-2"),
    ],
)
def test_a_school_year_has_two_terms(day: str, term: str) -> None:
    assert term_of(day_of(day)) == term


@given(DAYS)
def test_terms_follow_each_other_without_gap(day: int) -> None:
    term = term_of(day)
    begins, ends = first_day(term), first_day(next_term(term))
    assert begins is not None
    assert ends is not None
    assert begins <= day < ends
    assert term_of(ends) == next_term(term)
    assert term_of(ends - 1) == term
    assert not is_past(term, today=ends - 1)
    assert is_past(term, today=ends)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-2028-1", "2026-2027-3", "2026-2027-1 ", "9999-10000-1", "٢٠٢٦-2027-1"]
)
def test_what_is_no_term_is_never_past(text: str) -> None:
    assert first_day(text) is None
    assert not is_past(text, today=10**6)


def test_the_past_terms_are_the_latest_first_and_never_the_present_one() -> None:
    assert past_terms(day_of("2026-11-23"), most=3) == ["2025-2026-2", "2025-2026-1", "2024-2025-2"]
    assert past_terms(day_of("2027-01-01"), most=1) == ["2026-2027-1"]


def test_each_term_has_its_own_key_and_the_commitment_does_not_show_it() -> None:
    key, other = rank_key(KEYRING, "2026-2027-1"), rank_key(KEYRING, "2026-2027-2")
    assert key != other
    assert key != rank_key(Keyring(bytes(32)), "2026-2027-1")
    assert commitment(key) == hashlib.sha256(key).hexdigest()
    assert key.hex() not in commitment(key)
    assert rank_keys(KEYRING)(day_of("2026-12-31")) == key
    assert rank_keys(KEYRING)(day_of("2027-01-01")) == other


def test_a_new_secret_in_front_changes_no_key_of_a_term() -> None:
    rotated = Keyring(bytes(range(40, 72)), bytes(range(32)))
    assert rank_key(rotated, "2026-2027-1") == rank_key(KEYRING, "2026-2027-1")


@given(GROUP, DAYS)
def test_over_five_days_of_a_term_the_mean_rank_of_a_class_is_fair(group: str, day: int) -> None:
    begins, ends = first_day(term_of(day)), first_day(next_term(term_of(day)))
    assert begins is not None
    assert ends is not None
    monday = min(day, ends - 5)
    keys = rank_keys(KEYRING)
    ranks = [rank(keys(later), group, day=later) for later in range(monday, monday + 5)]
    assert sum(ranks) / 5 / RANKS <= 0.64
    assert sum(value >= 0.9 * RANKS for value in ranks) <= 1


def test_no_week_of_lessons_spans_two_terms() -> None:
    """Monday to Friday: both boundaries fall between, or inside the Christmas holidays and those of summer."""
    for year in range(2026, 2040):
        monday = date(year, 9, 1) - timedelta(days=date(year, 9, 1).weekday())
        while monday < date(year + 1, 7, 4):
            terms = {term_of((monday + timedelta(days=number) - date(1970, 1, 1)).days) for number in range(5)}
            in_holidays = date(year, 12, 24) <= monday + timedelta(days=4) <= date(year + 1, 1, 7)
            assert len(terms) == 1 or in_holidays
            monday += timedelta(days=7)


@given(st.sets(GROUP, min_size=1, max_size=30), DAYS)
def test_the_order_of_a_day_is_what_the_gate_uses(groups: set[str], day: int) -> None:
    key = rank_key(KEYRING, term_of(day))
    drawn = order(key, [*groups, *groups], day=day)
    assert {one.group for one in drawn} == groups
    assert [one.rank for one in drawn] == sorted(rank(key, group, day=day) for group in groups)
