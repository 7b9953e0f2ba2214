"""What the engine reads of every request, and what it tells of itself."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gate.harness import Gate, MakeGate, fill
from preau.gate.ledger.interface import LedgerUnavailable


async def test_a_forged_pass_is_no_pass_and_is_counted(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    thief = gate.person("192.0.2.66")
    thief.cookies = {"passe": first.cookies["passe"][:-4] + "AAAA", "ticket": "x" * 500}
    answer = await thief.asks()
    assert (answer.status, answer.waits) == (200, True)
    assert gate.engine.snapshot().tokens_refused == {"token_forged": 1, "token_oversized": 1}


@given(st.binary(max_size=300))
async def test_no_cookie_whatever_breaks_the_gate(cookie: bytes) -> None:
    gate = Gate(capacity=0, published=Path("/nonexistent"))
    answer = await gate.person().asks_with([(b"cookie", b"passe=" + cookie), (b"cookie", b"carnet=" + cookie)])
    assert answer.waits


async def test_the_snapshot_tells_who_waits_in_which_lane(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    await fill(gate)
    await gate.with_card("ines").asks()
    await gate.person().asks()
    await gate.seconds_pass(7)
    snapshot = gate.engine.snapshot()
    assert (snapshot.inside, snapshot.capacity, snapshot.waiting, snapshot.level) == (1, 1, {1: 1, 2: 0, 3: 1}, 1)
    assert (snapshot.arrivals_total, snapshot.admitted_total, snapshot.refused_total) == (3, 1, 2)


async def test_who_comes_again_or_changes_lane_is_no_new_arrival(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person = gate.person()
    await person.asks()
    person.cookies |= gate.with_card("ines").cookies
    await person.asks()
    assert gate.engine.snapshot().arrivals_total == 1


async def test_what_the_ledger_s_store_did_not_answer_is_counted(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    (first,) = await fill(gate)
    gate.break_ledger(LedgerUnavailable("no Redis"))
    await first.asks()
    assert gate.engine.snapshot().ledger_failures_total == 1
