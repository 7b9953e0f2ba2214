"""The porter's second: what was seen in, the course out. Puts controller, ladder and floors together."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from preau.gate.rules import controller, ladder
from preau.gate.rules.calling import FLOORS, SIEGE_FLOORS
from preau.gate.rules.controller import Look, Rate, Reading, Resource
from preau.gate.rules.ladder import Rung, Signs
from preau.gate.rules.turnout import Turnout
from preau.gate.rules.verdict import Evidence, Held, hold, judge

HTTP: Final = "http"
"""The school's pages: the one resource that everybody needs."""

FIRST_BELIEFS: Final[Mapping[str, Resource]] = {
    HTTP: Resource(capacity_per_s=60.0, work_per_entry=16.0),
    "sign_in": Resource(capacity_per_s=20.0, work_per_entry=0.0, partial=True),
    "live": Resource(capacity_per_s=50.0, work_per_entry=0.0, partial=True),
}
"""What is believed before anything was measured: one thread of Django on a small machine, 16 requests an entry;
verifications of passwords at 50 ms; joins of live classes, each a commit of the journal that it shares with others.
Of the last two nobody is believed to need them before they are seen to."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the porter saw in a second.

    ``readings``: by resource; empty: nobody measures, and the house is filled by its places alone. ``expected_per_s``:
    people expected by the timetable; None: there is none. ``entered`` and ``called``: as in ``controller.Look``.
    ``pupils_wait_s``: how long pupils with a lesson wait now.
    ``turnout``: who comes and comes back; None: not known yet.
    """

    now_s: float
    waiting: int
    entered: int
    called: int
    readings: Mapping[str, Reading] = {}
    expected_per_s: float | None = None
    pupils_wait_s: float = 0.0
    turnout: Turnout | None = None
    answers: bool = True


class Helm(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered from one second to the next."""

    memory: controller.Memory = controller.Memory(resources=FIRST_BELIEFS)
    rung: Rung = Rung()
    rate: Rate | None = None
    verdict: Held = Held()


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan of the next second follows. ``calls_per_s`` None: fill by places alone."""

    calls_per_s: float | None
    floors: tuple[float, ...]
    siege: bool = False


def steer(helm: Helm, seen: Seen) -> tuple[Course, Helm]:
    """The course of the next second, and what to remember."""
    memory, rate = helm.memory, None
    if seen.readings:
        look = Look(waiting=seen.waiting, entered=seen.entered, called=seen.called, readings=seen.readings)
        rate, memory = controller.next_rate(memory, look)
    verdict = hold(helm.verdict, judge(_evidence(seen, helm.memory)), now_s=seen.now_s)
    rung = ladder.step(helm.rung, _signs(seen, memory, rate, verdict.told), now_s=seen.now_s)
    siege = rung.level == ladder.SIEGE
    course = Course(
        calls_per_s=None if rate is None else rate.calls_per_s,
        floors=SIEGE_FLOORS if siege else FLOORS,
        siege=siege,
    )
    return course, replace(helm, memory=memory, rung=rung, rate=rate, verdict=verdict)


def _evidence(seen: Seen, before: controller.Memory) -> Evidence:
    come = seen.turnout
    return Evidence(
        cards_per_s=None if come is None else come.cards_per_s,
        others_per_s=None if come is None else come.others_per_s,
        expected_per_s=seen.expected_per_s,
        shown_again=None if come is None else come.shown_again,
        done_to_seen=_done_to_seen(seen.readings.get(HTTP), before.resources.get(HTTP)),
    )


def _done_to_seen(reading: Reading | None, before: Resource | None) -> float | None:
    if reading is None or before is None or not before.seen_per_s:
        return None
    return min(reading.done_per_s / before.seen_per_s, 1.0) if reading.is_saturated else 1.0


def _signs(seen: Seen, memory: controller.Memory, rate: Rate | None, verdict: str) -> Signs:
    needed = {name: one for name, one in memory.resources.items() if name in seen.readings and one.is_needed}
    return Signs(
        utilisation=max((_utilisation(one, seen.readings[name]) for name, one in needed.items()), default=0.0),
        queue_s=max((seen.readings[name].queue_s for name in needed), default=0.0),
        target_queue_s=controller.TARGET_QUEUE_S,
        waiting=seen.waiting,
        expected_per_s=seen.expected_per_s or 0.0,
        # While nobody waits the rate is only a belief, never tried: what is expected is held against it all the same.
        rate_per_s=float("inf") if rate is None else rate.entries_per_s,
        pupils_wait_s=seen.pupils_wait_s,
        verdict=verdict,
        answers=seen.answers,
    )


def _utilisation(resource: Resource, reading: Reading) -> float:
    # What a partial resource could do is a guess until it was saturated once: it says nothing about being busy.
    guessed = resource.partial and not resource.measured_per_s
    return 0.0 if guessed else reading.done_per_s / resource.capacity_per_s
