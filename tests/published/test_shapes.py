"""The shapes of published files: what is read, what is refused, and that they are what the vectors say."""

import json
import re
from typing import Any

import msgspec
import pytest

from preau.gate.ledger.interface import AT_THE_DOOR_MAX
from preau.published import shapes
from preau.published.shapes import (
    ExpectedArrivals,
    GateHistory,
    GateOrders,
    GatePoint,
    GateReport,
    LessonsOfTheDay,
    Refusal,
    Refused,
    Register,
    Roster,
    Shape,
    Waits,
    decode,
    encode,
)
from preau.school.directory.grades import Section
from preau.tokens.keyring import Keyring
from published.vectors import FAULTS, FOLDER, KINDS, bad, good

OF_KIND: dict[str, type[Shape]] = {
    "roster": Roster,
    "register": Register,
    "at_the_door": Waits,
    "lessons_of_the_day": LessonsOfTheDay,
    "expected_arrivals": ExpectedArrivals,
    "gate_orders": GateOrders,
    "gate_report": GateReport,
    "gate_history": GateHistory,
}
CODES = {
    "wrong_version": Refusal.UNKNOWN_VERSION,
    "missing_field": Refusal.MALFORMED,
    "oversized": Refusal.MALFORMED,
}
LATER = {"register": {"reports"}, "gate_report": {"inside_others", "verdict", "wait_s", "gave_up", "foretold"}}
"""Fields that came later: a file written before them is still read."""


def code_of(kind: str, content: bytes) -> Refusal | None:
    found = decode(OF_KIND[kind], content)
    return found.code if isinstance(found, Refused) else None


@pytest.mark.parametrize("kind", KINDS)
def test_a_vector_is_read_and_written_back_with_every_field_and_no_other(kind: str) -> None:
    found = decode(OF_KIND[kind], good(kind))
    assert isinstance(found, OF_KIND[kind])
    assert json.loads(encode(found)) == json.loads(good(kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_vector_is_refused_as_a_value(kind: str, fault: str) -> None:
    assert code_of(kind, bad(kind)[fault]) is CODES[fault]


def test_every_vector_is_tested() -> None:
    names = set(KINDS) | {f"{kind}.{fault}" for kind in KINDS for fault in FAULTS}
    assert {path.stem for path in FOLDER.iterdir()} == names


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_may_be_left_out(kind: str) -> None:
    whole = json.loads(good(kind))
    for field in whole.keys() - LATER.get(kind, set()):
        rest = {name: value for name, value in whole.items() if name != field}
        assert code_of(kind, json.dumps(rest).encode()) is Refusal.MALFORMED, field


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_kind_is_not_mistaken_for_it(kind: str) -> None:
    for other in KINDS:
        assert (code_of(kind, good(other)) is None) == (kind == other)


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_byte_that_is_read_is_the_bound(kind: str) -> None:
    limit_bytes = OF_KIND[kind].MAX_BYTES
    assert code_of(kind, good(kind).ljust(limit_bytes)) is None
    assert code_of(kind, good(kind).ljust(limit_bytes + 1)) is Refusal.OVERSIZED


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"v":"1"}', b'{"v":true}', b"[" * 100_000])
def test_what_is_no_published_file_is_malformed(content: bytes) -> None:
    for kind in KINDS:
        too_long = len(content) > OF_KIND[kind].MAX_BYTES
        assert code_of(kind, content) is (Refusal.OVERSIZED if too_long else Refusal.MALFORMED)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("live_class", "../../etc/passwd"),
        ("live_class", "C0FFEE00" * 4),
        ("live_class", "c0ffee00" * 4 + "\n"),
        ("section", "maternelle"),
        ("starts_at_s", -1),
        ("starts_at_s", 1.5),
        ("members", [{}] * (shapes.MAX_MEMBERS + 1)),
    ],
)
def test_a_value_out_of_its_bounds_refuses_the_file(field: str, value: Any) -> None:
    document = json.loads(good("roster")) | {field: value}
    assert code_of("roster", json.dumps(document).encode()) is Refusal.MALFORMED


def test_a_field_that_this_version_does_not_know_is_passed_over() -> None:
    document = json.loads(good("roster")) | {"colour": "blue"}
    assert code_of("roster", json.dumps(document).encode()) is None


def test_the_largest_files_fit_into_their_bytes() -> None:
    text, person = "é" * 201, "0" * 32
    member = shapes.RosterMember(person=person, role="pupil", full_name=text, short_name=text, pseudonym="p" * 11)
    roster = decode(Roster, good("roster"))
    assert isinstance(roster, Roster)
    full = msgspec.structs.replace(roster, members=(member,) * shapes.MAX_MEMBERS)
    assert decode(Roster, encode(full)) == full
    waits = Waits(waits={f"{number:011}": (2**31, 2**31) for number in range(shapes.MAX_WAITS)})
    assert decode(Waits, encode(waits)) == waits
    many = 2**53
    point = GatePoint(2**40, 1e9 / 3, 1e9 / 3, 1e9 / 3, (many,) * 4, many, shapes.MAX_CAPACITY, 5, 1e9 / 3)  # type: ignore[arg-type]
    history = GateHistory(step_s=shapes.HISTORY_STEP_S, points=(point,) * shapes.HISTORY_POINTS)
    assert decode(GateHistory, encode(history)) == history


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("gate_orders", "mode", "ajar"),
        ("gate_orders", "capacity", 0),
        ("gate_orders", "pre_open_s", shapes.MAX_PRE_OPEN_S + 1),
        ("gate_orders", "reason", "r" * 201),
        ("gate_report", "waiting", {"4": [1, 1, 1]}),
        ("gate_report", "waiting", {"1": [1, 1]}),
        ("gate_report", "no_show", 1.01),
        ("gate_report", "inside", -1),
        ("gate_history", "points", [[1, 2, 3]]),
    ],
)
def test_an_order_or_a_figure_out_of_its_bounds_refuses_the_file(kind: str, field: str, value: Any) -> None:
    document = json.loads(good(kind)) | {field: value}
    assert code_of(kind, json.dumps(document).encode()) is Refusal.MALFORMED


def test_the_bounds_are_those_of_the_rooms() -> None:
    assert AT_THE_DOOR_MAX == shapes.MAX_WAITS
    assert len(Keyring(b"k" * 32).pseudonym("subject", "0" * 32)) == 11
    for section in Section:
        document = json.loads(good("roster")) | {"section": section.value}
        assert code_of("roster", json.dumps(document).encode()) is None


def test_the_examples_of_the_contract_are_read() -> None:
    contract = (FOLDER.parents[2] / "reference/interfaces.md").read_text("utf-8")
    examples = re.findall(r"```json\n(.*?)```", contract, re.DOTALL)
    read = [kind for example in examples for kind in KINDS if code_of(kind, example.encode()) is None]
    assert sorted(read) == sorted(KINDS)
