"""Signing in goes past the queue: nobody on a new device could otherwise show that they go first."""

import asyncio

from gate.harness import INSIDE, Gate, MakeGate, Person, fill
from preau.gate import engine as engine_module
from preau.tokens.card import Role


async def signs_in(gate: Gate, person: Person, card: str) -> None:
    """What the school does when the password is right."""
    gate.application.headers = [(b"set-cookie", f"carnet={card}; Path=/".encode())]
    assert (await person.asks("/connexion/personnel/", method="POST")).body == INSIDE
    gate.application.headers = []


async def test_a_teacher_on_a_new_device_signs_in_past_a_full_house_and_enters_at_once(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    teacher = gate.person("192.0.2.9")
    assert (await teacher.asks("/journee/")).waits
    for path in ("/connexion/", "/connexion/personnel/"):
        assert (await teacher.asks(path)).body == INSIDE
    assert (await teacher.asks("/journee/")).waits
    await signs_in(gate, teacher, gate.card("claire", role=Role.TEACHER))
    assert (await teacher.asks("/journee/")).body == INSIDE


async def test_a_pupil_who_signs_in_moves_to_the_lane_of_the_lesson(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    pupil = gate.person("192.0.2.9")
    await pupil.asks("/journee/")
    await signs_in(gate, pupil, gate.card("ines"))
    assert 'data-lane="1"' in (await pupil.asks("/journee/")).text
    await gate.seconds_pass()
    assert gate.engine.snapshot().waiting == {1: 1, 2: 0, 3: 0}


async def test_signing_in_takes_no_place_and_no_ticket(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    person = gate.person()
    for path in ("/connexion/", "/c/a-paper-card"):
        assert (await person.asks(path)).body == INSIDE
    await gate.seconds_pass()
    assert (gate.engine.snapshot().inside, person.cookies) == (0, {})


async def test_who_is_inside_needs_no_sign_in_lane(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    gate.clock.now_s += 600
    worn = first.cookies["passe"]
    assert (await first.asks("/connexion/")).body == INSIDE
    assert first.cookies["passe"] != worn


async def test_a_flood_from_one_source_leaves_another_source_served(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    under_way, widest, opened = 0, 0, asyncio.Event()

    async def work() -> None:
        nonlocal under_way, widest
        under_way += 1
        widest = max(widest, under_way)
        await opened.wait()
        under_way -= 1

    gate.application.entered = work
    flood = [asyncio.create_task(gate.person("192.0.2.66").asks("/connexion/")) for _ in range(200)]
    turned_away = await asyncio.gather(*flood[engine_module.SIGN_IN_PER_SOURCE :])
    other = asyncio.create_task(gate.person("192.0.2.7").asks("/connexion/"))
    opened.set()
    assert (await other).body == INSIDE
    served = await asyncio.gather(*flood[: engine_module.SIGN_IN_PER_SOURCE])
    assert all(answer.body == INSIDE for answer in served)
    assert all(answer.waits for answer in turned_away)
    assert widest == engine_module.SIGN_IN_WIDTH // 2 + 1, "half of the width for the flood"


async def test_the_line_is_bounded_in_all_and_forgets_who_was_served(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    full, opened = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        if len(gate.application.seen) == engine_module.SIGN_IN_WIDTH:
            full.set()
        await opened.wait()

    gate.application.entered = work
    many = [
        asyncio.create_task(gate.person(f"192.0.2.{number}").asks("/connexion/"))
        for number in range(engine_module.SIGN_IN_LINE)
    ]
    await full.wait()
    assert (await gate.person("198.51.100.1").asks("/connexion/")).waits
    opened.set()
    assert {(await task).body for task in many} == {INSIDE}
    assert (await gate.person("198.51.100.1").asks("/connexion/")).body == INSIDE


async def test_past_a_full_line_who_is_called_still_enters(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=50)
    opened = asyncio.Event()
    gate.application.entered = opened.wait
    many = [asyncio.create_task(gate.person().asks("/connexion/")) for _ in range(engine_module.SIGN_IN_PER_SOURCE + 1)]
    opened.set()
    assert {(await task).body for task in many} == {INSIDE}
