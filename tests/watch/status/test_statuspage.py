import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from preau.watch.status.facts import Fact, FactKind
from preau.watch.status.incidents import Entry, Impact, Stage, fold
from preau.watch.status.statuspage import MAX_SUMMARY_BYTES, documents
from status_readings import HALF_PAST_EIGHT_S, reading, report

COMPONENT_STATES = {"operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"}


def written(*arguments: Any, **observed: Any) -> dict[str, Any]:
    return {name: json.loads(content) for name, content in documents(report(*arguments, **observed)).items()}


ENTRIES = [
    Entry(
        kind="open",
        incident="2026-11-23-1",
        uid="1" * 32,
        at_s=HALF_PAST_EIGHT_S,
        title="A",
        body="a",
        impact=Impact.MAJOR,
    ),
    Entry(kind="open", incident="2026-11-23-2", uid="2" * 32, at_s=HALF_PAST_EIGHT_S + 5, title="B", body="b"),
    Entry(
        kind="update",
        incident="2026-11-23-1",
        uid="3" * 32,
        at_s=HALF_PAST_EIGHT_S + 9,
        body="c",
        stage=Stage.MONITORING,
    ),
    Entry(
        kind="resolve",
        incident="2026-11-23-2",
        uid="4" * 32,
        at_s=HALF_PAST_EIGHT_S + 9,
        body="d",
        stage=Stage.RESOLVED,
    ),
    Entry(
        kind="correct", incident="2026-11-23-1", uid="5" * 32, at_s=HALF_PAST_EIGHT_S + 9, body="e", corrects="1" * 32
    ),
]


def test_the_seven_documents_have_the_shape_that_readers_of_statuspage_expect() -> None:
    files = written()
    assert set(files) == {
        "summary.json",
        "status.json",
        "components.json",
        "incidents.json",
        "incidents/unresolved.json",
        "scheduled-maintenances/upcoming.json",
        "scheduled-maintenances/active.json",
    }
    for content in files.values():
        assert set(content["page"]) == {"id", "name", "url", "time_zone", "updated_at"}
        assert content["page"]["time_zone"] == "Europe/Paris"
    assert files["status.json"]["status"] == {"indicator": "none", "description": "Tout fonctionne."}
    assert {part["status"] for part in files["components.json"]["components"]} <= COMPONENT_STATES
    assert files["scheduled-maintenances/upcoming.json"]["scheduled_maintenances"] == []


def test_incidents_are_listed_newest_first_and_only_the_open_ones_are_unresolved() -> None:
    files = written(incidents=fold(ENTRIES))
    assert [i["id"] for i in files["incidents.json"]["incidents"]] == ["2026-11-23-2", "2026-11-23-1"]
    (still_open,) = files["incidents/unresolved.json"]["incidents"]
    assert still_open["impact"] == "major"
    assert [u["body"] for u in still_open["incident_updates"]] == ["c", "a"]
    assert still_open["monitoring_at"] == "2026-11-23T08:30:09+01:00"
    assert still_open["incident_updates"][1]["x_preau"]["corrections"][0]["body"] == "e"
    assert files["summary.json"]["incidents"] == [still_open]
    assert files["status.json"]["status"]["indicator"] == "major"


def test_what_is_not_known_is_null_and_not_normal() -> None:
    summary = written(None)["summary.json"]
    assert (summary["x_preau"]["known"], summary["x_preau"]["measured"]) == (False, None)
    assert summary["status"]["indicator"] == "minor"
    assert not any(part["x_preau"]["known"] for part in summary["components"])


def test_facts_are_told_with_their_code() -> None:
    facts = (Fact(kind=FactKind.QUEUE_OPENED, at_s=HALF_PAST_EIGHT_S),)
    (fact,) = written(facts=facts)["summary.json"]["x_preau"]["facts"]
    assert (fact["code"], fact["at"]) == ("queue_opened", "2026-11-23T08:30:00+01:00")


small = st.integers(1, 19)


@settings(max_examples=50)
@given(small, st.tuples(small, small, small, small), small, small)
def test_small_counts_are_null_for_machines_too(
    inside: int, waiting: tuple[int, ...], classes: int, minute: int
) -> None:
    signals = reading(inside=inside, waiting=waiting, classes_open=classes, seats_connected=inside)
    block = written(signals, admissions=(minute,) * 30)["summary.json"]["x_preau"]
    assert block["admissions_per_minute"] == [None] * 30
    assert block["measured"]["inside"] is None
    assert block["measured"]["classes_open"] is None
    assert block["measured"]["waiting_per_lane"] == [None] * 4


def test_a_flood_of_words_is_bounded_and_the_newest_stay() -> None:
    entries = []
    for number in range(60):
        incident = f"2026-11-23-{number}"
        at_s = HALF_PAST_EIGHT_S + 1000 * number
        entries.append(
            Entry(kind="open", incident=incident, uid=f"{number:032x}", at_s=at_s, title="T", body="é" * 1000)
        )
        entries += [
            Entry(kind="update", incident=incident, uid=f"{number}-{n}", at_s=at_s + n, body=f"{n} " + "é" * 900)
            for n in range(1, 40)
        ]
    raw = documents(report(incidents=fold(entries)))
    assert len(raw["summary.json"]) < MAX_SUMMARY_BYTES + 60_000
    assert len(raw["incidents.json"]) < 1_000_000
    first = json.loads(raw["incidents.json"])["incidents"][0]
    assert first["id"] == "2026-11-23-59"
    assert first["incident_updates"][0]["body"].startswith("39 ")
