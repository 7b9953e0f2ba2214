"""A better place without being known, by the link of a class or by a solved challenge; and the public draw."""

import json
from collections.abc import Iterator

import pytest

from gate.conformance.client import JSON, SECRET, GateOnAPort, Reply, gate_running
from gate.conformance.conftest import MakeGate
from gate.conformance.test_entry import card_of, comes_in
from preau.gate.public_draw import draw_json
from preau.gate.rules.lottery import rank_keys
from preau.gate.rules.places import LESSON_PLACE_S, Place, lesson_key, link_place
from preau.tokens import challenge, class_link, ticket
from preau.tokens.card import Role
from preau.tokens.challenge import Puzzle
from preau.tokens.class_link import ClassLink
from preau.tokens.keyring import DAY_S, Keyring
from preau.tokens.ticket import Ticket

KEYRING = Keyring(SECRET)
RANK_KEYS = rank_keys(KEYRING)
Cookies = dict[str, str]


@pytest.fixture(scope="module")
def level_two(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnAPort]:
    """Without a single place, and on the level of the ladder from which challenges are on offer."""
    with gate_running(engine, tmp_path_factory.mktemp(f"level-{engine}"), capacity=0, level=2) as gate:
        gate.until(lambda: puzzle_in(gate.ask("/", source="127.0.18.9")) is not None)  # the porter has looked once
        yield gate


def link_of(gate: GateOnAPort, room: str, *, cap: int = 2, ends_in_s: int = 1800) -> ClassLink:
    now_s = gate.now_s()
    return ClassLink(expires_at_s=int(now_s) + ends_in_s, room=room, starts_at_s=int(now_s) // 3600 * 3600, cap=cap)


def address_of(gate: GateOnAPort, link: ClassLink, *, signed_s: float | None = None) -> str:
    return f"/l/{class_link.mint(KEYRING, link, now_s=signed_s or gate.now_s())}"


def follows(gate: GateOnAPort, address: str, cookies: Cookies, *, source: str = "127.0.0.1") -> Reply:
    """As a browser: on to where each answer leads, while that is the link again."""
    reply = gate.ask(address, cookies=cookies, source=source)
    cookies.update(reply.cookies)
    while reply.status == 303 and reply.headers["location"].startswith("/l/"):
        reply = gate.ask(reply.headers["location"], cookies=cookies, source=source)
        cookies.update(reply.cookies)
    return reply


def place_in(cookies: Cookies) -> Place:
    held = ticket.verify(KEYRING, cookies["ticket"], now_s=_day_of(cookies["ticket"]) * DAY_S)
    assert isinstance(held, Ticket)
    return Place(held.lane, held.order_key)


def _day_of(text: str) -> int:
    return int(text.split(".")[1].partition("-")[0])


def test_a_link_gives_the_very_place_that_a_card_of_the_class_gives(closed_gate: GateOnAPort) -> None:
    link = link_of(closed_gate, "groupGROUPg")
    unknown: Cookies = {}
    reply = follows(closed_gate, address_of(closed_gate, link), unknown)
    assert (reply.status, reply.headers["location"]) == (303, "/connexion/")
    assert set(unknown) == {"ticket"}
    assert place_in(unknown) == link_place(link, RANK_KEYS)
    page = closed_gate.ask("/journee/", cookies=unknown)
    assert (page.waits, page.datum("lane")) == (True, "1")
    known = closed_gate.ask("/", cookies={"carnet": card_of(closed_gate, Role.PUPIL)})
    assert place_in(dict(known.cookies)).lane == 1
    day = link.starts_at_s // DAY_S
    assert place_in(unknown).order_key == lesson_key(RANK_KEYS(day), "groupGROUPg", starts_at_s=link.starts_at_s)


def test_a_link_is_followed_by_a_fifth_more_devices_than_the_class_has_people(closed_gate: GateOnAPort) -> None:
    address = address_of(closed_gate, link_of(closed_gate, "roomROOMr01", cap=5))
    people: list[Cookies] = [{} for _ in range(8)]
    replies = [follows(closed_gate, address, person) for person in people]
    assert [reply.status for reply in replies] == [303] * 6 + [200] * 2
    assert "link_used_up" in replies[-1].body
    assert "5 personnes" in replies[-1].body
    assert replies[-1].headers["cache-control"] == "no-store"
    assert [place_in(person).lane for person in people] == [1] * 6 + [3] * 2
    other = address_of(closed_gate, link_of(closed_gate, "roomROOMr02", cap=5))
    assert follows(closed_gate, other, people[-1]).status == 303
    assert place_in(people[-1]).lane == 1
    longer = address_of(closed_gate, link_of(closed_gate, "roomROOMr01", cap=6))
    assert follows(closed_gate, longer, {}).status == 303


def test_the_same_device_is_counted_once_and_who_goes_first_anyway_never(closed_gate: GateOnAPort) -> None:
    address = address_of(closed_gate, link_of(closed_gate, "roomROOMr03", cap=1))
    first: Cookies = {}
    for _ in range(3):
        assert follows(closed_gate, address, first).status == 303
    for role in (Role.PUPIL, Role.TEACHER):
        reply = follows(closed_gate, address, {"carnet": card_of(closed_gate, role)})
        assert (reply.status, reply.headers["location"]) == (303, "/journee/")
    assert place_in(dict(reply.cookies)).lane == 0
    assert follows(closed_gate, address, {}).status == 200


def test_a_place_by_link_that_is_over_is_taken_again_and_counted(closed_gate: GateOnAPort) -> None:
    now_s = int(closed_gate.now_s())
    for age_s, status in ((LESSON_PLACE_S - 30, 303), (LESSON_PLACE_S, 200)):
        link = ClassLink(expires_at_s=now_s + 900, room=f"roomROOM{age_s:0>5}"[:11], starts_at_s=now_s - age_s, cap=1)
        address = address_of(closed_gate, link)
        first: Cookies = {}
        assert follows(closed_gate, address, first).status == 303
        assert follows(closed_gate, address, first).status == status


def test_who_is_inside_is_led_on_and_takes_nothing(make_gate: MakeGate) -> None:
    gate = make_gate(1)
    inside = comes_in(gate)
    address = address_of(gate, link_of(gate, "roomROOMr04", cap=1))
    reply = gate.ask(address, cookies=inside)
    assert (reply.status, reply.headers["location"]) == (303, "/connexion/")
    assert "ticket" not in reply.cookies
    assert follows(gate, address, {}, source="127.0.0.2").status == 303


def test_a_link_preview_takes_no_place_from_the_class(closed_gate: GateOnAPort) -> None:
    address = address_of(closed_gate, link_of(closed_gate, "roomROOMr05", cap=1))
    for number in range(5):
        first = closed_gate.ask(address, source=f"127.0.17.{number}")
        assert (first.status, first.headers["location"]) == (303, f"{address}?encore=1")
        second = closed_gate.ask(f"{address}?encore=1", source=f"127.0.17.{number}")
        assert (second.status, second.headers["location"], second.cookies) == (303, "/connexion/", {})
    pupil: Cookies = {}
    follows(closed_gate, address, pupil)
    assert place_in(pupil).lane == 1


def test_a_guardian_takes_the_place_of_the_class_and_keeps_the_ticket(closed_gate: GateOnAPort) -> None:
    carnet = card_of(closed_gate, Role.GUARDIAN, subject="guardianGUA")
    held: Cookies = {"carnet": carnet, **closed_gate.ask("/", cookies={"carnet": carnet}).cookies}
    tid = held["ticket"].split(".")[4]
    reply = follows(closed_gate, address_of(closed_gate, link_of(closed_gate, "roomROOMr06")), held)
    assert (reply.status, reply.headers["location"]) == (303, "/journee/")
    assert (place_in(held).lane, held["ticket"].split(".")[4]) == (1, tid)


def test_a_link_that_is_over_or_was_touched_says_so_and_gives_nothing(closed_gate: GateOnAPort) -> None:
    good = address_of(closed_gate, link_of(closed_gate, "roomROOMr07"))
    day = good.split(".")[1].partition("-")[0]
    held = dict(closed_gate.ask("/").cookies)
    old_s = closed_gate.now_s() - 3 * DAY_S
    unknown = [good[:-1], f"{good}x", "/l/", "/l/x", good.replace("/l/l1", "/l/t1"), f"{good}%0A",
               good.replace("/l/", "/l/%20")]  # fmt: skip
    over = [
        address_of(closed_gate, link_of(closed_gate, "roomROOMr07", ends_in_s=-1)),
        address_of(closed_gate, link_of(closed_gate, "roomROOMr07"), signed_s=old_s),
        good.replace(day, "1", 1),
        good.replace(day, f"0{day}", 1),
    ]
    for addresses, status, code in ((unknown, 404, "link_unknown"), (over, 410, "link_expired")):
        for address in addresses:
            reply = closed_gate.ask(address, cookies=held)
            assert (reply.status, code in reply.body, reply.cookies) == (status, True, {}), address
    posted = closed_gate.ask(good, method="POST", body=b"x", cookies=held)
    assert (posted.status, "gate_not_found" in posted.body) == (404, True)


def puzzle_in(page: Reply) -> Puzzle | None:
    if "data-puzzle" not in page.body:
        return None
    return Puzzle(*page.datum("puzzle").replace("&amp;", "&").split("."))


def solves(gate: GateOnAPort, text: str, cookies: Cookies, **headers: str) -> Reply:
    headers = headers or {"Sec_Fetch_Site": "same-origin"}
    return gate.ask(
        "/attente/defi", method="POST", body=b"", accept=JSON, cookies=cookies, Preau_Challenge=text, **headers
    )


def solved(puzzle: Puzzle | None) -> str:
    assert puzzle is not None
    number = challenge.solve(puzzle)
    assert number is not None
    return challenge.solution(puzzle, number)


def drawn_after(gate: GateOnAPort, earlier: int, source: str, path: str = "/") -> Reply:
    """The page of who draws a place after ``earlier`` others of the same address."""
    for _ in range(earlier):
        gate.ask("/", source=source, accept=JSON)
    return gate.ask(path, source=source)


def test_a_challenge_is_on_offer_from_level_two_and_only_to_who_was_set_back(
    level_two: GateOnAPort, closed_gate: GateOnAPort
) -> None:
    assert puzzle_in(drawn_after(level_two, 0, "127.0.18.1")) is None
    page = drawn_after(level_two, 0, "127.0.18.1", "/journee/?a=1&b=2")
    assert puzzle_in(page) is not None
    assert '<script async src="/attente/defi.js"></script>' in page.body
    assert "script-src 'self' 'sha256-" in page.headers["content-security-policy"]
    assert page.datum("back") == "/journee/?a=1&amp;b=2"
    assert len(page.body.encode()) + sum(len(name) + len(text) + 4 for name, text in page.headers.items()) <= 14_000
    assert puzzle_in(level_two.ask("/", cookies=dict(page.cookies))) is None
    for path in ("/attente/?vers=/x&pause=1", "/attente/?vers=/x&rythme=300"):
        assert puzzle_in(drawn_after(level_two, 0, "127.0.18.1", path)) is not None
    sent = level_two.ask("/x", method="POST", body=b"x", source="127.0.18.1")
    assert (sent.status, puzzle_in(sent) is not None) == (503, True)
    lower = drawn_after(closed_gate, 2, "127.0.18.1")
    assert puzzle_in(lower) is None
    assert "script-src 'sha256-" in lower.headers["content-security-policy"]


def test_a_solved_challenge_divides_the_setback_by_ten_once(level_two: GateOnAPort) -> None:
    page = drawn_after(level_two, 10, "127.0.18.2")
    held, text = dict(page.cookies), solved(puzzle_in(page))
    before = place_in(held)
    reply = solves(level_two, text, held)
    assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")
    moved = place_in(dict(reply.cookies))
    assert (moved.lane, before.order_key - moved.order_key) == (3, 10 * 45 * 1000)
    assert reply.json() == {"lane": 3, "order_key": moved.order_key}
    assert reply.cookies["ticket"].split(".")[4] == held["ticket"].split(".")[4]
    for cookies in (held, dict(reply.cookies)):
        again = solves(level_two, text, cookies)
        assert (again.status, again.json()["error"]["code"]) == (403, "challenge_refused")
        assert not again.cookies
    assert place_in(dict(level_two.ask("/", cookies=dict(reply.cookies)).cookies)) == moved


def test_a_challenge_needs_its_ticket_our_page_and_a_number_that_fits(level_two: GateOnAPort) -> None:
    page = drawn_after(level_two, 2, "127.0.18.3")
    held, text = dict(page.cookies), solved(puzzle_in(page))
    salt, number, signature = text.split(".")
    other = dict(level_two.ask("/", source="127.0.18.4").cookies)
    signed_in = {**held, "carnet": card_of(level_two, Role.GUARDIAN)}
    texts = (f"{salt}.{int(number) ^ 1}.{signature}", "", text[:-1], f"{salt}.0{number}.{signature}", f"{text}0")
    refused = [solves(level_two, broken, held) for broken in texts]
    refused += [solves(level_two, text, shown) for shown in (other, {}, signed_in)]
    refused += [solves(level_two, text, held, Sec_Fetch_Site="cross-site"), solves(level_two, text, held, X_None="1")]
    refused += [solves(level_two, text, held, Origin="https://ailleurs.example")]
    assert [reply.status for reply in refused] == [403] * len(refused)
    assert all(reply.json()["error"]["code"] == "challenge_refused" for reply in refused)
    assert solves(level_two, text, held, Origin=f"http://127.0.0.1:{level_two.port}").status == 200


def test_a_challenge_is_good_for_five_minutes(level_two: GateOnAPort) -> None:
    held = dict(level_two.ask("/", source="127.0.18.5").cookies)
    tid, now_s = held["ticket"].split(".")[4], level_two.now_s()
    for expires_at_s, status in ((int(now_s) - 1, 403), (int(now_s) + 300, 200)):
        about = challenge.Challenge(expires_at_s=expires_at_s, nonce=f"nonceNON{status}", tid=tid, order_key=17)
        text = challenge.solution(challenge.issue(KEYRING, about, number=50_000, now_s=now_s), 50_000)
        assert solves(level_two, text, held).status == status
    moved = solves(level_two, text, {"ticket": held["ticket"]})
    assert moved.status == 403


def test_the_solver_is_served_by_the_gate(closed_gate: GateOnAPort) -> None:
    script = closed_gate.ask("/attente/defi.js")
    assert (script.status, script.headers["cache-control"]) == (200, "public, max-age=3600")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "subtle" in script.body
    for path, method in (("/attente/defi", "GET"), ("/attente/defi.js", "POST"), ("/attente/tirage.json", "POST")):
        assert closed_gate.ask(path, method=method).status == 404


def test_the_draw_is_public(closed_gate: GateOnAPort) -> None:
    draw = closed_gate.ask("/attente/tirage.json", accept=JSON)
    assert (draw.status, draw.headers["content-type"]) == (200, JSON)
    assert draw.headers["cache-control"] == "public, max-age=3600"
    assert draw.json() == json.loads(draw_json(KEYRING, now_s=closed_gate.now_s()))
    assert not draw.cookies
