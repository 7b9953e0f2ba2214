"""Work handed in while the school does not answer: taken, kept, delivered once, in order; or put aside and said."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.http import parse_cookie

from asgi_client import Answer, call
from preau.gate.spool import SpoolCounts, SpoolLimits, SpoolRefusal, counted
from preau.project import letterbox as letterbox_module
from preau.project.letterbox import Letterbox
from preau.tokens import card, receipt
from preau.tokens.card import Card, Role
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring

KEYRING = Keyring(b"a secret of the tests, 32 bytes.")
COOKIES = cookie_names(secure=False)
PAGE = {"accept": "text/html"}


def a_card(subject: str = "inesINESine", role: Role = Role.PUPIL) -> str:
    now_s = time.time()
    held = Card(expires_at_s=int(now_s) + 900, role=role, subject=subject, group="-", hours=card.NO_HOURS)
    return card.mint(KEYRING, held, now_s=now_s)


class School:
    """Takes work in, or does what the test says."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.seen: list[dict[str, str]] = []
        self.does: Callable[[bytes], Any] = lambda _body: 200

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        did = self.does(body)
        if asyncio.iscoroutine(did):
            did = await did
        if isinstance(did, Exception):
            raise did
        self.seen.append({name.decode(): value.decode() for name, value in scope["headers"]})
        headers = [(b"content-type", b"application/json")]
        if did == 200:
            self.taken.append(body)
            headers.append((b"preau-work", b"stored"))
        await send({"type": "http.response.start", "status": abs(did), "headers": headers})
        await send({"type": "http.response.body", "body": b'{"error":{"code":"said_so"}}'})


class House:
    def __init__(self, folder: Path) -> None:
        self.folder, self.school = folder, School()
        self.letterbox = Letterbox(self.school, folder=folder, keyring=KEYRING, cookies=COOKIES, write_lane="/travail/")

    async def hands_in(self, body: bytes, *, subject: str = "inesINESine", **headers: str) -> Answer:
        cookie = f"preau_session=hers; {COOKIES.card}={a_card(subject)}; {COOKIES.ticket}=t1.x"
        sent = {"cookie": cookie, "sec-fetch-site": "same-origin", "user-agent": "Firefox", **headers}
        return await call(self.letterbox, "/travail/journal", method="POST", body=body, headers=sent)

    def counts(self) -> SpoolCounts:
        return counted(self.folder)

    async def delivers_until(self, condition: Callable[[], bool]) -> None:
        delivering = asyncio.create_task(self.letterbox.deliver())
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110  files and a folder say nothing by themselves
                await asyncio.sleep(0.005)
        delivering.cancel()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(letterbox_module, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(letterbox_module, "LONGEST_PAUSE_S", 0.02)
    return House(tmp_path / "spool")


async def test_while_the_school_answers_nothing_is_written_down(house: House) -> None:
    assert (await house.hands_in(b"a")).status == 200
    assert (house.school.taken, house.counts()) == ([b"a"], SpoolCounts(0, 0))
    house.school.does = lambda _body: 403
    assert (await house.hands_in(b"b")).status == 403
    assert house.counts() == SpoolCounts(0, 0), "a refusal is an answer"


@pytest.mark.parametrize("failure", [RuntimeError("dead"), 500, 503, 429])
async def test_work_is_kept_while_the_school_fails_and_arrives_once_in_order_with_the_session_it_came_with(
    house: House, failure: Any
) -> None:
    house.school.does = lambda _body: failure
    answers = [await house.hands_in(body) for body in (b"1", b"2", b"3", b"1")]
    assert [(answer.status, answer.headers["preau-gate"]) for answer in answers] == [(202, "kept")] * 4
    assert json.loads(answers[0].body)["kept"]["message"].startswith("Préau a bien reçu ton envoi")
    assert house.counts() == SpoolCounts(3, 0)
    house.school.seen.clear()
    house.school.does = lambda _body: 200
    handed_in_s = time.time()
    await house.delivers_until(lambda: house.counts() == SpoolCounts(0, 0))
    assert house.school.taken == [b"1", b"2", b"3"]
    received = house.school.seen[0].pop("preau-received")
    assert receipt.read(KEYRING, received, b"1", now_s=time.time()) == pytest.approx(handed_in_s, abs=5)
    assert house.school.seen[0] == {
        "host": "localhost",
        "cookie": "preau_session=hers",
        "sec-fetch-site": "same-origin",
        "content-length": "1",
    }
    assert (await house.hands_in(b"4")).status == 200


async def test_a_school_that_hangs_is_asked_once_and_then_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letterbox_module, "ANSWERS_WITHIN_S", 0.05)
    asked = []

    async def hangs() -> int:
        asked.append(1)
        await asyncio.Event().wait()
        return 200

    house.school.does = lambda _body: hangs()
    assert [(await house.hands_in(body)).status for body in (b"1", b"2", b"3")] == [202] * 3
    assert len(asked) == 1


async def test_a_restart_loses_nothing(house: House) -> None:
    house.school.does = lambda _body: 503
    await house.hands_in(b"1")
    again = House(house.folder)
    await again.delivers_until(lambda: again.counts() == SpoolCounts(0, 0))
    assert again.school.taken == [b"1"]


async def test_what_the_school_refuses_or_does_not_store_is_put_aside_with_the_reason(house: House) -> None:
    house.school.does = lambda _body: 503
    for body in (b"1", b"2", b"3"):
        await house.hands_in(body)
    house.school.does = lambda body: {b"1": 401, b"2": -200, b"3": 200}[body]
    await house.delivers_until(lambda: house.counts() == SpoolCounts(0, 2))
    assert house.school.taken == [b"3"]
    assert sorted(path.name.split(".")[1] for path in (house.folder / "aside").iterdir()) == [
        "200_said_so",
        "401_said_so",
    ]


async def test_what_the_operator_moves_back_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letterbox_module, "LOOKS_AGAIN_S", 0.02)
    house.school.does = lambda _body: 503
    await house.hands_in(b"1")
    house.school.does = lambda _body: 401
    await house.delivers_until(lambda: house.counts() == SpoolCounts(0, 1))
    house.school.does = lambda _body: 200

    def moved_back() -> bool:
        for path in (house.folder / "aside").iterdir():
            path.rename(house.folder / path.name)
        return house.school.taken == [b"1"]

    await house.delivers_until(moved_back)
    assert house.counts() == SpoolCounts(0, 0)


async def test_one_item_that_always_fails_keeps_nobody_back_and_ends_aside(house: House) -> None:
    attempts: list[bytes] = []

    def fails_for_one(body: bytes) -> Any:
        attempts.append(body)
        return RuntimeError("again") if body == b"poison" else 200

    house.school.does = fails_for_one
    await house.hands_in(b"poison")
    await house.delivers_until(lambda: attempts.count(b"poison") > 5)
    assert house.counts() == SpoolCounts(1, 0), "alone it is not at fault: the school may be dead"
    bodies = [str(number).encode() for number in range(2 * letterbox_module.FAULTS)]
    for body in bodies:  # the school answers others between two attempts at least every second time
        await house.hands_in(body)
        tried = attempts.count(b"poison")
        await house.delivers_until(
            lambda body=body, tried=tried: (
                body in house.school.taken
                and (attempts.count(b"poison") > tried or house.counts() == SpoolCounts(0, 1))
            )
        )
    assert house.counts() == SpoolCounts(0, 1)
    assert house.school.taken == bodies


@pytest.mark.parametrize("failure", [RuntimeError("again"), 503], ids=["raises", "fails"])
async def test_bad_items_of_one_card_keep_nobody_else_back(house: House, failure: Any) -> None:
    house.school.does = lambda body: failure if body.startswith(b"bad") else 200
    for number in range(letterbox_module.FAILED_IN_A_ROW):
        await house.hands_in(b"bad%d" % number)
    for number in range(3):
        body = b"good%d" % number
        await house.hands_in(body, subject="karimKARIMk")
        await house.delivers_until(lambda body=body: body in house.school.taken)
    assert house.school.taken == [b"good0", b"good1", b"good2"]


async def test_a_failed_answer_is_no_silence_the_next_pupil_is_answered_by_the_school(house: House) -> None:
    house.school.does = lambda body: 503 if body == b"bad" else 200
    assert (await house.hands_in(b"bad")).status == 202
    assert (await house.hands_in(b"good", subject="karimKARIMk")).status == 200


async def test_where_nothing_more_is_kept_the_school_is_asked_though_it_was_silent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.school.does = lambda _body: RuntimeError("dead")
    assert (await house.hands_in(b"1")).status == 202
    monkeypatch.setattr(house.letterbox._spool, "keep", lambda _kept: SpoolRefusal.FULL)
    house.school.does = lambda _body: 200
    assert (await house.hands_in(b"2")).status == 200


async def test_an_item_that_cannot_be_read_keeps_nobody_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.school.does = lambda _body: RuntimeError("dead")
    for body in (b"1", b"2"):
        await house.hands_in(body)
    stuck, read = house.letterbox._spool.waiting()[0], house.letterbox._spool.read

    def refuses(path: Path) -> Any:
        if path == stuck:
            raise PermissionError(path)
        return read(path)

    monkeypatch.setattr(house.letterbox._spool, "read", refuses)
    house.school.does = lambda _body: 200
    await house.delivers_until(lambda: house.school.taken == [b"2"])
    assert stuck.exists()


@pytest.mark.parametrize("at_s", [float("inf"), float("-inf"), float("nan"), 1e300, -1.0])
async def test_an_item_whose_instant_is_none_goes_aside_and_delivery_goes_on(house: House, at_s: float) -> None:
    house.school.does = lambda _body: 503
    await house.hands_in(b"broken")
    (path,) = house.folder.glob("*.work")
    path.write_bytes(msgspec.msgpack.encode({**msgspec.msgpack.decode(path.read_bytes()), "at_s": at_s}))
    await house.hands_in(b"whole", subject="samiSAMIsam")
    house.school.does = lambda _body: 200
    await house.delivers_until(lambda: house.counts() == SpoolCounts(0, 1))
    assert house.school.taken == [b"whole"]


async def test_without_a_card_nothing_is_kept(house: House) -> None:
    house.school.does = lambda _body: RuntimeError("dead")
    with pytest.raises(RuntimeError):
        await house.hands_in(b"1", cookie="preau_session=hers")
    with pytest.raises(RuntimeError):
        await house.hands_in(b"1", cookie=f"{COOKIES.card}={a_card()}x")
    assert house.counts() == SpoolCounts(0, 0)


async def test_where_the_disk_refuses_the_school_speaks_and_where_it_is_silent_a_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("preau.gate.spool.write_by_rename", full)
    house.school.does = lambda _body: 503
    assert (await house.hands_in(b"1")).status == 503
    house.school.does = lambda _body: RuntimeError("dead")
    answer = await house.hands_in(b"1")
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (503, "spool_disk_fails")


async def test_a_form_is_told_in_a_page_and_an_adult_with_their_own_words(house: House) -> None:
    house.school.does = lambda _body: 503
    cookie = f"{COOKIES.card}={a_card('adultADULTa', Role.TEACHER)}"
    headers = {"cookie": cookie, "accept": "text/html"}
    answer = await call(house.letterbox, "/travail/reponse", method="POST", body=b"r=1", headers=headers)
    assert (answer.status, answer.headers["content-type"]) == (202, "text/html; charset=utf-8")
    assert "C’est bien reçu" in answer.text
    assert "Vous n’avez rien à refaire" in answer.text


async def test_a_fifth_body_of_one_card_goes_on_without_the_net(house: House) -> None:
    opened = asyncio.Event()

    async def waits() -> int:
        await opened.wait()
        return 503

    house.school.does = lambda _body: waits()
    sending = [asyncio.create_task(house.hands_in(bytes([number]))) for number in range(6)]
    others = asyncio.create_task(house.hands_in(b"x", subject="otherOTHERo"))
    await asyncio.sleep(0.05)
    opened.set()
    statuses = sorted([answer.status for answer in await asyncio.gather(*sending)])
    assert statuses == [202] * 4 + [503] * 2
    assert (await others).status == 202


async def test_a_card_that_has_too_much_there_is_told_so_in_french_and_others_are_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.letterbox._spool, "_limits", SpoolLimits(items_per_card=2))
    house.school.does = lambda _body: RuntimeError("dead")
    answers = [await house.hands_in(body) for body in (b"1", b"2", b"3")]
    assert [answer.status for answer in answers] == [202, 202, 503]
    assert (answers[2].headers["preau-gate"], answers[2].headers["retry-after"]) == ("waiting", "60")
    told = json.loads(answers[2].body)["error"]
    assert told["code"] == "spool_full_of_one_card"
    assert "n’a plus de place pour celui-ci" in told["message"]
    assert (await house.hands_in(b"4", subject="karimKARIMk")).status == 202


async def test_what_is_refused_for_good_keeps_no_new_work_of_its_card_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.letterbox._spool, "_limits", SpoolLimits(items_per_card=2))
    for body in (b"1", b"2", b"3"):
        house.school.does = lambda _body: 503
        assert (await house.hands_in(body)).status == 202
        house.school.does = lambda _body: 401
        await house.delivers_until(lambda: house.counts().waiting == 0)
    assert house.counts() == SpoolCounts(0, 2), "and what is aside is bounded"


async def test_what_comes_later_from_a_card_never_overtakes_what_failed_while_others_can_be_tried(house: House) -> None:
    asked: list[bytes] = []

    def fails_once(body: bytes) -> int:
        asked.append(body)
        return 503 if asked.count(body) == 1 and body == b"first" else 200

    house.school.does = lambda _body: 503
    for body, subject in ((b"first", "inesINESine"), (b"second", "inesINESine"), (b"other", "karimKARIMk")):
        await house.hands_in(body, subject=subject)
    house.school.does = fails_once
    await house.delivers_until(lambda: house.counts() == SpoolCounts(0, 0))
    assert asked[:2] == [b"first", b"other"]


async def test_of_two_session_cookies_both_go_on_and_django_takes_the_one_it_takes(house: House) -> None:
    house.school.does = lambda _body: 503
    cookie = f"preau_session=old; {COOKIES.card}={a_card()}; preau_session=new; {COOKIES.ticket}=t1.x"
    await house.hands_in(b"1", cookie=cookie)
    house.school.seen.clear()
    house.school.does = lambda _body: 200
    await house.delivers_until(lambda: house.counts() == SpoolCounts(0, 0))
    assert house.school.seen[0]["cookie"] == "preau_session=old; preau_session=new"
    assert parse_cookie(house.school.seen[0]["cookie"]) == {"preau_session": "new"}
