"""Between gate and application."""

import pytest

from gate.harness import INSIDE, MakeGate


async def test_a_response_that_carries_a_pass_is_not_for_shared_caches(make_gate: MakeGate) -> None:
    gate = make_gate()
    gate.application.headers = [(b"cache-control", b"public, max-age=600")]
    ines = gate.person()
    for _ in ("taken", "proven"):  # the pass that a device without a cookie gets is for seconds
        assert (await ines.asks()).header("cache-control") == "private, no-cache"
    assert (await ines.asks()).header("cache-control") == "public, max-age=600"


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_dead_application_becomes_our_page(make_gate: MakeGate, status: int) -> None:
    gate = make_gate()
    gate.application.status = status
    answer = await gate.person().asks("/journee/")
    assert answer.status == 503
    assert "Préau reprend son souffle" in answer.text
    assert "app_unavailable" in answer.text
    assert answer.waits


async def test_an_application_with_its_own_page_keeps_it(make_gate: MakeGate) -> None:
    gate = make_gate()
    gate.application.status = 503
    gate.application.headers = [(b"preau-own-page", b"1")]
    answer = await gate.person().asks("/journee/")
    assert (answer.status, answer.body) == (503, INSIDE)
    assert answer.header("preau-own-page") is None


async def test_an_exception_behind_is_our_page_for_people_and_json_for_scripts(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=8)
    gate.application.raises = RuntimeError("boom")
    page = await gate.person().asks("/journee/")
    assert (page.status, "Préau reprend son souffle" in page.text) == (503, True)
    script = await gate.person().asks("/travail/journal", method="POST", accept="application/json")
    assert (script.status, script.error_code) == (503, "app_unavailable")


async def test_a_500_of_the_application_is_its_own_affair(make_gate: MakeGate) -> None:
    gate = make_gate()
    gate.application.status = 500
    assert (await gate.person().asks()).body == INSIDE
