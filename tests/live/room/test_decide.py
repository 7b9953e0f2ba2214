"""The rules of the live class as scripts."""

import pytest

from live.room.script import INES, KARIM, TEACHER, ZOE, Script, facts, opened, orders
from preau.live.room.decide import MAX_CHAT_CHARS, TEACHER_AWAY_MS, may_enter
from preau.live.room.facts import SERVER
from preau.live.room.orders import Order
from preau.live.room.refusals import SENTENCES, Refusal
from preau.tokens.seat import AFTER_LESSON_S


def test_the_teachers_first_arrival_opens_the_door() -> None:
    script = Script()
    assert script.says(INES, orders.Arrive()) == "not_in_class"
    assert script.says(TEACHER, orders.Arrive()) == ["door.open", "seat.present"]
    assert script.says(INES, orders.Arrive()) == ["seat.present"]
    assert script.says(INES, orders.Arrive()) == []


@pytest.mark.parametrize(
    "order",
    [
        orders.ChatHide(1),
        orders.FloorGive(INES),
        orders.LockSet("chat", locked=True),
        orders.Freeze(),
        orders.Unfreeze(),
        orders.SessionEnd(),
        orders.HandDown(KARIM),
        orders.VoiceStop(KARIM),
    ],
)
def test_what_belongs_to_the_teacher_is_refused_to_pupils(order: Order) -> None:
    assert opened(INES, KARIM).says(INES, order) == "forbidden"


def test_who_is_not_present_can_do_nothing() -> None:
    assert opened().says(INES, orders.ChatSend("bonjour")) == "not_in_class"


def test_a_pupil_writes_five_messages_at_once_then_one_every_two_seconds() -> None:
    script = opened(INES)
    for _ in range(5):
        assert script.says(INES, orders.ChatSend("a")) == ["chat.msg"]
    refused = script.decides(INES, orders.ChatSend("a"))
    assert refused == Refusal("rate_limited", 2001)
    assert script.says(INES, orders.ChatSend("a"), after_s=2.001) == ["chat.msg"]
    assert script.says(INES, orders.ChatSend("a")) == "rate_limited"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("", "empty_text"),
        (" \n\t ", "empty_text"),
        ("\u202e\u200f", "empty_text"),
        ("x" * MAX_CHAT_CHARS, ["chat.msg"]),
        ("x" * (MAX_CHAT_CHARS + 1), "text_too_long"),
    ],
)
def test_messages_are_neither_empty_nor_endless(text: str, outcome: list[str] | str) -> None:
    assert opened(INES).says(INES, orders.ChatSend(text)) == outcome


def test_a_closed_chat_is_closed_to_pupils_only() -> None:
    script = opened(INES)
    assert script.says(TEACHER, orders.LockSet("chat", locked=True)) == ["lock.set"]
    assert script.says(TEACHER, orders.LockSet("chat", locked=True)) == []
    assert script.says(INES, orders.ChatSend("a")) == "locked"
    assert script.says(TEACHER, orders.ChatSend("a")) == ["chat.msg"]


def test_hands_stand_in_the_order_raised_and_remember_the_floor() -> None:
    script = opened(INES, KARIM, ZOE)
    for pupil in (KARIM, INES, ZOE):
        script.says(pupil, orders.HandUp(), after_s=1)
    assert script.says(KARIM, orders.HandUp()) == []
    assert script.says(TEACHER, orders.FloorGive(INES)) == ["floor.give"]
    assert [hand.person for hand in script.state.hands] == [KARIM, ZOE]
    assert script.state.given == {INES: 1}
    script.says(INES, orders.HandUp())
    assert [hand.person for hand in script.state.hands] == [KARIM, ZOE, INES]


def test_a_teacher_raises_no_hand_and_may_lower_any() -> None:
    script = opened(INES)
    assert script.says(TEACHER, orders.HandUp()) == "forbidden"
    script.says(INES, orders.HandUp())
    assert script.says(TEACHER, orders.HandDown(INES)) == ["hand.down"]
    assert script.says(INES, orders.HandDown()) == []


def test_closed_hands_cannot_be_raised_but_lowered() -> None:
    script = opened(INES, KARIM)
    script.says(INES, orders.HandUp())
    script.says(TEACHER, orders.LockSet("hands", locked=True))
    assert script.says(KARIM, orders.HandUp()) == "locked"
    assert script.says(INES, orders.HandDown()) == ["hand.down"]


def test_a_raised_hand_outlives_a_lost_connection() -> None:
    script = opened(INES)
    script.says(INES, orders.HandUp())
    script.says(SERVER, orders.Leave(INES, script.now_ms))
    script.arrive(INES)
    assert script.state.hand_is_up(INES)


def test_the_floor_goes_to_one_present_person_at_a_time() -> None:
    script = opened(INES, KARIM)
    assert script.says(TEACHER, orders.FloorGive(ZOE)) == "unknown_person"
    script.says(SERVER, orders.Leave(KARIM, script.now_ms))
    assert script.says(TEACHER, orders.FloorGive(KARIM)) == "not_present"
    script.says(TEACHER, orders.FloorGive(INES, voice=True))
    assert script.says(TEACHER, orders.FloorGive(INES, voice=True)) == []
    script.says(INES, orders.VoiceStart())
    script.arrive(KARIM)
    assert script.says(TEACHER, orders.FloorGive(KARIM)) == ["voice.stop", "floor.take", "floor.give"]
    assert script.says(INES, orders.FloorTake()) == "forbidden"
    assert script.says(KARIM, orders.FloorTake()) == ["floor.take"]
    assert script.says(KARIM, orders.FloorTake()) == []


def test_only_the_teacher_and_a_floor_with_voice_may_speak() -> None:
    script = opened(INES)
    assert script.says(TEACHER, orders.VoiceStart()) == ["voice.start"]
    assert script.says(TEACHER, orders.VoiceStart()) == []
    assert script.says(INES, orders.VoiceStart()) == "no_floor"
    script.says(TEACHER, orders.FloorGive(INES))
    assert script.says(INES, orders.VoiceStart()) == "no_floor"
    script.says(TEACHER, orders.FloorGive(INES, voice=True))
    assert script.says(INES, orders.VoiceStart()) == ["voice.start"]
    assert script.state.voices == (TEACHER, INES)
    assert script.says(TEACHER, orders.VoiceStop(INES)) == ["voice.stop"]


def test_figer_silences_and_locks_all_pupils_and_keeps_the_locks_underneath() -> None:
    script = opened(INES, KARIM)
    script.says(TEACHER, orders.LockSet("hands", locked=True))
    script.says(TEACHER, orders.VoiceStart())
    script.says(TEACHER, orders.FloorGive(INES, voice=True))
    script.says(INES, orders.VoiceStart())
    assert script.says(TEACHER, orders.Freeze()) == ["frozen", "voice.stop", "floor.take"]
    assert script.says(TEACHER, orders.Freeze()) == []
    assert script.state.voices == (TEACHER,)
    for order in (orders.ChatSend("a"), orders.HandUp(), orders.VoiceStart()):
        assert script.says(INES, order) == "frozen"
    assert script.says(TEACHER, orders.FloorGive(INES)) == "frozen"
    assert may_enter(script.state, ZOE, teacher=False) == "entry_locked"
    assert script.says(TEACHER, orders.ChatSend("on se calme")) == ["chat.msg"]
    assert script.says(TEACHER, orders.Unfreeze()) == ["frozen"]
    assert script.says(INES, orders.ChatSend("a")) == ["chat.msg"]
    assert script.says(INES, orders.HandUp()) == "locked"


def test_leaving_gives_back_voice_and_floor() -> None:
    script = opened(INES)
    script.says(TEACHER, orders.FloorGive(INES, voice=True))
    script.says(INES, orders.VoiceStart())
    decided = script.says(SERVER, orders.Leave(INES, script.now_ms - 5_000), after_s=20)
    assert decided == ["voice.stop", "floor.take", "seat.absent"]
    assert script.says(SERVER, orders.Leave(INES, script.now_ms)) == []


def test_two_minutes_without_a_teacher_freeze_the_class_until_one_is_back() -> None:
    script = opened(INES)
    tick = orders.Tick(script.now_ms // 1000 + 3600)
    script.says(SERVER, orders.Leave(TEACHER, script.now_ms))
    assert script.says(SERVER, tick, after_s=TEACHER_AWAY_MS / 1000 - 1) == []
    assert script.says(SERVER, tick, after_s=1) == ["frozen"]
    assert script.says(SERVER, tick, after_s=1) == []
    assert script.says(TEACHER, orders.Arrive()) == ["seat.present", "frozen"]
    assert script.state.frozen is None


def test_a_freeze_by_the_teacher_is_not_lifted_by_coming_back() -> None:
    script = opened(INES)
    script.says(TEACHER, orders.Freeze())
    script.says(SERVER, orders.Leave(TEACHER, script.now_ms))
    assert script.says(TEACHER, orders.Arrive()) == ["seat.present"]
    assert script.state.frozen == "teacher"


def test_hiding_is_the_teachers_and_keeps_the_evidence() -> None:
    script = opened(INES)
    script.says(INES, orders.ChatSend("méchant"))
    seq = script.log[-1].seq
    assert script.says(TEACHER, orders.ChatHide(seq + 5)) == "unknown_message"
    assert script.says(TEACHER, orders.ChatHide(seq)) == ["chat.hide"]
    assert script.says(TEACHER, orders.ChatHide(seq)) == []
    assert (script.state.chat[0].hidden, script.state.chat[0].text) == (True, "méchant")


def test_signaler_marks_the_log() -> None:
    script = opened(INES)
    script.says(INES, orders.ChatSend("a"))
    seq = script.log[-1].seq
    assert script.says(INES, orders.ReportFile(seq, "il m’insulte")) == ["report.filed"]
    assert script.last() == facts.ReportFiled(seq, "il m’insulte")
    assert script.says(INES, orders.ReportFile(99)) == "unknown_message"
    assert script.says(INES, orders.ReportFile(None, "x" * 501)) == "text_too_long"


def test_a_forgotten_class_ends_half_an_hour_after_its_end_and_an_unopened_one_never_began() -> None:
    script = opened(INES)
    tick = orders.Tick(script.now_ms // 1000)
    assert script.says(SERVER, tick, after_s=AFTER_LESSON_S - 1) == []
    assert script.says(SERVER, tick, after_s=1) == ["session.end"]
    assert Script().says(SERVER, orders.Tick(0)) == []


def test_nothing_happens_after_the_end() -> None:
    script = opened(INES)
    script.says(TEACHER, orders.SessionEnd())
    for who, order in ((INES, orders.ChatSend("a")), (TEACHER, orders.SessionEnd()), (SERVER, orders.Tick(0))):
        assert script.says(who, order) == "ended"
    assert script.says(ZOE, orders.Arrive()) == "ended"


def test_time_never_runs_backwards_along_the_log() -> None:
    script = opened(INES)
    script.says(INES, orders.ChatSend("a"))
    script.says(INES, orders.ChatSend("b"), after_s=-60)
    assert [event.at for event in script.log] == sorted(event.at for event in script.log)


def test_every_refusal_has_a_french_sentence() -> None:
    assert all(sentence.endswith((".", "!")) and "  " not in sentence for sentence in SENTENCES.values())
