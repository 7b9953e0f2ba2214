"""Operators and the gate: what they order holds within a second, and every second is told."""

from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from gate.harness import INSIDE, Gate, MakeGate, fill
from preau.gate.ledger.interface import Holder, Room, Waiter
from preau.published.files import read_published
from preau.published.gate_orders import Change, give_order
from preau.published.shapes import GATE_HISTORY_FILE, GATE_REPORT_FILE, GateHistory, GateOrders, GateReport, Mode
from preau.tokens.card import Role


async def obey(gate: Gate, **change: object) -> None:
    """An order is given, and a second passes."""
    data = gate.published.parent
    given = give_order(data, Change(**change), by="exploitation", reason="essai", now_s=gate.clock.now_s)  # type: ignore[arg-type]
    assert isinstance(given, GateOrders)
    (data / "published" / "gate_orders.json").replace(gate.published / "gate_orders.json")
    await gate.seconds_pass()


def report_of(gate: Gate) -> GateReport:
    found = read_published(gate.published / GATE_REPORT_FILE, GateReport)
    assert isinstance(found, GateReport)
    return found


async def test_a_lower_capacity_holds_within_a_second_and_throws_nobody_out(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    inside = await fill(gate)
    await obey(gate, capacity=2)
    assert (gate.porter.outlook.capacity, gate.porter.outlook.free) == (2, 0)
    assert not any([(await person.asks()).waits for person in inside])
    assert (await gate.person("192.0.2.9").asks()).waits


async def test_a_higher_capacity_lets_in_who_waits(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    late = gate.person("192.0.2.9")
    assert (await late.asks()).waits
    await obey(gate, capacity=20)
    assert not (await late.asks()).waits


@pytest.mark.parametrize("mode", ["closed", "drain"])
async def test_closed_and_drained_nobody_new_comes_in_but_staff(make_gate: MakeGate, mode: Mode) -> None:
    gate = make_gate(capacity=5)
    early = gate.person("192.0.2.1")
    await early.asks()
    await early.asks()
    await obey(gate, mode=mode)
    assert not (await early.asks()).waits
    assert (await gate.with_card("ines").asks()).waits
    assert (await gate.person("192.0.2.9").asks()).waits
    assert not (await gate.with_card("claire", role=Role.TEACHER).asks()).waits
    assert report_of(gate).mode == mode


async def test_who_waits_before_a_closed_gate_is_told_so_and_no_time(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    await gate.seconds_pass()
    await obey(gate, mode="closed")
    pupil, stranger = gate.with_card("ines"), gate.person("192.0.2.9")
    for page in ((await pupil.asks()).text, (await stranger.asks()).text):
        assert "L’équipe a suspendu les entrées pour un moment." in page
        assert "dès que les entrées reprennent" in page
        assert "Beaucoup de monde" not in page
    assert gate.porter.outlook.entries.number == 0


@pytest.mark.parametrize("mode", ["closed", "drain"])
async def test_however_fast_people_came_in_before_a_suspended_gate_tells_no_time_and_calls_nobody_later(
    make_gate: MakeGate, mode: Mode
) -> None:
    gate = make_gate(capacity=20)
    key = int(gate.clock.now_s * 1_000_000)
    for number in range(40):
        waiter = Waiter(2, key + number, f"waits{number:06}")
        await gate.ledger.note_waiting(waiter, until_s=gate.clock.now_s + 300, now_s=gate.clock.now_s)
    await gate.seconds_pass()
    for number in range(10):
        now_s = gate.clock.now_s
        holder = Holder(f"waits{number:06}", 2)
        assert await gate.ledger.claim(holder, source="x", room=Room(20), until_s=now_s + 900, now_s=now_s)
        await gate.seconds_pass()
    assert gate.porter.outlook.entries.number == 10
    called = gate.porter.outlook.plan.watermark(2, now_s=gate.clock.now_s)
    await obey(gate, mode=mode)
    plan = gate.porter.outlook.plan
    assert {marks[2] for marks in plan.marks} == {0 if mode == "closed" else called}
    assert gate.porter.outlook.entries == (0, 0.0)
    await obey(gate, mode="auto")
    assert gate.porter.outlook.entries.number == 10


async def test_after_a_closing_who_waits_comes_in_again(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    await gate.seconds_pass()
    await obey(gate, mode="closed")
    late = gate.person("192.0.2.9")
    assert (await late.asks()).waits
    await obey(gate, mode="auto")
    assert not (await late.asks()).waits


async def test_an_open_gate_lets_everybody_in_whatever_the_capacity(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    await obey(gate, mode="open")
    for number in range(20):
        assert not (await gate.person(f"203.0.113.{number}").asks()).waits


async def test_orders_that_cannot_be_read_leave_the_last_ones_in_force(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=5)
    await obey(gate, capacity=2)
    (gate.published / "gate_orders.json").write_text('{"v":1,"capacity":-4')
    with capture_logs() as logs:
        await gate.seconds_pass(3)
    assert gate.porter.outlook.capacity == 2
    assert [entry["event"] for entry in logs] == ["published_refused"]


async def test_each_second_is_told_in_figures(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=3)
    await fill(gate)
    await gate.with_card("claire", role=Role.TEACHER).asks()
    for number in range(4):
        await gate.person(f"203.0.113.{number}").asks()
    await gate.seconds_pass(7)
    report = report_of(gate)
    assert (report.at_s, report.inside, report.inside_staff, report.inside_others) == (int(gate.clock.now_s), 3, 1, 2)
    assert (report.capacity, report.free) == (3, 0)
    assert report.arrivals == {"0": 1, "1": 0, "2": 1, "3": 6}
    assert report.admitted == {"0": 1, "1": 0, "2": 1, "3": 2}
    assert report.waiting["3"] == (4, 4, 4)
    assert (report.level, report.level_reason, report.oldest_wait_s) == (1, "waiting", 7)
    assert report.rate_per_s is None  # no controller yet: nothing is invented


async def test_the_first_of_the_waiting_without_a_lesson_says_how_old_the_queue_is(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    await gate.with_card("sophie", role=Role.GUARDIAN).asks()
    await gate.seconds_pass(7)
    await gate.person("192.0.2.9").asks()
    await gate.seconds_pass()
    assert report_of(gate).oldest_wait_s == 8


async def test_the_history_is_there_at_once_and_bounded(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=3)
    await fill(gate)
    await gate.seconds_pass(1000)
    history = read_published(gate.published / GATE_HISTORY_FILE, GateHistory)
    assert isinstance(history, GateHistory)
    instants = [point.at_s for point in history.points]
    assert len(instants) == 180
    assert {later - earlier for earlier, later in pairwise(instants)} == {5}
    assert instants[-1] > gate.clock.now_s - 5


async def test_a_wait_is_told_once_it_has_come_to_its_end(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    late = gate.person("192.0.2.9")
    assert (await late.asks()).waits
    await gate.seconds_pass(21)
    assert report_of(gate).wait_s == (None, None, None)
    await obey(gate, capacity=20)
    assert not (await late.asks()).waits
    await gate.seconds_pass(5)
    assert report_of(gate).wait_s == (20, 20, 20)


async def test_a_report_that_cannot_be_written_is_said_once_and_stops_nothing(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=3)
    await gate.seconds_pass()
    (gate.published / GATE_REPORT_FILE).unlink()
    (gate.published / GATE_REPORT_FILE).mkdir()
    with capture_logs() as logs:
        await gate.seconds_pass(3)
    assert [entry["event"] for entry in logs] == ["gate_report_not_written"]
    assert not (await gate.person("192.0.2.9").asks()).waits


async def test_claims_that_a_store_counted_before_the_start_are_no_entries_of_now(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=3)
    await gate.seconds_pass()
    await fill(gate)
    gate.restart(capacity=3)
    await gate.seconds_pass(3)
    assert report_of(gate).entries_per_s == 0
    assert (report_of(gate).admitted["2"], report_of(gate).admitted["3"]) == (1, 2)


async def test_a_store_that_begins_anew_leaves_the_rates_as_they_were(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=50)
    await gate.seconds_pass()
    for name in ("ines", "tom", "lea"):
        await gate.with_card(name).asks()
    await gate.seconds_pass()
    gate.ledger._claimed[1] = 0
    for second in range(5):
        assert (await gate.with_card(f"late-{second}").asks()).body == INSIDE
        await gate.seconds_pass()
    assert report_of(gate).entries_per_s == 1.0
