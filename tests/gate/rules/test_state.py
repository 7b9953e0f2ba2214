"""The shared file: the same for everybody, small, and enough to find one's own standing."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from preau.gate.rules.calling import Group
from preau.gate.rules.plan import Plan, open_plan
from preau.gate.rules.standing import curve
from preau.gate.rules.state import SAMPLE_LOTS, in_sample, lot_of, next_sample, pace_s, state_document
from preau.gate.rules.wait import Entries

NOW_S = 1_795_422_600.0


def document(groups: list[Group], plan: Plan, *, free: int = 3, free_others: int = 1) -> dict[str, object]:
    curves = {lane: curve(groups, lane) for lane in (1, 2, 3)}
    entries = Entries(30, 600.0)
    return state_document(plan, curves, now_s=NOW_S, free=free, free_others=free_others, entries=entries, sample=1)


def test_with_ten_thousand_waiting_in_each_lane_it_stays_under_two_kilobytes() -> None:
    groups = [Group(lane, int(NOW_S * 1e6) + number * 123_457, 25) for lane in (1, 2, 3) for number in range(10_000)]
    plan = Plan(int(NOW_S), ((0, groups[500].order_key, groups[10_500].order_key, groups[-1].order_key),))
    assert len(msgspec.json.encode(document(groups, plan))) < 2000


def test_an_open_lane_has_no_watermark() -> None:
    assert document([], open_plan(NOW_S))["lanes"]["1"]["w"] is None  # type: ignore[index]


def test_nobody_of_lane_three_is_told_to_come_in_while_it_has_its_half() -> None:
    for free, free_others, mark in ((3, 0, 0), (3, 1, 70), (0, 0, 70)):
        told = document([], Plan(int(NOW_S), ((0, 50, 60, 70),)), free=free, free_others=free_others)
        assert [told["lanes"][lane]["w"] for lane in "123"] == [50, 60, mark]  # type: ignore[index]


def test_the_pace_slows_down_as_the_queue_grows() -> None:
    assert [pace_s(waiting) for waiting in (0, 100, 101, 10_000, 10_001)] == [2, 2, 5, 5, 10]


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=11, max_size=11))
def test_every_ticket_has_a_lot(tid: str) -> None:
    assert 0 <= lot_of(tid) < SAMPLE_LOTS


def test_a_sample_hears_its_share_and_a_smaller_one_is_part_of_it() -> None:
    lots = range(SAMPLE_LOTS)
    heard = {sample: {lot for lot in lots if in_sample(lot, sample)} for sample in (1, 4, 16)}
    assert [len(heard[sample]) for sample in (1, 4, 16)] == [1024, 256, 64]
    assert heard[16] < heard[4] < heard[1]


def test_the_sample_follows_the_voices_without_flutter() -> None:
    assert next_sample(1, heard=4001) == 2
    assert next_sample(2, heard=2001) == 2
    assert next_sample(2, heard=999) == 1
    assert next_sample(1, heard=0) == 1
    assert next_sample(SAMPLE_LOTS, heard=10_000) == SAMPLE_LOTS
