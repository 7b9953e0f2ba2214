"""Both engines write the same waiting page for the same ticket, character by character."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from gate.conformance.client import ENGINES, SECRET, GateOnAPort, Reply, gate_running, is_missing
from gate.conformance.test_entry import card_of
from preau.published.files import write_by_rename
from preau.published.shapes import GATE_ORDERS_FILE, NO_ORDERS, GateOrders, Mode, encode
from preau.tokens import admission, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Role
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket

KEYRING = Keyring(SECRET)
LESSON = {"title": "Fractions d’une unité", "subject": "Maths", "minutes": 25, "url": "/colis/editions/x/l1.html"}
ROLES = {"stranger": None, "guardian": Role.GUARDIAN, "class": Role.PUPIL}
PACES = ("/journee/?a=1&b=2", "/attente/?vers=/c/x&pause=1", "/attente/?vers=/x&rythme=300")
FIRST_KEY = int(time.time() - 3600) * 1_000_000
"""Before everybody who waits, so that both engines count nobody before it at any instant."""

CLOCK = re.compile(r'(data-at=")\d+("[^>]*>)[^<]*')


class Both(NamedTuple):
    embedded: GateOnAPort
    haproxy: GateOnAPort

    def pages(self, path: str, role: Role | None, *, method: str = "GET") -> list[Reply]:
        now_s = self.embedded.now_s()
        held = Ticket(lane=3, order_key=FIRST_KEY, tid="samePAGEsam")
        cookies = {"ticket": ticket.mint(KEYRING, held, now_s=now_s)}
        cookies |= {} if role is None else {"carnet": card_of(self.embedded, role)}
        body = b"x" if method == "POST" else None
        return [gate.ask(path, method=method, cookies=cookies, body=body) for gate in self]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    if is_missing("haproxy"):
        pytest.skip("HAPROXY IS NOT INSTALLED (apt-get install haproxy)")
    folders = [tmp_path_factory.mktemp(engine) for engine in ENGINES]
    for folder in folders:
        offer_lessons(folder)
    with (
        gate_running("embedded", folders[0], capacity=0) as one,
        gate_running("haproxy", folders[1], capacity=0) as two,
    ):
        two.until(lambda: "Fractions" in two.ask("/").body)
        yield Both(one, two)


def offer_lessons(folder: Path) -> None:
    sections = {section: {**LESSON, "section": section} for section in ("ecole", "college", "lycee")}
    groups = {"groupGROUPg": {**LESSON, "title": "La séance de ta classe", "section": "college"}}
    text = json.dumps({"v": 1, "date": "2026-11-23", "groups": groups, "sections": sections})
    (folder / "lessons_of_the_day.json").write_text(text)


def as_compared(page: Reply) -> str:
    """Without the clock, which HAProxy leaves to the browser."""
    return CLOCK.sub(r"\1\2", page.body)


@pytest.mark.parametrize("path", PACES)
@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_the_pages_are_the_same(both: Both, path: str, role: Role | None) -> None:
    embedded, haproxy = both.pages(path, role)
    assert as_compared(haproxy) == as_compared(embedded)
    assert haproxy.headers["content-security-policy"] == embedded.headers["content-security-policy"]
    assert haproxy.status == embedded.status == 200
    assert "Fractions" in haproxy.body or "La séance de ta classe" in haproxy.body


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_the_pages_after_a_form_are_the_same(both: Both, role: Role | None) -> None:
    embedded, haproxy = both.pages("/classe/ouvrir/", role, method="POST")
    assert as_compared(haproxy) == as_compared(embedded)
    assert haproxy.status == embedded.status == 503


def test_the_notices_are_the_same(both: Both) -> None:
    for path, method in (("/attente/quitter", "POST"), ("/attente/autre", "GET")):
        embedded, haproxy = both.pages(path, None, method=method)
        assert (haproxy.status, haproxy.body) == (embedded.status, embedded.body)


@contextmanager
def ordered(both: Both, mode: Mode) -> Iterator[None]:
    """Both gates under an order, which is taken back afterwards."""

    def give(orders: GateOrders, *, says: bool) -> None:
        for gate in both:
            write_by_rename(gate.folder / GATE_ORDERS_FILE, encode(orders), durable=False)
        for gate in both:
            gate.until(lambda gate=gate: ("a suspendu les entrées" in gate.ask("/").body) is says)

    give(replace(NO_ORDERS, mode=mode), says=True)
    try:
        yield
    finally:
        give(NO_ORDERS, says=False)


def test_a_gate_that_is_suspended_by_an_order_says_so_in_the_same_words(both: Both) -> None:
    with ordered(both, "drain"):
        for role in ROLES.values():
            for path in PACES:
                embedded, haproxy = both.pages(path, role)
                assert as_compared(haproxy) == as_compared(embedded)
                assert "dès que les entrées reprennent" in haproxy.body
            embedded, haproxy = both.pages("/classe/ouvrir/", role, method="POST")
            assert as_compared(haproxy) == as_compared(embedded)


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
@pytest.mark.parametrize("asked", ["/panne/502", "/panne/502?a=1&b=2", "/panne/502?" + "c" * 300])
def test_the_pages_in_place_of_a_failure_behind_are_the_same(both: Both, asked: str, role: Role | None) -> None:
    now_s = both.embedded.now_s()
    held = Pass(expires_at_s=int(now_s) + 900, lane=1, sid="samePAGEsam")
    cookies = {"passe": admission.mint(KEYRING, held, now_s=now_s)}
    cookies |= {} if role is None else {"carnet": card_of(both.embedded, role)}
    embedded, haproxy = (gate.ask(asked, cookies=cookies) for gate in both)
    assert "app_unavailable" in embedded.body
    assert (haproxy.status, haproxy.body) == (embedded.status, embedded.body)
