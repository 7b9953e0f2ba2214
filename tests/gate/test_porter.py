"""The porter: signals in, plan out, once a second, whatever happens."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gate.harness import Clock, Gate, MakeGate, fill
from preau.gate import porter as porter_module
from preau.gate import ticking
from preau.gate.ledger.interface import PRESENT_S, Census, Holder, LedgerUnavailable, Room, Waiter
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.pilot import Pilot
from preau.gate.porter import Porter
from preau.gate.rules.controller import Reading
from preau.gate.rules.entries import Claims
from preau.gate.rules.state import in_sample, lot_of
from preau.gate.rules.steering import Course, Seen
from preau.published.files import write_by_rename
from preau.published.shapes import EXPECTED_ARRIVALS_FILE, ExpectedArrivals, encode
from preau.tokens.card import Role
from published.vectors import bad, good


class FailingLedger(MemoryLedger):
    """Fails its first looks, as a Redis that is being restarted does."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures
        self.looks = asyncio.Queue[bool]()

    async def census(self, *, now_s: float) -> Census:
        self.failures -= 1
        self.looks.put_nowait(self.failures < 0)
        if self.failures >= 0:
            raise LedgerUnavailable("restarting")
        return await super().census(now_s=now_s)


class OldLedger(MemoryLedger):
    """Has counted long before the porter started, as Redis and the tables of HAProxy have."""

    claimed = 5000

    async def census(self, *, now_s: float) -> Census:
        census = await super().census(now_s=now_s)
        return census._replace(claims=Claims((0, self.claimed, 0, 0)))


class Heard(Pilot):
    """Notes how many entered, and how many were called."""

    def __init__(self) -> None:
        super().__init__()
        self.entered: list[int] = []
        self.called: list[int] = []

    def steer(self, seen: Seen) -> Course:
        self.entered.append(seen.entered)
        self.called.append(seen.called)
        return super().steer(seen)


async def test_entries_from_before_it_started_are_nobodys_entries_of_now(tmp_path: Path) -> None:
    clock, ledger, pilot = Clock(), OldLedger(), Heard()
    key = int(clock.now_s * 1_000_000)
    for number in range(10):
        waiter = Waiter(3, key + number, f"waits{number:06}")
        await ledger.note_waiting(waiter, until_s=clock.now_s + 60, now_s=clock.now_s)
    porter = Porter(ledger, capacity=30, published=tmp_path, pilot=pilot, clock=clock)
    for _ in range(2):
        clock.now_s += 1
        await porter.tick()
    assert porter.outlook.plan.watermark(3, now_s=clock.now_s) > key
    assert pilot.entered == [0, 0]


async def test_each_reads_its_part_of_the_same_entries(tmp_path: Path) -> None:
    clock, ledger, pilot = Clock(), MemoryLedger(), Heard()
    porter = Porter(ledger, capacity=0, published=tmp_path, pilot=pilot, clock=clock)
    for number in range(10):
        waiter = Waiter(3, number, f"waits{number:06}")
        await ledger.note_waiting(waiter, until_s=clock.now_s + 60, now_s=clock.now_s)
    await porter.tick()

    async def enters(sid: str, lane: int, *, bare: bool = False) -> None:
        room = Room(capacity=50, unproven=20 if bare else None)
        holder = Holder(sid, lane)
        assert await ledger.claim(holder, source="x", room=room, until_s=clock.now_s + 60, now_s=clock.now_s)

    for number in range(6):
        await enters(f"waits{number:06}", 3)
        await enters(f"robot{number:06}", 3, bare=True)
    await enters("teacher0000", 0)
    clock.now_s += 1
    await porter.tick()
    assert pilot.entered == [0, 13]  # all of them bring work
    assert pilot.called == [0, 7]  # of which no call promised a part
    assert porter.outlook.entries.number == 6  # and the others say how long people wait


async def test_of_a_second_in_which_the_store_began_anew_nobody_is_told_anything(tmp_path: Path) -> None:
    clock, ledger, pilot = Clock(), OldLedger(), Heard()
    waiter = Waiter(3, 1, "waits000000")
    await ledger.note_waiting(waiter, until_s=clock.now_s + 60, now_s=clock.now_s)
    porter = Porter(ledger, capacity=0, published=tmp_path, pilot=pilot, clock=clock)
    for claimed in (5000, 5003, 2, 4):
        ledger.claimed = claimed
        clock.now_s += 1
        await porter.tick()
    assert pilot.entered == [0, 3, 0, 2]
    assert porter.outlook.entries == (5, 2.0)


async def test_it_survives_a_dead_store_says_so_once_and_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticking, "TICK_S", 0)
    ledger = FailingLedger(failures=3)
    porter = Porter(ledger, capacity=2, clock=Clock())
    outlook = porter.outlook
    with capture_logs() as logs:
        running = asyncio.create_task(porter.run())
        while not await ledger.looks.get():
            assert porter.outlook is outlook
        await ledger.looks.get()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [entry["event"] for entry in logs] == ["tick_failed", "ticks_again"]
    assert porter.outlook is not outlook


async def test_what_a_look_came_to_is_one_value_with_its_document(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await gate.seconds_pass()
    looked = gate.porter.outlook
    gate.porter.house_is_full(3)
    half = gate.porter.outlook
    assert (half.free, json.loads(half.state_json)["lanes"]["3"]["w"]) == (1, 0)
    gate.porter.house_is_full(1)
    full = gate.porter.outlook
    assert (looked.free, json.loads(looked.state_json)["free"]) == (1, 1)
    assert (full.free, json.loads(full.state_json)["free"]) == (0, 0)
    assert full.plan is looked.plan


async def test_who_waits_with_a_card_is_published_at_the_door(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    began_s = int(gate.clock.now_s)
    ines = gate.with_card("ines")
    await ines.asks()
    await gate.person().asks()
    await gate.seconds_pass(60)
    page = (await ines.asks()).text
    assert f'data-at="{began_s}"' in page
    assert "cette attente ne compte pas comme une absence" in page
    await gate.seconds_pass(10)
    assert published(gate) == {
        "v": 1,
        "waits": {gate.keyring.pseudonym("subject", "ines"): [began_s, began_s + 60]},
    }


def published(gate: Gate) -> object:
    return json.loads((gate.published / "at_the_door.json").read_text())


async def test_the_waits_of_the_morning_survive_a_restart(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    await gate.with_card("ines").asks()
    await gate.seconds_pass(10)
    before = published(gate)
    gate.forget_everything(capacity=0)
    await gate.seconds_pass(10)
    assert published(gate) == before


async def test_a_broken_file_at_the_door_is_said_and_replaced(tmp_path: Path) -> None:
    (tmp_path / "at_the_door.json").write_text('{"waits": [')
    clock = Clock()
    porter = Porter(MemoryLedger(), capacity=1, published=tmp_path, clock=clock)
    with capture_logs() as logs:
        await porter.tick()
        await porter.publish_at_the_door()
    assert [entry["event"] for entry in logs] == ["at_the_door_refused"]
    assert json.loads((tmp_path / "at_the_door.json").read_text()) == {"v": 1, "waits": {}}
    assert not any(file.endswith(".new") for file in os.listdir(tmp_path))  # noqa: PTH208  one look, in a test


async def test_people_who_walk_into_an_empty_house_promise_no_rate(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=12)
    await gate.seconds_pass()  # it looks before they come: all of them are entries that it sees
    await fill(gate)
    await gate.person("192.0.2.6").asks()
    await gate.seconds_pass(2)
    assert gate.porter.outlook.entries.number == 0
    assert "durée encore inconnue" in (await gate.person("192.0.2.77").asks()).text


async def test_the_rate_is_learnt_while_people_wait(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=10)
    inside = await fill(gate)
    waiting = [gate.with_card(f"waits {number}", role=Role.GUARDIAN, lesson=False) for number in range(60)]
    for person in waiting:
        await person.asks()
    gate.application.headers = [(b"preau-leave", b"1")]
    for minute in range(10):
        await gate.seconds_pass(30)
        await inside[minute].asks()
        gate.application.headers = []
        await gate.seconds_pass(1)
        waiting = [person for person in waiting if (await person.asks()).waits]  # all of them stay present
        gate.application.headers = [(b"preau-leave", b"1")]
    await gate.seconds_pass()
    entries = gate.porter.outlook.entries
    assert entries.number == 10
    assert 0.025 < entries.per_s < 0.04  # one in 31 s is 0.032


async def test_when_very_many_wait_only_a_sample_is_heard(make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        porter_module, "next_sample", lambda sample, *, heard: min(4, sample * 2) if heard > 100 else sample
    )
    gate = make_gate(capacity=0)
    people = [gate.person(f"192.0.{number // 256}.{number % 256}") for number in range(800)]
    for person in people:
        await person.asks()
    await gate.seconds_pass(65)
    state = json.loads(gate.porter.outlook.state_json)
    assert state["sample"] == 4
    assert not state["lanes"]["3"]["exact"]
    assert 600 < state["lanes"]["3"]["people"] < 1000


def tid_of(number: int) -> str:
    """A tid of the lot ``number`` mod 1024."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    lot = number % 1024
    return f"{letters[lot >> 4]}{letters[(lot & 15) << 2]}{number:09}"


async def heard_for(seconds: int, people: int, porter: Porter, ledger: MemoryLedger, clock: Clock) -> list[int]:
    """Everybody who is asked says each ten seconds that they wait; returns the samples by second."""
    samples = []
    for _ in range(seconds):
        clock.now_s += 1
        for number in range(int(clock.now_s) % 10, people, 10):
            tid = tid_of(number)
            if in_sample(lot_of(tid), porter.outlook.sample):
                waiter = Waiter(3, number, tid)
                await ledger.note_waiting(waiter, until_s=clock.now_s + PRESENT_S, now_s=clock.now_s)
        await porter.tick()
        samples.append(porter.outlook.sample)
    return samples


async def test_the_sample_is_judged_by_those_who_are_heard_in_it_alone_and_goes_down_again() -> None:
    clock, ledger = Clock(), MemoryLedger()
    porter = Porter(ledger, capacity=0, clock=clock)
    samples = await heard_for(100, 5000, porter, ledger, clock)
    assert sorted(set(samples)) == [1, 2]
    assert samples[-1] == 2
    assert sum(curve.people for curve in porter.outlook.curves.values()) == 5000
    samples = await heard_for(150, 300, porter, ledger, clock)
    assert samples == sorted(samples, reverse=True)
    assert samples[-1] == 1
    assert sum(curve.people for curve in porter.outlook.curves.values()) == 300


async def test_the_waits_of_the_shared_vectors_are_restored_and_written_back(tmp_path: Path) -> None:
    file = tmp_path / "at_the_door.json"
    wanted = json.loads(good("at_the_door"))
    clock = Clock()
    clock.now_s = max(last_s for _, last_s in wanted["waits"].values()) + 60.0
    file.write_bytes(good("at_the_door"))
    porter = Porter(MemoryLedger(), capacity=1, published=tmp_path, clock=clock)
    await porter.tick()
    file.unlink()
    await porter.publish_at_the_door()
    assert json.loads(file.read_text()) == wanted
    for content in bad("at_the_door").values():
        file.write_bytes(content)
        ledger = MemoryLedger()
        with capture_logs() as logs:
            await Porter(ledger, capacity=1, published=tmp_path, clock=clock).tick()
        assert [entry["event"] for entry in logs] == ["at_the_door_refused"]
        assert await ledger.at_the_door(now_s=clock.now_s) == {}


async def test_no_more_waits_are_published_than_a_reader_takes_and_the_latest_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(porter_module, "MAX_WAITS", 2)
    clock, ledger = Clock(), MemoryLedger()
    for pupil in ("pupil-one--", "pupil-two--", "pupil-three"):
        await ledger.note_at_the_door(pupil, now_s=clock.now_s)
    await Porter(ledger, capacity=1, published=tmp_path, clock=clock).publish_at_the_door()
    assert list(json.loads((tmp_path / "at_the_door.json").read_text())["waits"]) == ["pupil-two--", "pupil-three"]


@pytest.mark.parametrize("step_s", [-3600, 3600])
async def test_a_clock_that_is_set_does_not_keep_the_waits_from_being_published(tmp_path: Path, step_s: int) -> None:
    clock = Clock()
    porter = Porter(MemoryLedger(), capacity=1, published=tmp_path, clock=clock)
    clock.now_s += step_s
    await porter.tick()
    (tmp_path / "at_the_door.json").unlink()
    clock.now_s += 5
    await porter.tick()
    assert (tmp_path / "at_the_door.json").exists()


async def test_a_timetable_that_announces_more_than_can_enter_raises_the_ladder_before_anybody_waits(
    make_gate: MakeGate,
) -> None:
    gate = make_gate(capacity=50)
    gate.porter.pilot = Pilot(readings=lambda: {"http": Reading(1.0, 0.0)})
    minute_s = int(gate.clock.now_s) // 60 * 60
    expected = ExpectedArrivals(first_minute_s=minute_s, per_minute=[6000.0] * 5)
    write_by_rename(gate.published / EXPECTED_ARRIVALS_FILE, encode(expected), durable=False)
    await gate.seconds_pass(7)
    assert gate.porter.outlook.level == 1
    report = json.loads((gate.published / "gate_report.json").read_bytes())
    assert report["level_reason"] == "forecast"
