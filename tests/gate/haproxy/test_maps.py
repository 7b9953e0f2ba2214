"""What the agent writes into HAProxy's maps says the same as the rules of the gate."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from preau.gate.haproxy import maps, pages
from preau.gate.page.words import wait_text
from preau.gate.rules.calling import OPEN, Group
from preau.gate.rules.places import Place
from preau.gate.rules.plan import Plan
from preau.gate.rules.standing import curve, people_before, square
from preau.gate.rules.wait import Entries, wait_interval
from preau.tokens.keyring import DAY_S, Keyring

KEYRING = Keyring(b"a secret of the tests, 32 bytes.", b"and the one before, of 32 bytes.")
NOW_S = 1_795_422_600.0


def looked_up(lines: maps.Lines, number: int) -> str | None:
    """As HAProxy's ``map_int`` does: the first line whose range contains the number."""
    for keys, value in lines:
        low, _, high = keys.partition(":")
        if int(low) <= number <= int(high or low):
            return value
    return None


groups = st.lists(st.tuples(st.integers(0, 2**53), st.integers(1, 40)), max_size=60, unique_by=lambda pair: pair[0])


@given(pupils=groups, others=groups, asked=st.integers(0, 2**53))
def test_the_staircase_of_a_curve_is_the_curve(
    pupils: list[tuple[int, int]], others: list[tuple[int, int]], asked: int
) -> None:
    both = sorted([Group(1, *pair) for pair in pupils] + [Group(3, *pair) for pair in others])
    curves = {lane: curve(both, lane) for lane in (1, 3)}
    for lane, pairs in ((1, pupils), (3, others)):
        lines = maps.standing_lines(curves, lane)
        for key in (asked, 0, OPEN, *(key + step for key, _people in pairs for step in (0, 1) if key)):
            told, before = int(looked_up(lines, key) or -1), people_before(curves, Place(lane, key))
            if curves[lane].exact:
                assert told == before
            else:  # half a step, an eighth of the distance between two points, and what rounding adds
                gap = max(right[1] - left[1] for left, right in pairwise(curves[lane].points))
                assert abs(told - before) <= gap / maps.INTERPOLATED_STEPS + 1


def test_waits_are_told_as_the_rules_tell_them() -> None:
    entries = Entries(30, 90.0)
    lines = maps.wait_lines(entries, 400)
    for before in range(400):
        told = looked_up(lines, before)
        near = {
            wait_text(wait_interval(number, entries)) for number in range(int(before * 0.97), int(before * 1.03) + 2)
        }
        assert told in near
    assert len(lines) < 60
    assert maps.wait_lines(Entries(4, 90.0), 400) == ()


def test_lengths_and_powers_are_those_of_a_day() -> None:
    for mask in (*range(300), *(2**bits - 1 for bits in range(25)), *(2**bits for bits in range(24))):
        assert int(looked_up(maps.length_lines(), mask) or -1) == mask.bit_length()
    assert dict(maps.power_lines())["24"] == str(2**24)


def test_squares_and_words_follow_the_number_before() -> None:
    for before in (*range(300), 10_000, 1_000_000):
        told = looked_up(pages.square_lines(), before)
        assert told is not None
        assert told.count('class="done"') == square(before) - 1
    words = pages.word_lines(pages.VOICES[-1])
    assert looked_up(words, 1) == "personne avant vous"
    assert looked_up(words, 7) == "personnes avant vous"


def test_keys_are_there_for_every_accepted_day_and_a_week_ahead() -> None:
    keys = dict(maps.key_lines(KEYRING, now_s=NOW_S))
    today = int(NOW_S // DAY_S)
    assert keys["generation"] == KEYRING.kid(NOW_S).partition("-")[2]
    for day in (today - 180, today, today + 8):
        assert all(f"c1.{kid}" in keys for kid in KEYRING.kids(day))
    assert f"t1.{KEYRING.kids(today - 1)[1]}" in keys
    assert f"t1.{KEYRING.kids(today - 3)[0]}" not in keys
    assert len(maps.text_of(tuple(keys.items()))) < 60_000


def test_a_plan_is_written_for_a_minute_with_its_limits_and_waits() -> None:
    marks = ((OPEN, 5, 0, 7), *((OPEN, 6, 0, 8),) * 59)
    plan = Plan(int(NOW_S), marks, claims_per_s=10.7, calm_claims_per_s=1.0, wait_s=(0, 0, 0, 40))
    lines = dict(maps.plan_lines(plan, capacity=4, others=2, unproven=1, sample=2, now_s=NOW_S))
    assert lines[f"3:{int(NOW_S)}"] == "7"
    assert lines[f"3:{int(NOW_S) + 59}"] == "8"
    assert f"3:{int(NOW_S) + 60}" not in lines
    assert (lines["capacity"], lines["others"], lines["unproven"]) == ("4", "2", "1")
    assert (lines["wait3"], lines["claims"], lines["calm"]) == ("40", "10", "1")
    unmeasured = dict(maps.plan_lines(Plan(int(NOW_S), marks), capacity=4, others=2, unproven=1, sample=2, now_s=NOW_S))
    assert int(unmeasured["claims"]) == maps.MOST_CLAIMS


def test_pieces_of_a_map_are_whole_lines() -> None:
    lines = tuple((f"key{number}", "é" * number) for number in range(200))
    pieces = list(maps.chunks(lines, most_bytes=900))
    assert "".join(pieces) == maps.text_of(lines)
    assert all(len(piece.encode()) <= 900 and piece.endswith("\n") for piece in pieces)
