"""The controller against a fluid model of what is behind the gate: entries bring work, work queues, capacity
changes."""

from collections import deque
from collections.abc import Callable

import pytest

from preau.gate.rules.controller import (
    LEAST_CAPACITY_PER_S,
    MOST_ABOVE_SEEN,
    NO_SHOW_MOST,
    TARGET_QUEUE_S,
    Look,
    Memory,
    Rate,
    Reading,
    Resource,
    next_rate,
)

ENTRY_S = 15
POLL_S = 10


class Fluid:
    """People called come over a poll, and each brings ``work`` over 15 s. ``capacity``: of second and nothing else."""

    def __init__(self, capacity: Callable[[int], float], *, work: float = 16.0, no_show: float = 0.0) -> None:
        self.capacity = capacity
        self.work = work
        self.no_show = no_show
        self.waiting = 50_000.0
        self.second_now = 0
        self.backlog = 0.0
        self.reading = Reading(0.0, 0.0)
        self.coming: deque[float] = deque([0.0] * POLL_S, maxlen=POLL_S)
        self.promised: deque[float] = deque([0.0] * ENTRY_S, maxlen=ENTRY_S)
        self.called = self.entered = 0.0
        self.done: list[float] = []
        self.queues: list[float] = []
        self.rate = Rate(0.0, 0.0, "", brakes=False)
        self.memory = Memory(resources={"http": Resource(capacity_per_s=100.0, work_per_entry=16.0)})

    def second(self) -> None:
        look = Look(
            waiting=int(self.waiting),
            entered=round(self.entered),
            called=round(self.called),
            readings={"http": self.reading},
        )
        self.rate, self.memory = next_rate(self.memory, look)
        self.called = min(self.waiting, self.rate.calls_per_s)
        self.waiting -= self.called
        self.coming.append(self.called * (1 - self.no_show) / POLL_S)
        self.entered = sum(self.coming)
        self.promised.append(self.entered * self.work / ENTRY_S)
        capacity = self.capacity(self.second_now)
        offered = sum(self.promised) + self.backlog
        finished = min(offered, capacity)
        self.backlog = offered - finished
        self.reading = Reading(finished, self.backlog / capacity)
        self.done.append(finished)
        self.queues.append(self.reading.queue_s)
        self.second_now += 1

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.second()


def test_a_house_in_order_is_used_and_hardly_queues() -> None:
    fluid = Fluid(lambda _: 400.0)
    fluid.seconds(400)
    settled = fluid.done[200:]
    assert sum(settled) / len(settled) > 0.85 * 400
    assert sum(queue > 0.5 for queue in fluid.queues[200:]) <= 10


def test_when_half_the_capacity_goes_the_queue_is_gone_within_a_minute() -> None:
    fluid = Fluid(lambda second: 400.0 if second < 200 else 200.0)
    fluid.seconds(400)
    assert sum(queue > 0.5 for queue in fluid.queues[200:]) <= 45
    assert max(fluid.queues[260:]) < 1.5
    assert sum(fluid.done[260:]) / 140 > 0.8 * 200


def test_capacity_that_comes_back_is_found_within_two_minutes() -> None:
    fluid = Fluid(lambda second: 400.0 if second > 200 else 200.0)
    fluid.seconds(330)
    assert max(fluid.done[200:]) > 0.95 * 400


def test_the_work_of_an_entry_is_learnt() -> None:
    fluid = Fluid(lambda _: 400.0, work=32.0)
    fluid.seconds(300)
    assert 26 < fluid.memory.resources["http"].work_per_entry < 38


def test_people_who_do_not_come_are_learnt_and_others_called_for_them() -> None:
    fluid = Fluid(lambda _: 400.0, no_show=0.4)
    fluid.seconds(300)
    assert 0.3 < fluid.memory.no_show < 0.5
    assert fluid.rate.calls_per_s > fluid.rate.entries_per_s
    assert fluid.memory.no_show <= NO_SHOW_MOST


def test_nobody_is_called_while_answers_fail_or_work_queues_long() -> None:
    memory = Memory(resources={"http": Resource(capacity_per_s=100.0, work_per_entry=10.0)})
    for bad in (Reading(50.0, 0.0, failed_share=0.02), Reading(100.0, 10 * TARGET_QUEUE_S)):
        rate, _ = next_rate(memory, Look(waiting=10, entered=0, called=0, readings={"http": bad}))
        assert rate.brakes
        assert rate.calls_per_s == 0
    rate, _ = next_rate(memory, Look(waiting=10, entered=0, called=0, readings={"http": Reading(50.0, 0.01)}))
    assert rate.calls_per_s > 0


def test_one_request_behind_a_slow_one_does_not_tell_the_capacity_and_lasting_queueing_does() -> None:
    memory = Memory(resources={"http": Resource(capacity_per_s=100.0, work_per_entry=10.0)})
    stalled = Look(waiting=0, entered=0, called=0, readings={"http": Reading(1.0, 2.0)})
    rate, memory = next_rate(memory, stalled)
    assert rate.brakes
    _, memory = next_rate(memory, Look(waiting=0, entered=0, called=0, readings={"http": Reading(1.0, 0.0)}))
    assert memory.resources["http"].capacity_per_s == 100.0
    for _ in range(3):
        _, memory = next_rate(memory, stalled)
    assert memory.resources["http"].capacity_per_s == LEAST_CAPACITY_PER_S


def test_the_tightest_resource_binds() -> None:
    resources = {
        "http": Resource(capacity_per_s=1000.0, work_per_entry=10.0),
        "live": Resource(capacity_per_s=20.0, work_per_entry=1.0),
    }
    alone, _ = next_rate(
        Memory(resources={"live": resources["live"]}), Look(waiting=1, entered=0, called=0, readings={})
    )
    both, _ = next_rate(Memory(resources=resources), Look(waiting=1, entered=0, called=0, readings={}))
    assert both.bound_by == "live"
    assert both.entries_per_s == alone.entries_per_s


def test_while_nobody_waits_capacity_is_not_believed_to_be_more() -> None:
    memory = Memory(resources={"http": Resource(capacity_per_s=100.0, work_per_entry=10.0)})
    for _ in range(100):
        _, memory = next_rate(memory, Look(waiting=0, entered=5, called=5, readings={"http": Reading(90.0, 0.0)}))
    assert memory.resources["http"].capacity_per_s == 100.0


def test_capacity_is_not_believed_to_be_far_above_what_was_seen() -> None:
    memory = Memory(resources={"http": Resource(capacity_per_s=100.0, work_per_entry=10.0)})
    for _ in range(100):
        _, memory = next_rate(memory, Look(waiting=10, entered=5, called=5, readings={"http": Reading(70.0, 0.0)}))
    assert memory.resources["http"].capacity_per_s == pytest.approx(MOST_ABOVE_SEEN * 70.0)


def test_without_any_resource_there_is_no_rate_and_no_error() -> None:
    rate, _ = next_rate(Memory(resources={}), Look(waiting=1, entered=0, called=0, readings={}))
    assert rate == Rate(0.0, 0.0, "", brakes=False)


SIGN_IN = Resource(capacity_per_s=20.0, work_per_entry=0.0, partial=True)


class TwoLines(Fluid):
    """As ``Fluid``, and every second person who enters signs in at once: 8 verifications a second are possible.

    ``looked_at``: whether the controller is shown the line of the sign-ins.
    """

    def __init__(self, *, looked_at: bool, share: float = 0.5) -> None:
        super().__init__(lambda _: 800.0)
        self.looked_at, self.share = looked_at, share
        self.line = self.junk_per_s = 0.0
        self.longest = 1e9
        self.memory = Memory(resources={**self.memory.resources, "sign_in": SIGN_IN})
        self.sign_ins = Reading(0.0, 0.0, None)
        self.lines: list[float] = []

    def second(self) -> None:
        look = Look(
            waiting=int(self.waiting),
            entered=round(self.entered),
            called=round(self.called),
            readings={"http": self.reading, **({"sign_in": self.sign_ins} if self.looked_at else {})},
        )
        self.rate, self.memory = next_rate(self.memory, look)
        self.called = min(self.waiting, self.rate.calls_per_s)
        self.waiting -= self.called
        self.coming.append(self.called / POLL_S)
        self.entered = sum(self.coming)
        self.promised.append(self.entered * self.work / ENTRY_S)
        offered = sum(self.promised) + self.backlog
        finished = min(offered, 800.0)
        self.backlog = offered - finished
        self.reading = Reading(finished, self.backlog / 800.0)
        asked = self.line + self.entered * self.share + self.junk_per_s
        verified = min(asked, 8.0)
        self.line = min(asked - verified, self.longest)
        self.sign_ins = Reading(verified, self.line / 8.0, None)
        self.lines.append(self.line / 8.0)
        self.done.append(self.entered)


def test_scarce_sign_ins_set_the_rate_and_hardly_queue() -> None:
    both, http_alone = TwoLines(looked_at=True), TwoLines(looked_at=False)
    for fluid in (both, http_alone):
        fluid.seconds(400)
    assert both.rate.bound_by == "sign_in"
    assert 0.75 * 16 < sum(both.done[200:]) / 200 <= 16.5
    assert sum(line > 0.5 for line in both.lines[200:]) <= 20
    assert http_alone.rate.bound_by == "http"
    assert http_alone.lines[-1] > 600


def test_a_resource_that_nobody_uses_never_binds() -> None:
    fluid = TwoLines(looked_at=True, share=0.0)
    fluid.seconds(200)
    assert fluid.rate.bound_by == "http"
    assert not fluid.memory.resources["sign_in"].is_needed
    alone, _ = next_rate(Memory(resources={"sign_in": SIGN_IN}), Look(waiting=1, entered=0, called=0, readings={}))
    assert alone.bound_by == ""


def test_a_resource_that_is_not_used_any_more_is_forgotten() -> None:
    fluid = TwoLines(looked_at=True)
    fluid.seconds(200)
    assert fluid.rate.bound_by == "sign_in"
    fluid.share = 0.0
    fluid.seconds(400)
    assert fluid.rate.bound_by == "http"


def test_who_tries_passwords_outside_slows_the_entries_and_does_not_stop_them() -> None:
    fluid = TwoLines(looked_at=True)
    fluid.seconds(200)
    fluid.junk_per_s, fluid.longest = 40.0, 64.0  # who comes beyond is told to come back
    entered = []
    for _ in range(200):
        fluid.second()
        entered.append(fluid.entered)
        assert not fluid.rate.brakes
    assert fluid.memory.resources["sign_in"].work_per_entry <= 1.0
    assert min(entered[100:]) > 0.5


def test_what_an_entry_costs_a_partial_resource_is_counted() -> None:
    fluid = TwoLines(looked_at=True, share=0.25)
    fluid.seconds(300)
    assert fluid.memory.resources["sign_in"].work_per_entry == pytest.approx(0.25, rel=0.2)


@pytest.mark.parametrize(("queue_s", "share"), [(2 * TARGET_QUEUE_S, 0.5), (0.0, 0.25)])
def test_while_work_queues_those_who_use_it_are_not_believed_to_be_fewer(queue_s: float, share: float) -> None:
    """What is not done yet was asked for all the same."""
    used = Resource(capacity_per_s=20.0, work_per_entry=0.5, partial=True, counted_work=400.0, counted_entries=800.0)
    memory = Memory(resources={"sign_in": used})
    for _ in range(600):
        look = Look(waiting=10, entered=32, called=32, readings={"sign_in": Reading(8.0, queue_s, None)})
        _, memory = next_rate(memory, look)
    assert memory.resources["sign_in"].work_per_entry == pytest.approx(share, rel=0.01)
