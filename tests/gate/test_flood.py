"""A flood of devices without cookies: the verdict, level 3, and everybody who goes on entering."""

import json
from typing import Any

from msgspec.structs import replace

from gate.harness import INSIDE, Gate, MakeGate
from preau.gate.ladder_journal import LadderJournal
from preau.gate.pilot import Pilot
from preau.gate.rules.admission import unproven_places
from preau.gate.rules.ladder import FREE, SIEGE
from preau.gate.rules.steering import Course, Seen
from preau.published.files import write_by_rename
from preau.published.shapes import EXPECTED_ARRIVALS_FILE, ExpectedArrivals, encode

ROBOTS_PER_S = 12


def expect(gate: Gate, per_s: float) -> None:
    """What the timetable says of the next hour."""
    expected = ExpectedArrivals(first_minute_s=int(gate.clock.now_s) - 60, per_minute=[per_s * 60] * 60)
    write_by_rename(gate.published / EXPECTED_ARRIVALS_FILE, encode(expected), durable=False)


async def flooded(gate: Gate, seconds: int) -> None:
    for _ in range(seconds):
        for _ in range(ROBOTS_PER_S):
            await gate.person("203.0.113.9").asks()
        await gate.seconds_pass()


def report(gate: Gate) -> dict[str, Any]:
    return dict(json.loads((gate.published / "gate_report.json").read_bytes()))


async def test_a_flood_is_judged_narrowed_and_written_down_and_nobody_is_blocked(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=40)
    gate.porter.pilot = Pilot(journal=LadderJournal(gate.published))
    expect(gate, 1.0)
    await gate.seconds_pass(2)
    await flooded(gate, 55)
    assert gate.porter.outlook.level == SIEGE
    assert gate.porter.outlook.unproven == unproven_places(40, siege=True) == 1
    assert (report(gate)["verdict"], report(gate)["level_reason"]) == ("attack", "attack")
    assert LadderJournal(gate.published).last(1)[0].to_level == SIEGE

    assert (await gate.with_card("ines").asks()).body == INSIDE
    await gate.person("203.0.113.9").asks()  # the one place of those without a cookie is taken
    newcomer = gate.person("198.51.100.7")
    assert (await newcomer.asks()).waits
    await flooded(gate, 2)
    await newcomer.asks("/attente/etat.json?b=1")
    await flooded(gate, 3)
    assert (await newcomer.asks()).body == INSIDE

    await gate.seconds_pass(100)
    assert gate.porter.outlook.level < SIEGE
    await gate.seconds_pass(180)
    assert gate.porter.outlook.level == FREE
    assert gate.porter.outlook.unproven == unproven_places(40)


async def test_without_a_timetable_nobody_is_accused(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=40)
    await gate.seconds_pass(2)
    await flooded(gate, 55)
    assert gate.porter.outlook.level < SIEGE


async def test_a_timetable_that_nobody_wrote_again_accuses_nobody(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=40)
    expect(gate, 1.0)
    gate.clock.now_s += 2 * 3600
    await gate.seconds_pass(2)
    await flooded(gate, 55)
    assert gate.porter.outlook.level < SIEGE


async def test_a_school_on_new_devices_whose_browsers_poll_is_no_attack(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=40)
    expect(gate, 1.0)
    await gate.seconds_pass(2)
    people = []
    for second in range(60):
        people += [gate.person(f"198.51.100.{second}") for _ in range(ROBOTS_PER_S)]
        for person in people[second % 8 :: 8]:
            await person.asks("/attente/etat.json?b=1" if person.cookies else "/")
        await gate.seconds_pass()
        assert gate.porter.outlook.level < SIEGE


async def test_while_pupils_wait_devices_without_a_cookie_have_one_place_and_no_more(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    await gate.seconds_pass()
    assert (await gate.with_card("ines").asks()).waits
    gate.restart(capacity=40)
    await gate.seconds_pass()
    for number in range(10):
        await gate.person(f"203.0.113.{number}").asks()
    await gate.seconds_pass()
    assert gate.porter.outlook.census.inside == 1


class Steady(Pilot):
    """Ten entries a second, whatever is measured."""

    def steer(self, seen: Seen) -> Course:
        return replace(super().steer(seen), calls_per_s=10.0)


async def entered_by_second(gate: Gate, *, robots: bool) -> list[int]:
    """150 pupils of six classes come in one second, and ask each second until they are in."""
    gate.porter.pilot = Steady()
    pass_by = flooded if robots else Gate.seconds_pass
    await gate.seconds_pass(2)
    await pass_by(gate, 20)
    pupils = [gate.with_card(f"p{number}", group=f"c{number // 25}") for number in range(150)]
    inside = []
    for _ in range(20):
        outside = [pupil for pupil in pupils if gate.names.admission not in pupil.cookies]
        inside.append(sum([(await pupil.asks()).body == INSIDE for pupil in outside]))
        await pass_by(gate, 1)
    return inside


def mean_second(entered: list[int]) -> float:
    return sum(second * people for second, people in enumerate(entered)) / sum(entered)


async def test_beside_a_flood_the_pupils_enter_as_early_as_without_it(make_gate: MakeGate) -> None:
    flooded_gate = make_gate(capacity=400)
    alone, beside = (
        await entered_by_second(make_gate(capacity=400), robots=False),
        await entered_by_second(flooded_gate, robots=True),
    )
    assert sum(alone) == sum(beside) == 150
    assert mean_second(beside) <= 1.05 * mean_second(alone)
    assert max(alone) <= 13
    state = json.loads(flooded_gate.porter.outlook.state_json)
    assert state["lanes"]["3"]["people"] > 100
    assert state["pace_s"] == 2  # robots do not poll, so nobody else polls more slowly for them
