"""The application: what comes in is served once, in order; what waits too long is served for nobody."""

import pytest

np = pytest.importorskip("numpy")

from preau.gate.simulation.application import SPREAD, Application, Served, capacities  # noqa: E402
from preau.gate.simulation.scenario import Failure, drain  # noqa: E402

SCENARIO = drain("no-failure", 10_000)  # serves 200 a second


def played(application: Application, work_by_second: dict[int, float], seconds: int) -> list[Served]:
    return [
        application.serve(second, entry_work=work_by_second.get(second, 0.0), inside=0) for second in range(seconds)
    ]


def test_all_work_of_an_entry_is_done_within_25_seconds_when_nothing_waits() -> None:
    served = played(Application(SCENARIO, drain_at_s=0), {0: 160.0}, 60)
    assert sum(second.done_per_s for second in served) == pytest.approx(160.0)
    assert sum(second.done_per_s for second in served[: len(SPREAD)]) == pytest.approx(160.0)
    assert max(second.queue_s for second in served) == pytest.approx(0)


def test_no_second_serves_more_than_the_capacity_and_nothing_is_lost() -> None:
    served = played(Application(SCENARIO, drain_at_s=0), {0: 6000.0}, 120)
    assert max(second.done_per_s for second in served) == pytest.approx(200.0)
    assert sum(second.useful_per_s for second in served) == pytest.approx(6000.0, rel=1e-3)


def test_entries_are_done_in_the_order_of_claims_and_never_before_their_claim() -> None:
    application = Application(SCENARIO, drain_at_s=0)
    played(application, dict.fromkeys(range(30), 250.0), 200)
    in_at = application.in_at()[:30]
    assert (np.diff(in_at) >= 0).all()
    assert (in_at >= np.arange(30)).all()
    assert np.isfinite(in_at).all()


def test_an_application_without_a_gate_works_at_full_speed_for_nobody() -> None:
    application = Application(SCENARIO, drain_at_s=0)
    served = played(application, dict.fromkeys(range(60), 2000.0), 400)
    late = served[200:]
    assert min(second.done_per_s for second in late) == pytest.approx(200.0)
    assert sum(second.useful_per_s for second in late) < 0.1 * sum(second.done_per_s for second in late)


def test_a_failure_takes_its_share_of_the_capacity_for_its_time() -> None:
    broken = drain("base", 10_000)
    assert broken.failure == Failure(after_s=300, lasts_s=180, left=0.55)
    capacity = capacities(broken, drain_at_s=10)
    assert capacity[309] == capacity[490] == 200.0
    assert capacity[310] == capacity[489] == pytest.approx(110.0)
