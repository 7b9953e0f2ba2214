from bench.gate.page import SECTIONS
from bench.gate.wire import result_of


def measured(cpu_us: float) -> dict[str, float]:
    return {"per_cpu_s": 1e6 / cpu_us, "per_s": 1.0, "cpu_us": cpu_us, "p50_ms": 1.0, "p99_ms": 2.0, "bad": 0}


FIGURES = {
    ("pass check", "plain haproxy"): {0: measured(5.0), 1: measured(6.0)},
    ("pass check", "proxying haproxy"): {0: measured(15.0), 1: measured(18.0)},
    ("pass check", "haproxy"): {0: measured(30.0), 1: measured(36.0)},
    ("claim", "haproxy"): {0: {**measured(60.0), "claimed_share": 1.0}, 1: {**measured(72.0), "claimed_share": 0.9}},
}


def test_a_step_costs_what_it_adds_in_the_same_round_and_no_step_is_guessed() -> None:
    steps = {step["system"]: step["more_us"] for step in result_of(FIGURES)["cycles"]}
    assert (steps["plain haproxy"]["least"], steps["plain haproxy"]["most"]) == (5.0, 6.0)
    assert (steps["proxying haproxy"]["least"], steps["proxying haproxy"]["most"]) == (10.0, 12.0)
    assert "haproxy" not in steps  # what stands below it was not measured


def test_a_path_with_the_bytes_of_another_is_compared_with_what_was_measured_there() -> None:
    claim = next(row for row in result_of(FIGURES)["rows"] if row["path"] == "claim")
    assert claim["to proxying haproxy"]["median"] == 0.25
    assert claim["claimed_share"] == 0.9
    assert claim["to bare"] is None


def test_the_page_says_what_is_reached_and_where_the_cycles_go() -> None:
    page = SECTIONS["wire"](result_of(FIGURES))
    assert ">= 0.4: **not reached**" in page
    assert "| + asking the application behind for them | proxying haproxy | 11.0 (10.0-12.0) |" in page
