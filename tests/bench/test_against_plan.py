from typing import Any

from bench.gate.overload import against_plan


def told(*, rate_per_s: float | None) -> list[dict[str, Any] | None]:
    """Thirty seconds in which two people entered each second and others waited."""
    return [
        {"at_s": second, "rate_per_s": rate_per_s, "admitted": {"3": 2 * second}, "waiting": {"3": [9, 9, 9]}}
        for second in range(30)
    ]


def test_entries_are_held_against_the_plan_in_whole_windows() -> None:
    assert against_plan(told(rate_per_s=2.0)) == {"claims_against_plan": [0.0, 0.0]}
    assert against_plan(told(rate_per_s=1.0)) == {"claims_against_plan": [1.0, 1.0]}


def test_where_nobody_plans_a_rate_nothing_is_held_against_it() -> None:
    found = against_plan([*told(rate_per_s=None), None])["claims_against_plan"]
    assert found == "not available: no rate is planned where nobody measures"
