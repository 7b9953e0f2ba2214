"""``decide``: what an order does to the class, as new events for the log, or why it is refused.

All rights and limits of the class stand here. Deterministic: the clock is an argument, and the rate limits are part of
the state, so replaying a log gives the same state on every node.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

# ruff: noqa: ARG001  one signature for the handlers of all orders
from preau.live.room import facts, orders
from preau.live.room.bucket import CHAT_PUPIL, CHAT_TEACHER, wait_ms
from preau.live.room.facts import SERVER, Event, Fact
from preau.live.room.refusals import Refusal
from preau.live.room.state import State
from preau.tokens.seat import AFTER_LESSON_S

MAX_CHAT_CHARS: Final = 500
TEACHER_AWAY_MS: Final = 120_000
"""Pupils are not left alone together: two minutes without a teacher freeze the class (research: classroom.md, 8)."""
MAX_HIDDEN: Final = 2_000
"""Hidden messages remembered; at two messages a second for ten minutes a teacher freezes the chat instead."""


class Command(msgspec.Struct, frozen=True):
    """An order and who gives it: ``by`` a person or ``SERVER``; ``teacher``: the role of the verified seat."""

    by: str
    order: orders.Order
    teacher: bool = False


Decision = list[Fact] | Refusal


def decide(state: State, command: Command, now_ms: int) -> list[Event] | Refusal:
    """The events that ``command`` adds to the log at ``now_ms`` (wall milliseconds); none = already so.

    An order of a person who is not present is refused with ``not_in_class``, any order after the end with ``ended``.
    """
    order = command.order
    if state.ended_ms is not None:
        return Refusal("ended")
    of_server = isinstance(order, orders.Arrive | orders.Leave | orders.Evict | orders.Tick)
    if not of_server and not state.present(command.by):
        return Refusal("not_in_class")
    decided = _DECIDE[type(order)](state, command, order, now_ms)
    if isinstance(decided, Refusal):
        return decided
    by = command.by if not of_server or isinstance(order, orders.Arrive) else SERVER
    at_ms = max(now_ms, state.at_ms)
    return [Event(state.seq + 1 + i, at_ms, by, fact) for i, fact in enumerate(decided)]


def may_enter(state: State, person: str, *, teacher: bool) -> str | None:
    """None when the person may enter now, otherwise why they wait: ``not_open`` or ``entry_locked``."""
    if teacher:
        return None
    if state.opened_ms is None:
        return "not_open"
    locked = state.locks.entry or state.frozen is not None
    return "entry_locked" if locked and person not in state.attendance else None


def _arrive(state: State, command: Command, _: orders.Arrive, now_ms: int) -> Decision:
    if may_enter(state, command.by, teacher=command.teacher) is not None:
        return Refusal("not_in_class")
    decided: list[Fact] = []
    if state.opened_ms is None:
        decided.append(facts.DoorOpen())
    if not state.present(command.by):
        decided.append(facts.SeatPresent(command.by, command.teacher))
    if command.teacher and state.frozen == "teacher_away":
        decided.append(facts.Frozen(on=False, reason="teacher_away"))
    return decided


def _leave(state: State, _: Command, order: orders.Leave, now_ms: int) -> Decision:
    if not state.present(order.person):
        return []
    return [*_silence(state, order.person), facts.SeatAbsent(order.person, min(order.last_at_ms, now_ms))]


def _silence(state: State, person: str) -> list[Fact]:
    """What ends when the person's right to speak ends: the voice, then the floor."""
    decided: list[Fact] = []
    if person in state.voices:
        decided.append(facts.VoiceStop(person))
    if state.floor is not None and state.floor.person == person:
        decided.append(facts.FloorTake(person))
    return decided


def _evict(state: State, _: Command, order: orders.Evict, now_ms: int) -> Decision:
    return [facts.SeatEvicted(order.person)] if state.present(order.person) else []


def _tick(state: State, _: Command, order: orders.Tick, now_ms: int) -> Decision:
    if state.opened_ms is None:
        return []
    if now_ms >= (order.ends_at_s + AFTER_LESSON_S) * 1000:
        return [facts.SessionEnd()]
    gone_ms = state.teacher_gone_ms
    if gone_ms is not None and now_ms - gone_ms >= TEACHER_AWAY_MS and state.frozen is None:
        return _freeze_all(state, "teacher_away")
    return []


def _freeze_all(state: State, reason: facts.FreezeReason) -> list[Fact]:
    """The freeze and what it silences: every voice but a teacher's, and the floor."""
    decided: list[Fact] = [facts.Frozen(on=True, reason=reason)]
    decided += [facts.VoiceStop(person) for person in state.voices if not state.is_teacher(person)]
    if state.floor is not None:
        decided.append(facts.FloorTake(state.floor.person))
    return decided


def _chat_send(state: State, command: Command, order: orders.ChatSend, now_ms: int) -> Decision:
    rate = CHAT_TEACHER if command.teacher else CHAT_PUPIL
    refused = _held(state, command, locked=state.locks.chat)
    if refused is not None:
        return refused
    text = orders.tidy(order.text)
    if not text:
        return Refusal("empty_text")
    if len(text) > MAX_CHAT_CHARS:
        return Refusal("text_too_long")
    wait = wait_ms(state.buckets.get(command.by), rate, max(now_ms, state.at_ms))
    return Refusal("rate_limited", wait) if wait else [facts.ChatMsg(text)]


def _held(state: State, command: Command, *, locked: bool) -> Refusal | None:
    """Why a pupil may not act now, if so. Teachers are never held."""
    if command.teacher:
        return None
    if state.frozen is not None:
        return Refusal("frozen")
    return Refusal("locked") if locked else None


def _chat_hide(state: State, command: Command, order: orders.ChatHide, now_ms: int) -> Decision:
    if not command.teacher:
        return Refusal("forbidden")
    line = next((line for line in state.chat if line.seq == order.seq), None)
    if line is None or len(state.hidden) >= MAX_HIDDEN:
        return Refusal("unknown_message")
    return [] if line.hidden else [facts.ChatHide(order.seq)]


def _hand_up(state: State, command: Command, _: orders.HandUp, now_ms: int) -> Decision:
    if command.teacher:
        return Refusal("forbidden")
    refused = _held(state, command, locked=state.locks.hands)
    if refused is not None:
        return refused
    return [] if state.hand_is_up(command.by) else [facts.HandUp(command.by)]


def _hand_down(state: State, command: Command, order: orders.HandDown, now_ms: int) -> Decision:
    person = order.person or command.by
    if person != command.by and not command.teacher:
        return Refusal("forbidden")
    return [facts.HandDown(person)] if state.hand_is_up(person) else []


def _floor_give(state: State, command: Command, order: orders.FloorGive, now_ms: int) -> Decision:
    if not command.teacher:
        return Refusal("forbidden")
    if order.person not in state.attendance:
        return Refusal("unknown_person")
    if not state.present(order.person):
        return Refusal("not_present")
    if state.frozen is not None:
        return Refusal("frozen")
    floor = state.floor
    if floor is not None and floor.person == order.person and floor.voice == order.voice:
        return []
    before = [] if floor is None else _loses_floor(state, floor.person)
    return [*before, facts.FloorGive(order.person, order.voice)]


def _loses_floor(state: State, person: str) -> list[Fact]:
    """As ``_silence``, but a teacher's voice does not hang on the floor."""
    return [facts.FloorTake(person)] if state.is_teacher(person) else _silence(state, person)


def _floor_take(state: State, command: Command, _: orders.FloorTake, now_ms: int) -> Decision:
    if state.floor is None:
        return []
    if not command.teacher and state.floor.person != command.by:
        return Refusal("forbidden")
    return _loses_floor(state, state.floor.person)


def _lock_set(state: State, command: Command, order: orders.LockSet, now_ms: int) -> Decision:
    if not command.teacher:
        return Refusal("forbidden")
    if getattr(state.locks, order.what) == order.locked:
        return []
    return [facts.LockSet(order.what, order.locked)]


def _freeze(state: State, command: Command, _: orders.Freeze, now_ms: int) -> Decision:
    if not command.teacher:
        return Refusal("forbidden")
    return [] if state.frozen == "teacher" else _freeze_all(state, "teacher")


def _unfreeze(state: State, command: Command, _: orders.Unfreeze, now_ms: int) -> Decision:
    if not command.teacher:
        return Refusal("forbidden")
    return [] if state.frozen is None else [facts.Frozen(on=False, reason=state.frozen)]


def _voice_start(state: State, command: Command, _: orders.VoiceStart, now_ms: int) -> Decision:
    if not state.may_speak(command.by):
        return Refusal("frozen" if state.frozen is not None else "no_floor")
    return [] if command.by in state.voices else [facts.VoiceStart(command.by)]


def _voice_stop(state: State, command: Command, order: orders.VoiceStop, now_ms: int) -> Decision:
    person = order.person or command.by
    if person != command.by and not command.teacher:
        return Refusal("forbidden")
    return [facts.VoiceStop(person)] if person in state.voices else []


def _report_file(state: State, command: Command, order: orders.ReportFile, now_ms: int) -> Decision:
    words = orders.tidy(order.words)
    if len(words) > MAX_CHAT_CHARS:
        return Refusal("text_too_long")
    if order.about is not None and order.about > state.seq:
        return Refusal("unknown_message")
    return [facts.ReportFiled(order.about, words)]


def _session_end(state: State, command: Command, _: orders.SessionEnd, now_ms: int) -> Decision:
    return [facts.SessionEnd()] if command.teacher else Refusal("forbidden")


_DECIDE: Final[dict[type[orders.Order], Callable[[State, Command, Any, int], Decision]]] = {
    orders.Arrive: _arrive,
    orders.Leave: _leave,
    orders.Evict: _evict,
    orders.Tick: _tick,
    orders.ChatSend: _chat_send,
    orders.ChatHide: _chat_hide,
    orders.HandUp: _hand_up,
    orders.HandDown: _hand_down,
    orders.FloorGive: _floor_give,
    orders.FloorTake: _floor_take,
    orders.LockSet: _lock_set,
    orders.Freeze: _freeze,
    orders.Unfreeze: _unfreeze,
    orders.VoiceStart: _voice_start,
    orders.VoiceStop: _voice_stop,
    orders.ReportFile: _report_file,
    orders.SessionEnd: _session_end,
}
