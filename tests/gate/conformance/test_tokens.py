"""Which tokens an engine takes: the published vectors, and thousands of broken ones. Both engines say the same."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gate.conformance.client import JSON, SECRET, GateOnAPort, gate_running
from gate.conformance.conftest import MONDAY_0830_S, MakeGate, offset_to
from preau.tokens import admission, card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card, Role
from preau.tokens.envelope import Refusal, seal
from preau.tokens.keyring import DAY_S, Keyring
from preau.tokens.ticket import Ticket

VECTORS = json.loads((Path(__file__).parents[3] / "docs/protocol/vectors/tokens.json").read_text("utf-8"))
KINDS = ("c1", "t1", "p1")
VECTOR_KINDS = (*KINDS, "l1", "d1")
VECTOR_KEYRING = Keyring(*(bytes.fromhex(secret) for secret in VECTORS["secrets"]))
A_CLASS = "a class of 26 until the end of its lesson"
MUTATIONS = 3000
REFUSALS = 1200
COOKIES = {"c1": "carnet", "t1": "ticket", "p1": "passe"}
SEED = 20261123
VERIFY: dict[str, Callable[..., Any]] = {"c1": card.verify, "t1": ticket.verify, "p1": admission.verify}
CARRIED_BY_A_COOKIE = re.compile(r"[!-+\--:<-\[\]-~]+")
"""RFC 6265, cookie-octet: what else is sent does not arrive as it was, in neither engine."""


def takes(gate: GateOnAPort, kind: str, text: str) -> bool:
    """Whether the gate, which has no place free, took the token: by what it lets its bearer do."""
    if kind == "c1":  # who has a card hands in work without a place
        return gate.ask("/travail/reponse", method="POST", body=b"x", accept=JSON, cookies={"carnet": text}).came_in
    if kind == "p1":
        return gate.ask("/", accept=JSON, cookies={"passe": text}).came_in
    if kind == "l1":
        return gate.ask(f"/l/{quote(text, safe='')}").status == 303
    if kind == "d1":
        return solves(gate, text)
    reply = gate.ask("/", accept=JSON, cookies={"ticket": text})
    if reply.came_in:  # its holder is counted inside by a pass of the same id
        return True
    return reply.cookies["ticket"].split(".")[4:5] == text.split(".")[4:5]


def solves(gate: GateOnAPort, text: str) -> bool:
    """Whether a solution moves the ticket that it names."""
    found = re.search(r"&tid=([0-9A-Za-z_-]{11})&", text)
    held = Ticket(lane=3, order_key=int(gate.now_s() * 1_000_000), tid=found[1] if found else "someTICKETt")
    cookies = {"ticket": ticket.mint(VECTOR_KEYRING, held, now_s=gate.now_s())}
    headers = {"Preau_Challenge": text, "Sec_Fetch_Site": "same-origin"}
    return gate.ask("/attente/defi", method="POST", body=b"", accept=JSON, cookies=cookies, **headers).status == 200


@pytest.fixture(scope="module")
def vector_gate(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnAPort]:
    secrets = tuple(bytes.fromhex(text) for text in VECTORS["secrets"])
    folder, offset_s = tmp_path_factory.mktemp(f"vectors-{engine}"), offset_to(MONDAY_0830_S)
    with gate_running(engine, folder, capacity=0, offset_s=offset_s, secrets=secrets) as gate:
        yield gate


def vectors(verdict: str) -> list[Any]:
    told = [vector for kind in VECTOR_KINDS for vector in VECTORS[verdict] if vector["kind"] == kind]
    told = [vector for vector in told if vector["now_s"] == MONDAY_0830_S]
    if verdict == "accepted":  # a nonce is good once on a gate, and one of the links lives for a second
        told = [vector for vector in told if vector["kind"] in KINDS or vector["note"] in {"solved", A_CLASS}]
    carried = [vector for vector in told if CARRIED_BY_A_COOKIE.fullmatch(vector["token"])]
    assert len(carried) > len(told) // 2
    return [pytest.param(vector, id=f"{vector['kind']} {vector['note']}") for vector in carried]


@pytest.mark.parametrize("vector", vectors("refused"))
def test_a_refused_vector_is_no_token(vector_gate: GateOnAPort, vector: Any) -> None:
    assert vector["now_s"] == MONDAY_0830_S
    assert not takes(vector_gate, vector["kind"], vector["token"])


@pytest.mark.parametrize("vector", vectors("accepted"))
def test_an_accepted_vector_is_taken(vector_gate: GateOnAPort, vector: Any) -> None:
    assert vector["now_s"] == MONDAY_0830_S
    assert takes(vector_gate, vector["kind"], vector["token"])


class Forger:
    """Makes genuine tokens, and breaks them in every way that was thought of."""

    def __init__(self, now_s: float) -> None:
        self._random = random.Random(SEED)  # noqa: S311  a test that can be run again
        self._now_s = now_s
        self._keyring = Keyring(SECRET)
        self._stranger = Keyring(b"the secret of somebody else, 32.")

    def genuine(self, kind: str, *, keyring: Keyring | None = None, signed_s: float | None = None) -> str:
        ring, now_s = keyring or self._keyring, self._now_s if signed_s is None else signed_s
        later_s = int(self._now_s) + self._random.choice((600, 5000, 10_000_000))
        if kind == "c1":
            hours = "".join(self._random.choices("0123456789abcdef", k=42))
            group = self._random.choice(("-", self._id()))
            role = self._random.choice(tuple(Role))
            return card.mint(
                ring, Card(expires_at_s=later_s, role=role, subject=self._id(), group=group, hours=hours), now_s=now_s
            )
        if kind == "t1":
            order = int(self._now_s * 1_000_000) - self._random.randrange(10**9)
            return ticket.mint(
                ring, Ticket(lane=self._random.choice((1, 3)), order_key=order, tid=self._id()), now_s=now_s
            )
        return admission.mint(
            ring, Pass(expires_at_s=later_s, lane=self._random.choice((1, 3)), sid=self._id()), now_s=now_s
        )

    def broken(self, kind: str) -> str:
        ways: tuple[Callable[[str, str], str], ...] = (
            self._changed, self._cut, self._grown, self._spliced, self._swapped, self._of_a_stranger, self._old,
            self._out_of_meaning, self._expired, self._other_day, self._recased,
        )  # fmt: skip
        return self._random.choice(ways)(kind, self.genuine(kind))

    def _id(self) -> str:
        return "".join(self._random.choices("0123456789ABCDEFabcdefxyzXYZ_-", k=11))

    def _changed(self, _kind: str, text: str) -> str:
        letters = "0123456789abcdefghijklmnopqrstuvwxyzABCXYZ_-.%=~"
        for _ in range(self._random.choice((1, 1, 1, 2, 5))):
            at = self._random.randrange(len(text))
            text = text[:at] + self._random.choice(letters) + text[at + 1 :]
        return text

    def _cut(self, _kind: str, text: str) -> str:
        first = self._random.randrange(len(text))
        return text[:first] + text[first + self._random.choice((1, 1, 2, 10, 200)) :] or "x"

    def _grown(self, _kind: str, text: str) -> str:
        at = self._random.randrange(len(text) + 1)
        return text[:at] + self._random.choice((".", "0", "-", "A", ".A", "=", text, "0" * 400)) + text[at:]

    def _spliced(self, _kind: str, text: str) -> str:
        other = self.genuine(self._random.choice(KINDS))
        mine, theirs = text.split("."), other.split(".")
        at = self._random.randrange(1, len(mine))
        return ".".join(mine[:at] + theirs[at:])

    def _swapped(self, _kind: str, text: str) -> str:
        fields = text.split(".")
        one, two = self._random.sample(range(len(fields)), 2)
        fields[one], fields[two] = fields[two], fields[one]
        return ".".join(fields)

    def _of_a_stranger(self, kind: str, _text: str) -> str:
        return self.genuine(kind, keyring=self._stranger)

    def _old(self, kind: str, _text: str) -> str:
        return self.genuine(kind, signed_s=self._now_s + DAY_S * self._random.choice((-182, -181, -180, -2, -1, 1, 2)))

    def _expired(self, kind: str, text: str) -> str:
        fields = tuple(text.split(".")[2:-1])
        past_s = int(self._now_s) - self._random.choice((1, 60, 10_000_000))
        return seal(self._keyring, kind, (str(past_s), *fields[1:]), now_s=self._now_s)

    def _out_of_meaning(self, kind: str, text: str) -> str:
        fields = text.split(".")[2:-1]
        worse = ("0", "00", "4", "-", "-1", "9223372036854775807", "9223372036854775808", "99999999999999999999",
                 "18446744073709551617", "01", "1e3", "x", "p", "A" * 42, "a" * 41, "0123456789_",
                 "0123456789_1")  # fmt: skip
        fields[self._random.randrange(len(fields))] = self._random.choice(worse)
        return seal(self._keyring, kind, tuple(fields), now_s=self._now_s)

    def _other_day(self, _kind: str, text: str) -> str:
        fields = text.split(".")
        day, _, generation = fields[1].partition("-")
        fields[1] = self._random.choice((f"{int(day) - 1}-{generation}", f"0{day}-{generation}", f"{day}-0000", day))
        return ".".join(fields)

    def _recased(self, _kind: str, text: str) -> str:
        return text.swapcase()


def is_accepted(kind: str, text: str, now_s: float) -> bool:
    """The verdict of the library, which the vectors pin."""
    return not isinstance(VERIFY[kind](Keyring(SECRET), text, now_s=now_s), Refusal)


@contextmanager
def counted(least: int, most: int) -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert least <= len(found) <= most, len(found)


def test_three_thousand_broken_tokens_have_the_verdict_of_the_library(closed_gate: GateOnAPort) -> None:
    now_s = closed_gate.now_s()
    forger, wrong = Forger(now_s), []
    with counted(20, MUTATIONS // 5) as good:  # a token of yesterday or of tomorrow is one, and keeps the test honest
        for number in range(MUTATIONS):
            kind = KINDS[number % 3]
            text = forger.broken(kind)
            assert CARRIED_BY_A_COOKIE.fullmatch(text)
            expected = is_accepted(kind, text, now_s)
            if expected:
                good.append(text)
            if takes(closed_gate, kind, text) is not expected:
                wrong.append((kind, expected, text))
    assert not wrong


def test_genuine_tokens_are_taken(closed_gate: GateOnAPort) -> None:
    forger = Forger(closed_gate.now_s())
    for number in range(150):
        kind = KINDS[number % 3]
        assert takes(closed_gate, kind, text := forger.genuine(kind)), text


def test_refused_tokens_are_counted_by_their_reason_and_answers_and_places_too(make_gate: MakeGate) -> None:
    gate = make_gate(0)
    now_s = gate.now_s()
    forger, expected, told, drawn = Forger(now_s), Counter[str](), 0, 0
    for number in range(REFUSALS):
        kind, text = KINDS[number % 3], forger.broken(KINDS[number % 3])
        verdict = VERIFY[kind](Keyring(SECRET), text, now_s=now_s)
        expected[verdict if isinstance(verdict, Refusal) else "taken"] += 1
        reply = gate.ask("/", accept=JSON, cookies={COOKIES[kind]: text})
        told += reply.waits
        drawn += "ticket" in reply.cookies and reply.cookies["ticket"].split(".")[4] not in text
    assert expected.keys() == {"taken", *Refusal}
    del expected["taken"]

    def counted_so_far() -> tuple[Counter[str], int, int]:
        figures = gate.ask("/__figures", accept=JSON).json()
        return Counter(figures["tokens_refused"]), figures["refused_total"], figures["arrivals_total"]

    gate.until(lambda: counted_so_far() == (expected, told, drawn))
