"""Reading requests: tokens, sources, and what kind of answer is wanted."""

import pytest

from preau.gate.visitor import (
    MAX_BACK_CHARS,
    SHOWN_MAX_BYTES,
    Visitor,
    VisitorReader,
    headers_of,
    is_same_origin,
    local_path,
    query_of,
    source_of,
    wants_page,
)
from preau.tokens import admission, card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card, Role
from preau.tokens.cookies import MAX_COOKIE_BYTES, cookie_names
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import DAY_S, Keyring
from preau.tokens.ticket import Ticket

NOW_S = 1_795_422_600.0
KEYRING = Keyring(bytes(32))
NAMES = cookie_names(secure=False)
TID = "t" * 11


def read_by(reader: VisitorReader, cookie: str, *, now_s: float = NOW_S) -> Visitor:
    return reader.read({"client": None}, {b"cookie": cookie.encode()}, now_s=now_s)


def read(cookie: str) -> tuple[Ticket | None, bool, tuple[Refusal, ...]]:
    visitor = read_by(VisitorReader(keyring=KEYRING, names=NAMES), cookie)
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


class TestWhatIsRememberedOfACookieHeader:
    """A header verified once is not verified again that day; what time and keys change, changes all the same."""

    def test_a_pass_expires_and_is_still_known_as_the_one_that_lapsed(self) -> None:
        reader, held = VisitorReader(keyring=KEYRING, names=NAMES), Pass(expires_at_s=int(NOW_S) + 60, lane=3, sid=TID)
        cookie = f"passe={admission.mint(KEYRING, held, now_s=NOW_S)}"
        seen = [read_by(reader, cookie, now_s=NOW_S + after_s) for after_s in (0, 59.9, 60, 0)]
        assert [(one.admission, one.lapsed) for one in seen] == [(held, None), (held, None), (None, held), (held, None)]
        assert [one.refusals for one in seen] == [(), (), (Refusal.EXPIRED,), ()]

    def test_a_card_expires(self) -> None:
        reader = VisitorReader(keyring=KEYRING, names=NAMES)
        held = Card(expires_at_s=int(NOW_S) + 60, role=Role.PUPIL, subject=TID, group="-", hours=card.NO_HOURS)
        cookie = f"carnet={card.mint(KEYRING, held, now_s=NOW_S)}"
        seen = [read_by(reader, cookie, now_s=NOW_S + after_s) for after_s in (0, 60)]
        assert [(one.card, one.refusals) for one in seen] == [(held, ()), (None, (Refusal.EXPIRED,))]

    def test_a_ticket_is_good_today_and_tomorrow_and_then_its_key_is_not_known_any_more(self) -> None:
        reader, cookie = VisitorReader(keyring=KEYRING, names=NAMES), a_ticket_cookie(KEYRING)
        seen = [read_by(reader, cookie, now_s=NOW_S + days * DAY_S) for days in (0, 1, 2, 0)]
        assert [one.ticket is not None for one in seen] == [True, True, False, True]
        assert seen[2].refusals == (Refusal.UNKNOWN_KEY,)

    def test_a_ticket_of_todays_key_would_be_minted_with_the_same_letters(self) -> None:
        reader, cookie = VisitorReader(keyring=KEYRING, names=NAMES), a_ticket_cookie(KEYRING)
        today, tomorrow = read_by(reader, cookie), read_by(reader, cookie, now_s=NOW_S + DAY_S)
        assert today.ticket is not None
        assert today.ticket_text == ticket.mint(KEYRING, today.ticket, now_s=NOW_S)
        assert tomorrow.ticket_text is None

    def test_a_ticket_of_the_former_secret_is_good_and_minted_anew(self) -> None:
        rotated = Keyring(b"n" * 32, bytes(32))
        visitor = read_by(VisitorReader(keyring=rotated, names=NAMES), a_ticket_cookie(KEYRING))
        assert (visitor.ticket is not None, visitor.ticket_text) == (True, None)

    def test_a_reader_without_the_secret_takes_nothing(self) -> None:
        cookie = a_ticket_cookie(KEYRING)
        assert read(cookie)[0] is not None
        visitor = read_by(VisitorReader(keyring=Keyring(b"n" * 32), names=NAMES), cookie)
        assert (visitor.ticket, visitor.refusals) == (None, (Refusal.UNKNOWN_KEY,))

    def test_a_header_too_long_to_be_remembered_is_verified_all_the_same(self) -> None:
        reader = VisitorReader(keyring=KEYRING, names=NAMES)
        cookie = f"{a_ticket_cookie(KEYRING)}; a={'b' * SHOWN_MAX_BYTES}"
        assert [read_by(reader, cookie).sid for _ in range(2)] == [TID, TID]


def a_ticket_cookie(keyring: Keyring) -> str:
    return f"ticket={ticket.mint(keyring, Ticket(lane=3, order_key=5, tid=TID), now_s=NOW_S)}"


def test_who_brings_none_of_our_cookies_is_bare() -> None:
    assert read("preau_session=x") == (None, True, ())


def test_the_cookie_header_that_http_2_splits_is_joined() -> None:
    scope = {"headers": [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"accept", b"text/html")]}
    assert headers_of(scope) == {b"cookie": b"a=1; b=2", b"accept": b"text/html"}


def test_of_another_header_that_comes_twice_the_last_counts() -> None:
    scope = {"headers": [(b"accept", b"image/avif"), (b"accept", b"text/html")]}
    assert headers_of(scope) == {b"accept": b"text/html"}


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
    assert wants_page(raw(headers)) is page


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
    assert is_same_origin(raw(headers)) is same


def raw(headers: dict[str, str]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in headers.items()}


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
