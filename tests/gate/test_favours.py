"""A better place without being known: by the link of a class, or by a solved challenge."""

import json

from msgspec.structs import replace

from gate.harness import MONDAY_0830_S, Answer, Gate, MakeGate, Person, fill, leave
from preau.gate.ledger.interface import LedgerUnavailable
from preau.tokens import challenge, class_link, ticket
from preau.tokens.card import Role
from preau.tokens.class_link import ClassLink
from preau.tokens.ticket import Ticket

LESSON_S = int(MONDAY_0830_S) // 3600 * 3600


def link_of(gate: Gate, group: str = "CM2 B", *, cap: int = 2, ends_in_s: int = 1800) -> str:
    """The address that the teacher of ``group`` has sent round."""
    link = ClassLink(
        expires_at_s=int(gate.clock.now_s) + ends_in_s,
        room=gate.keyring.pseudonym("group", group),
        starts_at_s=LESSON_S,
        cap=cap,
    )
    return f"/l/{class_link.mint(gate.keyring, link, now_s=gate.clock.now_s)}"


async def follows(person: Person, address: str) -> Answer:
    """As a browser: on to where each answer leads, while that is the link again."""
    answer = await person.asks(address)
    while answer.status == 303 and (answer.header("location") or "").startswith("/l/"):
        answer = await person.asks(answer.header("location") or "")
    return answer


def place_of(gate: Gate, person: Person) -> tuple[int, int]:
    held = ticket.verify(gate.keyring, person.cookies["ticket"], now_s=gate.clock.now_s)
    assert isinstance(held, Ticket)
    return held.lane, held.order_key


async def test_a_link_gives_the_very_place_that_a_card_of_the_class_gives(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    known, unknown = gate.with_card("ines", group="CM2 B"), gate.person()
    await known.asks()
    answer = await follows(unknown, link_of(gate))
    assert (answer.status, answer.header("location")) == (303, "/connexion/")
    assert place_of(gate, unknown) == place_of(gate, known)
    assert place_of(gate, unknown)[0] == 1


async def test_who_follows_a_link_enters_before_those_who_came_earlier(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=1)
    [inside] = await fill(gate)
    earlier, by_link = gate.person("192.0.2.7"), gate.person("192.0.2.8")
    await earlier.asks()
    await gate.seconds_pass(5)
    await follows(by_link, link_of(gate))
    assert (await by_link.asks()).waits
    await leave(gate, inside)
    await gate.seconds_pass(2)
    assert (await earlier.asks()).waits
    assert not (await by_link.asks()).waits


async def test_a_link_is_followed_by_a_fifth_more_devices_than_the_class_has_people(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    address = link_of(gate, cap=5)
    people = [gate.person(f"192.0.2.{number}") for number in range(8)]
    answers = [await follows(person, address) for person in people]
    assert [answer.status for answer in answers] == [303] * 6 + [200] * 2
    assert "link_used_up" in answers[-1].text
    assert "5 personnes" in answers[-1].text
    assert [place_of(gate, person)[0] for person in people] == [1] * 6 + [3] * 2
    assert (await follows(gate.person("192.0.2.9"), link_of(gate, "CM1 A"))).status == 303


async def test_the_same_device_is_counted_once_and_who_goes_first_anyway_or_is_inside_never(
    make_gate: MakeGate,
) -> None:
    gate = make_gate(capacity=1)
    [inside] = await fill(gate)
    address, first = link_of(gate, cap=1), gate.person("192.0.2.7")
    for _ in range(3):
        assert (await follows(first, address)).status == 303
    for person in (inside, gate.with_card("ines", group="CM2 B"), gate.with_card("sophie", role=Role.TEACHER)):
        assert (await follows(person, address)).status == 303
    assert (await follows(gate.person("192.0.2.8"), address)).status == 200
    assert place_of(gate, inside)[0] == 3


async def test_a_link_preview_takes_no_place_from_the_class(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    address = link_of(gate, cap=1)
    for number in range(20):
        preview = gate.person(f"198.51.100.{number}")
        for path in (address, f"{address}?encore=1"):
            preview.cookies.clear()
            assert (await preview.asks(path)).status == 303
    pupil = gate.person()
    await follows(pupil, address)
    assert place_of(gate, pupil)[0] == 1


async def test_who_has_a_card_is_led_to_the_day_and_the_others_to_the_sign_in(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    card_holder = gate.with_card("paul", role=Role.GUARDIAN, lesson=False)
    assert (await follows(card_holder, link_of(gate))).header("location") == "/journee/"
    assert place_of(gate, card_holder)[0] == 1


async def test_a_link_that_is_over_or_was_touched_says_so_and_gives_nothing(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    address = link_of(gate, ends_in_s=60)
    person = gate.person()
    await person.asks()
    touched = await person.asks(address[:-1])
    assert (touched.status, "link_unknown" in touched.text) == (404, True)
    assert (await person.asks("/l/")).status == 404
    gate.clock.now_s += 60
    over = await person.asks(address)
    assert (over.status, "link_expired" in over.text) == (410, True)
    assert place_of(gate, person)[0] == 3


async def test_a_link_opens_no_door_by_itself(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person = gate.person()
    await follows(person, link_of(gate))
    assert "passe" not in person.cookies
    assert (await person.asks("/classe/" + "0" * 32 + "/")).waits


async def test_with_the_ledger_dead_a_genuine_link_still_gives_its_place(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person = gate.person()
    await person.asks()
    gate.break_ledger(LedgerUnavailable("gone"))
    await follows(person, link_of(gate))
    assert place_of(gate, person)[0] == 1


def at_level(gate: Gate, level: int) -> None:
    gate.porter.outlook = replace(gate.porter.outlook, level=level)


def puzzle_in(page: str) -> challenge.Puzzle | None:
    _, found, rest = page.partition('data-puzzle="')
    return challenge.Puzzle(*rest.partition('"')[0].replace("&amp;", "&").split(".")) if found else None


async def offered(gate: Gate, *, earlier: int, level: int = 2) -> tuple[Person, challenge.Puzzle | None]:
    """Somebody who draws a place after ``earlier`` others of the same address, and what the page offers."""
    at_level(gate, level)
    for _ in range(earlier):
        await gate.person().asks()
    person = gate.person()
    return person, puzzle_in((await person.asks()).text)


async def solves(person: Person, text: str) -> Answer:
    return await person.asks("/attente/defi", method="POST", preau_challenge=text, sec_fetch_site="same-origin")


def solved(puzzle: challenge.Puzzle | None) -> str:
    assert puzzle is not None
    number = challenge.solve(puzzle)
    assert number is not None
    return challenge.solution(puzzle, number)


async def test_a_challenge_is_on_offer_from_level_two_and_only_to_who_was_set_back(make_gate: MakeGate) -> None:
    for earlier, level, on_offer in ((3, 2, True), (3, 1, False), (0, 5, False)):
        person, puzzle = await offered(make_gate(capacity=0), earlier=earlier, level=level)
        assert (puzzle is not None) == on_offer
        again = await person.asks()
        assert puzzle_in(again.text) is None
        assert "'self'" not in (again.header("content-security-policy") or "").partition("script-src")[2].split(";")[0]


async def test_a_solved_challenge_divides_the_setback_by_ten_and_moves_only_that_ticket(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person, puzzle = await offered(gate, earlier=10)
    before = place_of(gate, person)
    answer = await solves(person, solved(puzzle))
    lane, key = place_of(gate, person)
    assert (lane, before[1] - key) == (3, 10 * 45 * 1000)
    assert json.loads(answer.body) == {"lane": 3, "order_key": key}
    assert (await gate.ledger.census(now_s=gate.clock.now_s)).waiting.count((3, key, _tid(gate, person))) == 1
    other = gate.person()
    await other.asks()
    held = dict(other.cookies)
    assert (await solves(other, solved(puzzle))).error_code == "challenge_refused"
    assert other.cookies == held


def _tid(gate: Gate, person: Person) -> str:
    held = ticket.verify(gate.keyring, person.cookies["ticket"], now_s=gate.clock.now_s)
    assert isinstance(held, Ticket)
    return held.tid


async def test_a_challenge_is_good_once_and_for_five_minutes(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person, puzzle = await offered(gate, earlier=1)
    text = solved(puzzle)
    old = dict(person.cookies)
    assert (await solves(person, text)).status == 200
    moved = person.cookies["ticket"]
    assert (await solves(person, text)).status == 403
    assert person.cookies["ticket"] == moved
    person.cookies = old
    assert (await solves(person, text)).status == 403
    late, puzzle = await offered(gate, earlier=1)
    text = solved(puzzle)
    gate.clock.now_s += 300
    assert (await solves(late, text)).status == 403


async def test_a_challenge_needs_its_ticket_its_lane_our_page_and_a_number_that_fits(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person, puzzle = await offered(gate, earlier=1)
    text = solved(puzzle)
    salt, number, signature = text.split(".")
    assert (await solves(person, f"{salt}.{int(number) ^ 1}.{signature}")).status == 403
    assert (await solves(person, "")).status == 403
    assert (await person.asks("/attente/defi", method="POST", preau_challenge=text)).status == 403
    bare = gate.person()
    assert (await solves(bare, text)).status == 403
    await follows(person, link_of(gate))
    by_link = place_of(gate, person)
    assert (await solves(person, text)).status == 403
    assert place_of(gate, person) == by_link


async def test_with_the_ledger_dead_a_solved_challenge_changes_nothing(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person, puzzle = await offered(gate, earlier=1)
    gate.break_ledger(LedgerUnavailable("gone"))
    assert (await solves(person, solved(puzzle))).status == 403
    assert (await person.asks()).waits


async def test_the_solver_is_served_by_the_gate_and_allowed_by_the_page_that_needs_it(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    at_level(gate, 2)
    await gate.person().asks()
    page = await gate.person().asks()
    assert '<script async src="/attente/defi.js"></script>' in page.text
    assert "script-src 'self' 'sha256-" in (page.header("content-security-policy") or "")
    script = await gate.person().asks("/attente/defi.js")
    assert script.status == 200
    assert (script.header("content-type") or "").startswith("text/javascript")
    assert b"subtle" in script.body


async def test_the_draw_is_public_and_shows_keys_of_past_terms_only(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    answer = await gate.person().asks("/attente/tirage.json")
    draw = json.loads(answer.body)
    assert (draw["term"], draw["next"]["term"]) == ("2026-2027-1", "2026-2027-2")
    assert [one["term"] for one in draw["revealed"]] == ["2025-2026-2", "2025-2026-1", "2024-2025-2", "2024-2025-1"]
    for term in (draw["term"], draw["next"]["term"]):
        assert gate.keyring.standing_key(f"rank|{term}").hex() not in answer.text
    gate.clock.now_s += 60 * 86_400
    later = json.loads((await gate.person().asks("/attente/tirage.json")).body)
    assert later["revealed"][0]["term"] == draw["term"]
    assert later["revealed"][0]["commitment"] == draw["commitment"]
    assert later["commitment"] == draw["next"]["commitment"]
