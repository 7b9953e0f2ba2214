"""Scripts for the rules of the room: who does what when, and what comes of it. No clock but the script's own."""

from typing import Any

from preau.live.room import facts, orders
from preau.live.room.decide import Command, decide
from preau.live.room.evolve import evolve
from preau.live.room.facts import Event, kind_of
from preau.live.room.orders import Order
from preau.live.room.refusals import Refusal
from preau.live.room.state import State

TEACHER, INES, KARIM, ZOE = "teacher", "inès", "karim", "zoé"
T0_MS = 1_795_422_600_000


class Script:
    """A class under test; ``says`` gives an order and returns the kinds of the events, or the code of the refusal."""

    def __init__(self) -> None:
        self.state = State()
        self.log: list[Event] = []
        self.now_ms = T0_MS

    def says(self, who: str, order: Order, *, after_s: float = 0) -> list[str] | str:
        decided = self.decides(who, order, after_s=after_s)
        return decided.code if isinstance(decided, Refusal) else [kind_of(event.fact) for event in decided]

    def decides(self, who: str, order: Order, *, after_s: float = 0) -> list[Event] | Refusal:
        self.now_ms += int(after_s * 1000)
        decided = decide(self.state, Command(who, order, who == TEACHER), self.now_ms)
        if not isinstance(decided, Refusal):
            for event in decided:
                self.state = evolve(self.state, event)
            self.log += decided
        return decided

    def arrive(self, *persons: str) -> None:
        for person in persons:
            decided = self.says(person, orders.Arrive())
            assert isinstance(decided, list), decided

    def last(self) -> Any:
        return self.log[-1].fact


def opened(*pupils: str) -> Script:
    """A class whose teacher and ``pupils`` are in."""
    script = Script()
    script.arrive(TEACHER, *pupils)
    return script


__all__ = ["INES", "KARIM", "T0_MS", "TEACHER", "ZOE", "Script", "facts", "opened", "orders"]
