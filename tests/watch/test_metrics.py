from prometheus_client.parser import text_string_to_metric_families

from preau.watch.metrics import render
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
