"""The next stretch of a log: what a group of commands decided, before it is durable."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

from preau.live.journal.interface import RESULTS_KEPT, Line, Recovered
from preau.live.room.decide import Command, decide
from preau.live.room.evolve import evolve
from preau.live.room.facts import Event, kind_of
from preau.live.room.refusals import Refusal
from preau.live.room.state import State
from preau.live.room.wire import fact_from_json, fact_to_json

_STATE = msgspec.json.Decoder(State)


class Results:
    """The first result of each command: (by, op id) -> seq. Bounded; the oldest are forgotten."""

    def __init__(self, known: Mapping[tuple[str, str], int]) -> None:
        self._known = OrderedDict(sorted(known.items(), key=lambda item: item[1]))

    def get(self, by: str, op_id: str | None) -> int | None:
        """The seq that was answered the first time, if there was one."""
        return None if op_id is None else self._known.get((by, op_id))

    def keep(self, results: Mapping[tuple[str, str], int]) -> None:
        """Remembers results that are durable now."""
        self._known.update(results)
        while len(self._known) > RESULTS_KEPT:
            self._known.popitem(last=False)


class Draft:
    """Events decided one command after the other on a state that nobody has seen yet."""

    def __init__(self, state: State, results: Results) -> None:
        self.state = state
        self.events: list[Event] = []
        self.lines: list[Line] = []
        self.results: dict[tuple[str, str], int] = {}
        self._earlier = results

    def add(self, command: Command, op_id: str | None, now_ms: int) -> int | Refusal:
        """Decides a command: the seq to acknowledge, or the refusal."""
        first = self._earlier.get(command.by, op_id)
        if first is None and op_id is not None:
            first = self.results.get((command.by, op_id))
        if first is not None:
            return first
        decided = decide(self.state, command, now_ms)
        if isinstance(decided, Refusal):
            return decided
        for event in decided:
            self.state = evolve(self.state, event)
            self.lines.append(to_line(event, op_id if event is decided[-1] else None))
        self.events += decided
        if op_id is not None:
            self.results[command.by, op_id] = self.state.seq
        return self.state.seq


def to_line(event: Event, op_id: str | None) -> Line:
    """An event as the journal keeps it."""
    return Line(event.seq, event.at, event.by, kind_of(event.fact), fact_to_json(event.fact), op_id)


def from_line(line: Line) -> Event:
    """An event read back from the journal."""
    return Event(line.seq, line.at_ms, line.by, fact_from_json(line.body))


def replay(recovered: Recovered) -> tuple[State, Sequence[Event]]:
    """The state a journal holds, and the events since its snapshot."""
    state = State() if recovered.snapshot is None else _STATE.decode(recovered.snapshot[1])
    events = [from_line(line) for line in recovered.lines]
    for event in events:
        state = evolve(state, event)
    return state, events
