"""``evolve``: the state after one more event. It never refuses: what is in the log has happened."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from preau.live.room import facts
from preau.live.room.bucket import CHAT_PUPIL, CHAT_TEACHER, spend
from preau.live.room.facts import Event
from preau.live.room.state import (
    CHAT_KEPT,
    REPORTS_KEPT,
    REPORTS_OF_ONE,
    Attendance,
    ChatLine,
    Floor,
    Hand,
    Report,
    State,
)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``.

    Raises:
        ValueError: the event is not the next one: the journal has a gap, and going on would invent a class.
    """
    if event.seq != state.seq + 1:
        raise ValueError(f"event {event.seq} after {state.seq}")
    state = replace(state, seq=event.seq, at_ms=event.at)
    return _EVOLVE[type(event.fact)](state, event, event.fact)


def _door_open(state: State, event: Event, _: facts.DoorOpen) -> State:
    return replace(state, opened_ms=event.at)


def _seat_present(state: State, event: Event, fact: facts.SeatPresent) -> State:
    old = state.attendance.get(fact.person)
    if old is None:
        seat = Attendance(teacher=fact.teacher, first_ms=event.at, last_ms=event.at, since_ms=event.at)
    else:
        seat = replace(old, last_ms=max(old.last_ms, event.at), since_ms=event.at)
    gone_ms = None if fact.teacher else state.teacher_gone_ms
    return replace(state, attendance={**state.attendance, fact.person: seat}, teacher_gone_ms=gone_ms)


def _seat_absent(state: State, event: Event, fact: facts.SeatAbsent) -> State:
    old = state.attendance[fact.person]
    since_ms = old.since_ms if old.since_ms is not None else fact.last_at
    last_ms = max(since_ms, fact.last_at)
    seat = replace(old, last_ms=last_ms, total_ms=old.total_ms + last_ms - since_ms, since_ms=None)
    state = replace(state, attendance={**state.attendance, fact.person: seat})
    if seat.teacher and not state.teacher_present():
        return replace(state, teacher_gone_ms=event.at)
    return state


def _seat_evicted(state: State, _event: Event, _: facts.SeatEvicted) -> State:
    return state


def _chat_msg(state: State, event: Event, fact: facts.ChatMsg) -> State:
    rate = CHAT_TEACHER if state.is_teacher(event.by) else CHAT_PUPIL
    line = ChatLine(event.seq, event.by, event.at, fact.text)
    return replace(
        state,
        chat=(*state.chat, line)[-CHAT_KEPT:],
        buckets={**state.buckets, event.by: spend(state.buckets.get(event.by), rate, event.at)},
    )


def _chat_hide(state: State, _: Event, fact: facts.ChatHide) -> State:
    chat = tuple(replace(line, hidden=True) if line.seq == fact.seq else line for line in state.chat)
    return replace(state, chat=chat, hidden=(*state.hidden, fact.seq))


def _hand_up(state: State, event: Event, fact: facts.HandUp) -> State:
    return replace(state, hands=(*state.hands, Hand(fact.person, event.at)))


def _without_hand(state: State, person: str) -> tuple[Hand, ...]:
    return tuple(hand for hand in state.hands if hand.person != person)


def _hand_down(state: State, _: Event, fact: facts.HandDown) -> State:
    return replace(state, hands=_without_hand(state, fact.person))


def _floor_give(state: State, event: Event, fact: facts.FloorGive) -> State:
    return replace(
        state,
        floor=Floor(fact.person, fact.voice, event.at),
        hands=_without_hand(state, fact.person),
        given={**state.given, fact.person: state.given.get(fact.person, 0) + 1},
    )


def _floor_take(state: State, _event: Event, _: facts.FloorTake) -> State:
    return replace(state, floor=None)


def _lock_set(state: State, _: Event, fact: facts.LockSet) -> State:
    return replace(state, locks=replace(state.locks, **{fact.what: fact.locked}))


def _frozen(state: State, _: Event, fact: facts.Frozen) -> State:
    return replace(state, frozen=fact.reason if fact.on else None)


def _voice_start(state: State, _: Event, fact: facts.VoiceStart) -> State:
    return replace(state, voices=(*state.voices, fact.person))


def _voice_stop(state: State, _: Event, fact: facts.VoiceStop) -> State:
    return replace(state, voices=tuple(person for person in state.voices if person != fact.person))


def _report_filed(state: State, event: Event, fact: facts.ReportFiled) -> State:
    if sum(report.by == event.by for report in state.reports) >= REPORTS_OF_ONE:
        return state
    line = next((line for line in state.chat if line.seq == fact.about), None)
    about, message = (line.by, line.text) if line is not None else (None, "")
    report = Report(event.at, event.by, about, message, fact.words)
    return replace(state, reports=(*state.reports, report)[:REPORTS_KEPT])


def _session_end(state: State, event: Event, _: facts.SessionEnd) -> State:
    return replace(state, ended_ms=event.at)


_EVOLVE: Final[dict[type[facts.Fact], Callable[[State, Event, Any], State]]] = {
    facts.DoorOpen: _door_open,
    facts.SeatPresent: _seat_present,
    facts.SeatAbsent: _seat_absent,
    facts.SeatEvicted: _seat_evicted,
    facts.ChatMsg: _chat_msg,
    facts.ChatHide: _chat_hide,
    facts.HandUp: _hand_up,
    facts.HandDown: _hand_down,
    facts.FloorGive: _floor_give,
    facts.FloorTake: _floor_take,
    facts.LockSet: _lock_set,
    facts.Frozen: _frozen,
    facts.VoiceStart: _voice_start,
    facts.VoiceStop: _voice_stop,
    facts.ReportFiled: _report_filed,
    facts.SessionEnd: _session_end,
}
