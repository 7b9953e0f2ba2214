"""Bodies of people inside: who sends slowly, or far too much, holds up little but himself."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from gate.conformance.client import JSON, PAGE, GateOnAPort
from gate.conformance.test_entry import card_of
from preau.gate.body import SCHOOL_BODY, UPLOADS_PER_VISITOR
from preau.tokens.card import Role

SLOW = 60
AT_ONCE_S = 2.0
"""What others wait at most beside slow senders, on a busy machine; slow ones would hold a place for minutes."""
HALF_A_MEGABYTE = 500_000
COMES_FIRST = b"x" * 20_000
"""More than an edge waits for before it hands a request on."""


def inside(gate: GateOnAPort, subject: str) -> dict[str, str]:
    """The cookies of a teacher who has come in."""
    card = {"carnet": card_of(gate, Role.TEACHER, subject=subject)}
    reply = gate.ask("/", cookies=card)
    assert reply.came_in
    return {**card, **reply.cookies}


def head_of(path: str, cookies: dict[str, str], *framing: str, method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Accept: {JSON}", *framing]
    lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
    return "\r\n".join((*lines, "", "")).encode()


@contextmanager
def begun(
    gate: GateOnAPort, number: int, head: bytes, first: bytes, source: str = "127.0.31.1"
) -> Iterator[list[socket.socket]]:
    """Requests that have begun and of which nothing more will come."""
    with ExitStack() as stack:
        lines = []
        for _ in range(number):
            line = socket.create_connection(("127.0.0.1", gate.port), timeout=5, source_address=(source, 0))
            lines.append(stack.enter_context(line))
            line.sendall(head + first)
        yield lines


def told(line: socket.socket, within_s: float) -> bytes:
    line.settimeout(within_s)
    try:
        return line.recv(65_536)
    except TimeoutError:
        return b""


def declared(body_bytes: int) -> str:
    return f"Content-Length: {body_bytes}"


@pytest.mark.parametrize(
    ("method", "framing", "first"),
    [
        ("POST", declared(HALF_A_MEGABYTE), COMES_FIRST),
        ("GET", declared(HALF_A_MEGABYTE), COMES_FIRST),
        ("POST", "Transfer-Encoding: chunked", b"4e20\r\n" + COMES_FIRST),
    ],
)
def test_slow_uploads_of_one_visitor_hold_two_places_and_nobody_else(
    closed_gate: GateOnAPort, method: str, framing: str, first: bytes
) -> None:
    slow, other = inside(closed_gate, "slowSLOWslo"), inside(closed_gate, "otherOTHERo")
    head = head_of("/carnet/", slow, framing, method=method)
    with begun(closed_gate, SLOW, head, first) as lines:
        began = time.monotonic()
        for cookies in (other, slow):
            assert closed_gate.ask("/", cookies=cookies, source="127.0.31.2").came_in
        largest = b"x" * SCHOOL_BODY.most_bytes
        sent = closed_gate.ask("/carnet/", method="POST", body=largest, cookies=other, source="127.0.31.3")
        assert (sent.came_in, sent.json()["sent"]) == (True, SCHOOL_BODY.most_bytes)
        assert time.monotonic() - began < AT_ONCE_S
        answers = [told(line, 0.5) for line in lines]
        silent = [answer for answer in answers if not answer]
        assert len(silent) == UPLOADS_PER_VISITOR
        assert all(b" 429 " in answer and b'"uploads_full"' in answer for answer in answers if answer)
    closed_gate.until(lambda: closed_gate.ask("/carnet/", method="POST", body=COMES_FIRST, cookies=slow).came_in)


@pytest.mark.parametrize("first", [b"", b"x" * 100])
def test_small_bodies_that_come_slowly_hold_nothing(closed_gate: GateOnAPort, first: bytes) -> None:
    slow = inside(closed_gate, "smallSMALLs")
    with begun(closed_gate, SLOW, head_of("/carnet/", slow, declared(4000)), first):
        began = time.monotonic()
        sent = closed_gate.ask("/carnet/", method="POST", body=b"x" * 4000, cookies=slow, source="127.0.31.2")
        assert sent.came_in
        assert time.monotonic() - began < AT_ONCE_S


def test_a_third_upload_is_told_so_in_words(closed_gate: GateOnAPort) -> None:
    slow = inside(closed_gate, "wordsWORDSw")
    head = head_of("/carnet/", slow, declared(HALF_A_MEGABYTE))
    with begun(closed_gate, UPLOADS_PER_VISITOR + 1, head, COMES_FIRST) as lines:
        assert select.select(lines, [], [], 5)[0], "one of them is refused, so the others have their places"
        page = closed_gate.ask("/carnet/?a=1&b=2", method="POST", body=COMES_FIRST, cookies=slow)
    assert page.status == 429
    assert page.headers["content-type"].startswith(PAGE)
    assert "D’autres envois sont encore en cours" in page.body
    assert "uploads_full" in page.body
    assert 'href="/carnet/?a=1&amp;b=2"' in page.body


def test_what_is_larger_than_anything_taken_is_refused_before_it_has_come(closed_gate: GateOnAPort) -> None:
    holder = inside(closed_gate, "largeLARGEl")
    pupil = {"carnet": card_of(closed_gate, Role.PUPIL, subject="largePUPILl")}
    for path, cookies in (("/carnet/", holder), ("/travail/x", holder), ("/travail/x", pupil)):
        head = head_of(path, cookies, declared(2 * SCHOOL_BODY.most_bytes))
        with begun(closed_gate, 1, head, COMES_FIRST) as (line,):
            answer = told(line, AT_ONCE_S)
        assert answer.startswith(b"HTTP/1.1 413 "), (path, answer)
        assert b'"body_too_large"' in answer


def test_slow_work_of_one_card_leaves_room_to_every_other_card(closed_gate: GateOnAPort) -> None:
    slow = {"carnet": card_of(closed_gate, Role.PUPIL, subject="slowWORKslo")}
    with begun(closed_gate, 20, head_of("/travail/journal", slow, declared(HALF_A_MEGABYTE)), COMES_FIRST):
        began = time.monotonic()
        for number in range(8):  # of both halves
            card = {"carnet": card_of(closed_gate, Role.PUPIL, subject=f"otherWORK{number:02}")}
            for body in (b"x", COMES_FIRST):
                sent = closed_gate.ask("/travail/journal", method="POST", body=body, cookies=card, accept=JSON)
                assert (sent.came_in, sent.json().get("sent")) == (True, len(body))
        assert time.monotonic() - began < AT_ONCE_S
