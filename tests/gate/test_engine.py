"""The gate as its visitors meet it."""

from gate.harness import MakeGate


async def test_who_comes_while_places_are_free_gets_the_page_in_the_same_request(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    ines = gate.person()
    answer = await ines.asks("/journee/")
    assert answer.status == 200
    assert answer.body == b"<p>dedans</p>"
    assert {"ticket", "passe"} <= set(ines.cookies)


async def test_who_comes_late_waits_and_enters_when_somebody_leaves(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=2)
    first, second, third = gate.person(), gate.person("192.0.2.2"), gate.person("192.0.2.3")
    assert not (await first.asks()).waits
    assert not (await second.asks()).waits
    answer = await third.asks("/journee/")
    assert answer.waits
    assert answer.status == 200
    assert answer.header("cache-control") == "no-store"
    assert "place est gardée" in answer.text
    await gate.seconds_pass(3)
    assert (await third.asks("/journee/")).waits
    gate.application.headers = [(b"preau-leave", b"1")]
    await first.asks("/deconnexion/")
    gate.application.headers = []
    await gate.seconds_pass(1)
    assert not (await third.asks("/journee/")).waits
    assert (await first.asks()).waits
