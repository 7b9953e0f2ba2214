from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from preau.watch.status.incidents import (
    MAX_UPDATES,
    Entry,
    Impact,
    Refused,
    Stage,
    check_body,
    check_title,
    find_open,
    fold,
    next_id,
    unresolved,
)
from status_readings import HALF_PAST_EIGHT_S, PARIS


def entry(kind: Any, uid: str, *, at: float = 0, **changes: Any) -> Entry:
    fields = {"incident": "2026-11-23-1", "body": f"texte {uid}", "at_s": HALF_PAST_EIGHT_S + at} | changes
    return Entry(kind=kind, uid=uid, **fields)


OPENED = entry("open", "u1", title="Lenteurs", impact=Impact.MINOR)


def test_an_incident_is_opened_updated_and_resolved() -> None:
    update = entry("update", "u2", at=60, stage=Stage.IDENTIFIED)
    end = entry("resolve", "u3", at=120, stage=Stage.RESOLVED)
    (incident,) = fold([OPENED, update, end])
    assert [u.body for u in incident.updates] == ["texte u1", "texte u2", "texte u3"]
    assert (incident.stage, incident.resolved_at_s) == (Stage.RESOLVED, HALF_PAST_EIGHT_S + 120)
    assert unresolved((incident,)) == ()


def test_a_correction_stands_beside_the_sentence_it_corrects() -> None:
    (incident,) = fold([OPENED, entry("correct", "u2", at=90, corrects="u1")])
    assert incident.updates[0].body == "texte u1"
    assert [c.body for c in incident.updates[0].corrections] == ["texte u2"]
    assert incident.changed_at_s == HALF_PAST_EIGHT_S + 90


def test_an_entry_read_twice_counts_once_and_an_orphan_is_left_out() -> None:
    (incident,) = fold([OPENED, OPENED, entry("update", "u9", incident="2020-01-01-1")])
    assert len(incident.updates) == 1


def test_a_second_opening_of_the_same_number_cannot_replace_the_first() -> None:
    (incident,) = fold([OPENED, entry("open", "u2", title="Autre chose")])
    assert incident.title == "Lenteurs"


def test_numbers_are_those_of_the_day_and_never_taken_twice() -> None:
    assert next_id((), HALF_PAST_EIGHT_S, PARIS) == "2026-11-23-1"
    incidents = fold([OPENED, entry("open", "u2", incident="2026-11-23-12")])
    assert next_id(incidents, HALF_PAST_EIGHT_S, PARIS) == "2026-11-23-13"
    assert next_id(incidents, HALF_PAST_EIGHT_S + 86_400, PARIS) == "2026-11-24-1"


def test_titles_and_bodies_are_refused_with_a_code_and_a_french_sentence() -> None:
    codes = [check_title(text).code for text in ("", "x" * 121, "a\nb") if check_title(text)]  # type: ignore[union-attr]
    assert codes == ["incident_title_missing", "incident_title_too_long", "incident_title_too_long"]
    codes = [check_body(text).code for text in (" ", "x" * 1001, "a\x00b")]  # type: ignore[union-attr]
    assert codes == ["incident_body_missing", "incident_body_too_long", "incident_body_too_long"]
    assert check_title("Lenteurs") is None
    assert check_body("Deux lignes.\nC’est permis.") is None


def test_nothing_is_added_to_an_unknown_a_resolved_or_a_full_incident() -> None:
    def refusal(entries: list[Entry], number: str = "2026-11-23-1") -> str:
        found = find_open(fold(entries), number)
        return found.code if isinstance(found, Refused) else "accepted"

    assert refusal([OPENED]) == "accepted"
    assert refusal([OPENED], "2026-11-23-7") == "incident_unknown"
    assert refusal([OPENED, entry("resolve", "u2", stage=Stage.RESOLVED)]) == "incident_resolved"
    assert refusal([OPENED, *(entry("update", f"u{n}") for n in range(2, MAX_UPDATES + 1))]) == "incident_full"


kinds = st.sampled_from(["open", "update", "resolve", "correct"])
numbers = st.sampled_from(["2026-11-23-1", "2026-11-23-2", "x"])


@given(st.lists(st.tuples(kinds, numbers, st.integers(0, 6)), max_size=40))
def test_any_order_of_entries_folds_and_every_incident_has_its_opening(lines: list[tuple[str, str, int]]) -> None:
    entries = [entry(kind, f"u{n}", incident=number, corrects="u1") for n, (kind, number, _) in enumerate(lines)]
    for incident in fold(entries):
        assert incident.updates
        assert incident.changed_at_s >= incident.opened_at_s
