"""Who goes over to another place, or gives one back, waits nowhere else: the counts know it at the next look."""

from gate.conformance.client import GateOnAPort
from gate.conformance.conftest import MakeGate
from gate.conformance.test_entry import comes_in
from gate.conformance.test_favours import address_of, follows, link_of


def people(gate: GateOnAPort, lane: int) -> int:
    return int(gate.state()["lanes"].get(str(lane), {"people": 0})["people"])


def waits_in_lane_three(make_gate: MakeGate) -> tuple[GateOnAPort, dict[str, str]]:
    """A full house, and somebody unknown before it whom the porter has seen."""
    gate = make_gate(1)
    comes_in(gate, "127.0.0.9")
    page = gate.ask("/")
    assert page.waits
    held = dict(page.cookies)
    assert gate.ask("/", cookies=held).waits
    gate.until(lambda: people(gate, 3) == 1)
    return gate, held


def test_who_follows_a_class_link_waits_in_lane_three_no_more(make_gate: MakeGate) -> None:
    gate, held = waits_in_lane_three(make_gate)
    assert follows(gate, address_of(gate, link_of(gate, "roomROOMr09")), held).status == 303
    assert gate.ask("/", cookies=held).waits
    gate.until(lambda: people(gate, 1) == 1)
    assert people(gate, 3) == 0


def test_who_gives_the_place_back_while_waiting_is_not_counted_any_more(make_gate: MakeGate) -> None:
    gate, held = waits_in_lane_three(make_gate)
    assert gate.ask("/attente/quitter", method="POST", cookies=held, Sec_Fetch_Site="same-origin").status == 200
    gate.until(lambda: people(gate, 3) == 0)


def test_what_is_no_percent_encoding_is_a_page_like_others(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate, "127.0.0.9")
    for path in ("/cours/100%", "/x%zz", "/attente/etat.json%", "/static/%zz", "/l/l1.lien%"):
        assert '"lanes"' not in gate.ask(path, cookies=inside, source="127.0.0.9").body, path
        waiting = gate.ask(path, source="127.0.0.8")
        assert '"lanes"' not in waiting.body, path
        assert waiting.headers["content-type"].startswith("text/html"), path
