"""Who gets a seat: the welcome, the door, forged and foreign seats, two devices."""

import pytest

from live.harness import (
    CLASS,
    INES,
    KARIM,
    NAMES,
    START_S,
    TEACHER,
    ZOE,
    Client,
    House,
    InProcessLine,
    browser_of,
    seat,
    short,
)


async def test_the_first_frames_are_the_welcome_and_the_state(house: House) -> None:
    teacher = house.connect(TEACHER)
    await teacher.hello()
    welcome = await teacher.key("welcome")
    assert welcome["session"] == CLASS
    assert welcome["you"] | {"can": []} == {"person": TEACHER, "role": "teacher", "name": "Awa Diallo", "can": []}
    assert "session.end" in welcome["you"]["can"]
    assert welcome["title"] == "Les fractions"
    state = await teacher.key("snapshot")
    assert state["opened_at"] == START_S * 1000
    assert state["present"] == [TEACHER]
    assert (state["frozen"], state["floor"], state["voices"]) == (None, None, [])


async def test_teachers_read_full_names_and_pupils_short_ones(house: House) -> None:
    for person, expected in ((TEACHER, NAMES), (INES, {person: short(person) for person in NAMES})):
        client = house.connect(person)
        await client.hello()
        welcome = await client.key("welcome")
        assert {member["person"]: member["name"] for member in welcome["members"]} == expected
    teacher = await house.enter(TEACHER)
    pupil = await house.enter(INES)
    await house.enter(ZOE)
    assert (await teacher.event("seat.present"))["d"]["name"] == "Zoé Roux"
    assert (await pupil.event("seat.present"))["d"]["name"] == "Zoé R."


async def test_a_pupil_who_is_early_waits_and_enters_when_the_teacher_comes(house: House) -> None:
    pupil = house.connect(INES)
    await pupil.hello()
    assert (await pupil.ephemeral("waiting_door"))["reason"] == "not_open"
    assert await pupil.refusal("chat.send", text="je suis là") == "not_in_class"
    teacher = await house.enter(TEACHER)
    await pupil.key("welcome")
    assert set((await pupil.key("snapshot"))["present"]) == {TEACHER, INES}
    assert (await teacher.event("seat.present"))["by"] == INES


async def test_a_locked_entry_keeps_new_pupils_at_the_door_and_lets_known_ones_back(house: House) -> None:
    teacher = await house.enter(TEACHER)
    ines = await house.enter(INES)
    await teacher.ask("lock.set", what="entry", locked=True)
    karim = house.connect(KARIM)
    await karim.hello()
    assert (await karim.ephemeral("waiting_door"))["reason"] == "entry_locked"
    assert KARIM in (await teacher.until(lambda f: f.get("e") == "door" and f["d"]["waiting"]))["d"]["waiting"]
    await ines.leave()
    await house.enter(INES)
    await teacher.ask("lock.set", what="entry", locked=False)
    await karim.key("welcome")


@pytest.mark.parametrize(
    ("token", "code", "reason"),
    [
        (seat(INES, expires_at_s=START_S), 4401, "token_expired"),
        (seat(INES)[:-1] + ("A" if seat(INES)[-1] != "A" else "B"), 4401, "token_forged"),
        ("", 4401, "token_wrong_kind"),
        ("s1." + "x" * 500, 4401, "token_oversized"),
        (seat(INES, live_class="d" * 32), 4403, "wrong_class"),
        (seat("9" * 32, browser=browser_of(INES)), 4403, "not_on_roster"),
        (seat(INES, role="teacher"), 4403, "wrong_role"),
        (seat(TEACHER, role="pupil", browser=browser_of(INES)), 4403, "wrong_role"),
    ],
)
async def test_a_seat_that_is_not_theirs_is_refused_with_the_reason(
    house: House, token: str, code: int, reason: str
) -> None:
    stranger = house.connect(INES)
    await stranger.hello(seat=token)
    closed = await stranger.closed()
    assert (closed.code, closed.reason) == (code, reason)
    assert stranger.seen == [{"bye": {"code": code, "reason": reason, "message": stranger.seen[0]["bye"]["message"]}}]
    assert house.server.snapshot().seats_connected == 0


async def test_a_class_nobody_published_is_unknown(house: House) -> None:
    stranger = Client(InProcessLine(house.server, path=f"/classe/{'d' * 32}/ws"), INES)
    await stranger.hello(seat=seat(INES, live_class="d" * 32))
    assert (await stranger.closed()).reason == "unknown_class"


@pytest.mark.parametrize("path", ["/classe/xyz/ws", f"/classe/{CLASS}/ws/", f"/classe/{CLASS.upper()}/ws", "/"])
async def test_other_paths_are_refused_before_the_handshake(house: House, path: str) -> None:
    assert (await InProcessLine(house.server, path=path).opened())["type"] == "websocket.close"


@pytest.mark.parametrize("first", ["", "[]", '{"op":"chat.send"}', '{"op":"hello","v":2}', b"\x01voice", "[" * 9000])
async def test_a_first_frame_that_is_no_hello_closes(house: House, first: str | bytes) -> None:
    stranger = house.connect(INES)
    await stranger.send(first)
    assert (await stranger.closed()).code == 4400


async def test_a_silent_stranger_is_shown_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preau.live.server.HELLO_WITHIN_S", 0.01)
    stranger = house.connect(INES)
    assert (await stranger.closed()).reason == "hello_timeout"


async def test_a_second_device_takes_the_seat_and_the_teacher_is_told(house: House) -> None:
    teacher = await house.enter(TEACHER)
    first = await house.enter(INES, client="phone-phone-phone")
    await house.enter(INES, client="tablet-tablet-tab")
    closed = await first.closed()
    assert (closed.code, closed.reason) == (4409, "seat_taken")
    assert (await teacher.event("seat.evicted"))["d"] == {"person": INES}
    assert house.server.snapshot().seats_connected == 2


async def test_a_reload_of_the_same_tab_replaces_in_silence(house: House) -> None:
    teacher = await house.enter(TEACHER)
    first = await house.enter(INES)
    await house.enter(INES)
    assert (await first.closed()).code == 4409
    answer = await teacher.ask("chat.send", text="Bonjour")
    assert "seq" in answer
    assert [frame["t"] for frame in teacher.seen if "t" in frame].count("seat.evicted") == 0


async def test_pupils_are_not_told_who_was_evicted(house: House) -> None:
    await house.enter(TEACHER)
    karim = await house.enter(KARIM)
    await house.enter(INES, client="phone-phone-phone")
    await house.enter(INES, client="tablet-tablet-tab")
    assert (await karim.event("seat.evicted"))["d"] == {}
