"""Reading requests: tokens, sources, and what kind of answer is wanted."""

import pytest

from preau.gate.visitor import (
    MAX_BACK_CHARS,
    headers_of,
    is_same_origin,
    local_path,
    query_of,
    read_visitor,
    source_of,
    wants_page,
)
from preau.tokens import ticket
from preau.tokens.cookies import MAX_COOKIE_BYTES, cookie_names
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket

NOW_S = 1_795_422_600.0
KEYRING = Keyring(bytes(32))
NAMES = cookie_names(secure=False)


def read(cookie: str) -> tuple[Ticket | None, bool, tuple[Refusal, ...]]:
    visitor = read_visitor({"client": None}, {"cookie": cookie}, keyring=KEYRING, names=NAMES, now_s=NOW_S)
    return visitor.ticket, visitor.bare, visitor.refusals


def test_a_genuine_ticket_among_other_cookies_is_found() -> None:
    held = Ticket(lane=3, order_key=5, tid="t" * 11)
    text = ticket.mint(KEYRING, held, now_s=NOW_S)
    assert read(f"preau_session=x; ticket={text};other=1") == (held, False, ())


def test_a_bad_ticket_is_no_ticket_and_is_counted() -> None:
    assert read("ticket=t1.nonsense") == (None, True, (Refusal.MALFORMED,))
    assert read(f"ticket={'A' * 500}") == (None, True, (Refusal.OVERSIZED,))


def test_an_oversized_cookie_header_is_no_cookie_at_all() -> None:
    assert read("a=" + "b" * 20_000) == (None, True, ())


def test_a_cookie_header_is_read_up_to_its_limit_and_not_a_byte_further() -> None:
    held = Ticket(lane=3, order_key=5, tid="t" * 11)
    pair = f"ticket={ticket.mint(KEYRING, held, now_s=NOW_S)}; a="
    fits = pair + "b" * (MAX_COOKIE_BYTES - len(pair))
    assert read(fits) == (held, False, ())
    assert read(fits + "b") == (None, True, ())


def test_who_brings_none_of_our_cookies_is_bare() -> None:
    assert read("preau_session=x") == (None, True, ())


def test_the_cookie_header_that_http_2_splits_is_joined() -> None:
    scope = {"headers": [(b"Cookie", b"a=1"), (b"cookie", b"b=2"), (b"Accept", b"text/html")]}
    assert headers_of(scope) == {"cookie": "a=1; b=2", "accept": "text/html"}


@pytest.mark.parametrize(
    ("client", "source"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::", 1), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("unix:", 0), "-"),
        (None, "-"),
    ],
)
def test_a_source_is_one_ipv4_address_or_one_ipv6_network(client: tuple[str, int] | None, source: str) -> None:
    assert source_of({"client": client}) == source


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({}, True),
        ({"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, True),
        ({"accept": "application/json"}, False),
        ({"accept": "application/json, text/html"}, False),
        ({"accept": "text/html, application/json"}, True),
        ({"accept": "*/*", "sec-fetch-dest": "empty"}, False),
        ({"accept": "image/avif,*/*", "sec-fetch-dest": "image"}, False),
        ({"accept": "text/html", "sec-fetch-dest": "document"}, True),
    ],
)
def test_a_page_is_for_people_and_json_for_scripts(headers: dict[str, str], page: bool) -> None:  # noqa: FBT001
    assert wants_page(headers) is page


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://preau.test", "host": "preau.test"}, False),
        ({"origin": "https://preau.test", "host": "preau.test"}, True),
        ({"origin": "https://evil.test", "host": "preau.test"}, False),
        ({"host": "preau.test"}, False),
    ],
)
def test_a_form_of_another_site_is_told_apart(headers: dict[str, str], same: bool) -> None:  # noqa: FBT001
    assert is_same_origin(headers) is same


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/journee/?jour=2", "/journee/?jour=2"),
        ("//evil.test/", "/"),
        ("https://evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
        ("/" + "a" * MAX_BACK_CHARS, "/"),
        ("/court/?" + "a" * MAX_BACK_CHARS, "/court/"),
    ],
)
def test_nobody_is_led_elsewhere(text: str, path: str) -> None:
    assert local_path(text) == path


def test_a_malformed_query_is_an_empty_one() -> None:
    assert query_of({"query_string": b"&".join(b"a=1" for _ in range(50))}) == {}
    assert query_of({"query_string": b"vers=%2Fjournee%2F&pause=1"}) == {"vers": "/journee/", "pause": "1"}
