"""What holds for every class that can happen: any persons, any orders, any times."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from live.room.script import INES, KARIM, T0_MS, TEACHER, ZOE, Script, orders
from preau.live.draft import from_line, to_line
from preau.live.room.evolve import evolve
from preau.live.room.facts import SERVER
from preau.live.room.orders import Order
from preau.live.room.register import Door, register
from preau.live.room.state import CHAT_KEPT, State
from preau.published.shapes import Roster, RosterMember

PERSONS = (TEACHER, INES, KARIM, ZOE)
person = st.sampled_from(PERSONS)
of_persons: st.SearchStrategy[Order] = st.one_of(
    st.builds(orders.ChatSend, st.text(max_size=20)),
    st.builds(orders.ChatHide, st.integers(1, 40)),
    st.builds(orders.HandUp),
    st.builds(orders.HandDown, st.none() | person),
    st.builds(orders.FloorGive, person, st.booleans()),
    st.builds(orders.FloorTake),
    st.builds(orders.LockSet, st.sampled_from(["chat", "hands", "entry"]), st.booleans()),
    st.builds(orders.Freeze),
    st.builds(orders.Unfreeze),
    st.builds(orders.VoiceStart),
    st.builds(orders.VoiceStop, st.none() | person),
    st.builds(orders.ReportFile, st.none() | st.integers(1, 40), st.text(max_size=10)),
    st.builds(orders.Arrive),
    st.builds(orders.Arrive),
)
of_server: st.SearchStrategy[Order] = st.one_of(
    st.builds(orders.Leave, person, st.integers(T0_MS - 30_000, T0_MS + 4_000_000)),
    st.builds(orders.Evict, person),
    st.builds(orders.Tick, st.just(T0_MS // 1000 + 3600)),
)
step = (
    st.tuples(person, of_persons)
    | st.tuples(st.just(SERVER), of_server)
    | st.tuples(person, st.builds(orders.SessionEnd))
)
steps = st.lists(st.tuples(step, st.floats(-5, 200)), max_size=60)
ROSTER = Roster(
    live_class="c",
    title="t",
    class_group="g",
    section="ecole",
    starts_at_s=T0_MS // 1000,
    ends_at_s=T0_MS // 1000 + 3600,
    members=tuple(
        RosterMember(
            person=person,
            role="teacher" if person == TEACHER else "pupil",
            full_name=person,
            short_name=person,
            pseudonym=f"s-{person}",
        )
        for person in PERSONS
    ),
)


def play(moves: list[tuple[tuple[str, Order], float]]) -> Script:
    script = Script()
    for (who, order), after_s in moves:
        script.says(who, order, after_s=after_s)
    return script


@given(steps)
@settings(deadline=None)
def test_replaying_the_log_from_the_journals_bytes_gives_the_live_state(
    moves: list[tuple[tuple[str, Order], float]],
) -> None:
    script = play(moves)
    replayed = State()
    for event in script.log:
        replayed = evolve(replayed, from_line(to_line(event, None)))
    assert replayed == script.state


@given(steps, st.integers(0, 60))
@settings(deadline=None)
def test_a_snapshot_anywhere_and_the_rest_of_the_log_give_the_live_state(
    moves: list[tuple[tuple[str, Order], float]], at: int
) -> None:
    script = play(moves)
    state = State()
    for event in script.log[:at]:
        state = evolve(state, event)
    state = msgspec.json.decode(msgspec.json.encode(state), type=State)
    for event in script.log[at:]:
        state = evolve(state, event)
    assert state == script.state


@given(steps)
@settings(deadline=None)
def test_what_always_holds(moves: list[tuple[tuple[str, Order], float]]) -> None:
    state = play(moves).state
    hands = [hand.person for hand in state.hands]
    assert len(hands) == len(set(hands))
    assert [hand.at for hand in state.hands] == sorted(hand.at for hand in state.hands)
    assert len(state.voices) == len(set(state.voices))
    if state.ended_ms is None:
        assert all(state.may_speak(speaker) and state.present(speaker) for speaker in state.voices)
    assert state.floor is None or state.present(state.floor.person)
    assert state.frozen is None or state.floor is None
    assert len(state.chat) <= CHAT_KEPT
    assert state.opened_ms is not None or not state.attendance


@given(steps, st.sets(person), st.integers(0, 8_000))
@settings(deadline=None)
def test_the_register_has_exactly_one_entry_per_pupil_of_the_roster(
    moves: list[tuple[tuple[str, Order], float]], waited: set[str], after_s: int
) -> None:
    script = play(moves)
    door = Door({f"s-{p}": (T0_MS // 1000, T0_MS // 1000) for p in waited})
    found = register(script.state, ROSTER, door, now_ms=script.now_ms + after_s * 1000)
    assert [entry.person for entry in found.entries] == [INES, KARIM, ZOE]
    for entry in found.entries:
        never = entry.person not in script.state.attendance
        assert (entry.first_seen_at_s is None) == never
        assert never or entry.status in {"present", "late", "left"}
        assert entry.status != "absent" or entry.person not in waited
        if entry.first_seen_at_s is not None and entry.last_seen_at_s is not None:
            assert 0 <= entry.present_s <= entry.last_seen_at_s - entry.first_seen_at_s + 1
