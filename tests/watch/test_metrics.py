from pathlib import Path

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from preau.published.gate_words import MODES
from preau.published.shapes import GateReport, decode
from preau.watch.metric_rows import ROWS, Kind
from preau.watch.metrics import exposed_name, reference_page, render
from published.vectors import good
from status_readings import reading


def samples(content: bytes) -> dict[str, float]:
    families = text_string_to_metric_families(content.decode())
    return {
        s.name + "".join(f"[{k}={v}]" for k, v in sorted(s.labels.items())): s.value
        for f in families
        for s in f.samples
    }


def test_a_reading_becomes_gate_live_and_app_metrics() -> None:
    told = samples(render(reading(waiting=(1, 2, 3, 4), median_wait_s=(60, 120), arrivals_total=9, refused_total=5)))
    assert told["preau_gate_waiting[lane=3]"] == 4
    assert told["preau_gate_median_wait_seconds[bound=high]"] == 120
    assert told["preau_gate_arrivals_total"] == 9
    assert told["preau_gate_admitted_total"] == 700
    assert told["preau_gate_refused_total"] == 5
    assert told["preau_live_classes_open"] == 31
    assert told["preau_app_up"] == 1
    assert told["preau_app_info[version=0.1.0]"] == 1


def test_refused_tokens_and_a_ledger_that_does_not_answer_are_counted_for_operators() -> None:
    told = samples(render(reading(tokens_refused={"token_forged": 3, "token_expired": 8}, ledger_failures_total=2)))
    assert told["preau_gate_tokens_refused_total[code=token_forged]"] == 3
    assert told["preau_gate_tokens_refused_total[code=token_expired]"] == 8
    assert told["preau_gate_ledger_failures_total"] == 2


def test_what_was_not_measured_is_not_a_number_and_not_zero() -> None:
    told = samples(render(reading(app_ok=None)))
    assert told["preau_app_up"] != told["preau_app_up"]
    assert "preau_gate_arrivals_total" not in told
    assert samples(render(reading(app_ok=False)))["preau_app_up"] == 0


def report() -> GateReport:
    found = decode(GateReport, good("gate_report"))
    assert isinstance(found, GateReport)
    return found


def test_the_porters_report_becomes_metrics_in_base_units() -> None:
    told = samples(render(reading(gate=report(), measured_at_s=report().at_s + 1.5)))
    assert told["preau_gate_lane_arrivals_total[lane=1]"] == 840
    assert told["preau_gate_lane_admitted_total[lane=3]"] == 14
    assert told["preau_gate_waiting_bounds[bound=low][lane=1]"] == 310
    assert told["preau_gate_waiting_bounds[bound=high][lane=1]"] == 330
    assert told["preau_gate_resource_queue_seconds[resource=http]"] == pytest.approx(0.0315)
    assert told["preau_gate_resource_binds[resource=http]"] == 1
    assert told["preau_gate_resource_binds[resource=sign_in]"] == 0
    assert "preau_gate_resource_background_per_second[resource=sign_in]" not in told
    assert told["preau_gate_entries_to_plan_ratio"] == pytest.approx(3.4 / 3.5)
    assert told["preau_gate_utilisation_ratio"] == 1
    assert told["preau_gate_level_seconds_total[level=0]"] == 12300
    assert told["preau_gate_overload_seconds_total"] == 4
    assert {mode: told[f"preau_gate_mode[mode={mode}]"] for mode in MODES} == {
        "auto": 1, "open": 0, "drain": 0, "closed": 0,
    }  # fmt: skip
    assert told["preau_gate_report_age_seconds"] == 1.5
    assert told["preau_gate_wait_seconds[quantile=0.9]"] == 310
    assert "preau_gate_wait_seconds[quantile=0.99]" not in told
    assert told["preau_gate_gave_up_total"] == 7
    assert told["preau_gate_foretold_total[end=within]"] == 165


def test_the_age_of_the_plan_is_told_above_all_when_the_porter_is_silent() -> None:
    told = samples(render(reading(gate=None, planned_at_s=1_795_422_600.0, measured_at_s=1_795_422_648.5)))
    assert told["preau_gate_plan_age_seconds"] == 48.5
    assert "preau_gate_plan_age_seconds" not in samples(render(reading(gate=None)))


def test_a_gate_without_controller_and_a_silent_porter_invent_no_figures() -> None:
    bare = msgspec.structs.replace(report(), rate_per_s=None, claims_per_s=None, resources={}, no_show=None)
    told = samples(render(reading(gate=bare)))
    for name in ("planned_entries_per_second", "claim_limit_per_second", "entries_to_plan_ratio", "no_show_ratio"):
        assert f"preau_gate_{name}" not in told
    assert told["preau_gate_entries_per_second"] == 3.4
    silent = samples(render(reading(gate=None)))
    assert "preau_gate_entries_per_second" not in silent
    assert silent["preau_gate_inside"] == 640


def test_every_family_is_what_its_row_says() -> None:
    whole = reading(
        gate=report(), planned_at_s=1.0, arrivals_total=9, median_wait_s=(60, 120), tokens_refused={"token_forged": 1}
    )
    families = {family.name: family for family in text_string_to_metric_families(render(whole).decode())}
    for row in ROWS:
        family = families[exposed_name(row) if row.kind is Kind.INFO else row.name]
        assert family.documentation == row.help
        assert family.type == ("gauge" if row.kind is Kind.INFO else row.kind)  # the text format knows no info
        assert {name for sample in family.samples for name in sample.labels} == set(row.labels)
    assert len(families) == len(ROWS)


def test_names_follow_the_conventions() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    for row in ROWS:
        assert row.name.startswith(("preau_gate_", "preau_live_", "preau_app"))
        assert row.help.endswith(".")
        assert (row.unit == "s") <= row.name.endswith("_seconds")
        assert (row.unit == "1/s") == row.name.endswith("_per_second")
        assert (row.unit == "ratio") == row.name.endswith("_ratio")


def test_the_reference_page_is_what_the_code_exposes() -> None:
    page = Path(__file__).parents[2] / "docs/reference/metrics.md"
    assert page.read_text("utf-8") == reference_page(), "run: preau doctor --metrics > docs/reference/metrics.md"
