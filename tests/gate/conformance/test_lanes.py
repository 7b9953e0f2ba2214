"""The two lanes past the queue: one card, one source and one large or slow body leave the rest to others."""

import http.client
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from gate.conformance.client import JSON, PAGE, GateOnAPort, Reply
from gate.conformance.test_entry import card_of
from preau.tokens.card import Role

WORK_PER_CARD, WORK_AT_ONCE = 16, 4
SIGN_INS_PER_SOURCE, SIGN_INS_AT_ONCE = 10, 2


def alone(gate: GateOnAPort, path: str, source: str, cookies: dict[str, str]) -> Reply:
    """Asks on a connection of its own, so that many are under way at once."""
    asking = GateOnAPort(gate.engine, gate.port, gate.folder, gate.offset_s)
    try:
        return asking.ask(path, method="POST", body=b"x", source=source, accept=JSON, cookies=cookies)
    finally:
        asking.close()


def at_once(gate: GateOnAPort, number: int, path: str, source: str, cookies: dict[str, str]) -> list[Reply]:
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(lambda _: alone(gate, path, source, cookies), range(number)))


def test_one_card_has_half_of_the_write_lane_and_its_part_of_the_line(closed_gate: GateOnAPort) -> None:
    card = {"carnet": card_of(closed_gate, Role.PUPIL, subject="floodsFLOOD")}
    replies = at_once(closed_gate, WORK_PER_CARD + 6, "/travail/lent", "127.0.21.1", card)
    taken = [reply for reply in replies if reply.came_in]
    refused = [reply for reply in replies if not reply.came_in]
    assert len(taken) == WORK_PER_CARD
    assert max(reply.json()["at_once"] for reply in taken) == WORK_AT_ONCE
    assert {(reply.status, reply.json()["error"]["code"]) for reply in refused} == {(503, "write_lane_full")}
    assert alone(closed_gate, "/travail/lent", "127.0.21.1", card).came_in


def test_one_source_has_half_of_the_sign_in_lane(closed_gate: GateOnAPort) -> None:
    replies = at_once(closed_gate, SIGN_INS_PER_SOURCE - 2, "/connexion/lent", "127.0.21.2", {})
    assert all(reply.came_in for reply in replies)
    assert max(reply.json()["at_once"] for reply in replies) == SIGN_INS_AT_ONCE


def test_a_sign_in_that_is_too_large_is_told_so_in_words_or_in_json(closed_gate: GateOnAPort) -> None:
    fits = closed_gate.ask("/connexion/", method="POST", body=b"x" * 8192, accept=JSON)
    assert (fits.came_in, fits.json()["sent"]) == (True, 8192)
    page = closed_gate.ask("/connexion/x?a=1&b=2", method="POST", body=b"x" * 8193, accept=PAGE)
    assert (page.status, "body_too_large" in page.body) == (413, True)
    assert 'href="/connexion/x?a=1&amp;b=2"' in page.body
    script = closed_gate.ask("/connexion/", method="POST", body=b"x" * 8193, accept=JSON)
    assert (script.status, script.json()["error"]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(("kilobytes", "status"), [(3, 200), (17, 413)])
def test_a_sign_in_that_does_not_say_its_length_is_bounded_too(
    closed_gate: GateOnAPort, kilobytes: int, status: int
) -> None:
    head = b"POST /connexion/ HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", closed_gate.port), timeout=10) as line:
        line.sendall(head + pieces * kilobytes + b"0\r\n\r\n")
        reply = http.client.HTTPResponse(line)
        reply.begin()
        told = reply.read().decode()
    assert reply.status == status
    assert (f'"sent": {kilobytes * 1000}' if status == 200 else "body_too_large") in told
