"""The ladder: six levels of degradation, entered quickly, left slowly, each change said with its reason.

| level | name | when | what is so then |
|---|---|---|---|
| 0 | libre | nothing presses | nobody waits, passes are given silently |
| 1 | lissage | the rate binds, or more are expected than can enter | people wait, with lessons meanwhile |
| 2 | priorité | work queues, or a class would wait over five minutes | challenge offered in lane 3 |
| 3 | siège | the verdict is an attack (``rules.verdict``) | lane 3 at a fiftieth; nobody is blocked |
| 4 | refuge | the application or the database does not answer | lessons, status and tickets go on |
| 5 | rideau | the porter is dead too: an edge decides alone | order kept, claims at half the last rate |

Level 5 is never chosen here: an edge is there by itself when its plan has run out. Source: research on the gate, 3.9.
"""

from typing import Final, NamedTuple

import msgspec

from preau.gate.rules.verdict import ATTACK, CROWD, HOST, NONE

ENTER_AFTER_S: Final = 5.0
"""A level is entered when it was needed for so long: one slow second is no state."""

LEAVE_AFTER_S: Final = 60.0
"""It is left when a lower one would have done for so long: a level that flutters is worse than one that stays."""

FREE, SMOOTHING, PRIORITY, SIEGE, REFUGE = range(5)
"""Their words for people: ``preau.published.gate_words``."""

BUSY: Final = 0.7
LONG_WAIT_S: Final = 300.0


class Signs(NamedTuple):
    """What the porter knows in a second.

    Of the resources that entries need: ``utilisation``, work finished over capacity, the highest; ``queue_s``, mean
    queueing time, the longest, and ``target_queue_s`` the most that is normal. ``expected_per_s``: people expected by
    the timetable, 0 also where there is none; ``rate_per_s``: people who can enter. ``pupils_wait_s``: how long the
    pupils with a lesson who wait now will wait. ``verdict``: of ``rules.verdict``. ``answers``: whether application
    and database do.
    """

    utilisation: float
    queue_s: float
    target_queue_s: float
    waiting: int
    expected_per_s: float
    rate_per_s: float
    pupils_wait_s: float
    verdict: str = NONE
    answers: bool = True


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """Where we stand, since when and why; and since when a higher or a lower level would fit (wall seconds)."""

    level: int = FREE
    since_s: float = 0.0
    reason: str = ""
    higher_since_s: float | None = None
    lower_since_s: float | None = None


class Need(NamedTuple):
    """The level that a second needs; ``reason`` is a code of ``preau.published.gate_words``."""

    level: int
    reason: str


def need(signs: Signs) -> Need:
    """The level that would fit this very second."""
    if not signs.answers:
        return Need(REFUGE, "app_silent")
    if signs.verdict == ATTACK:
        return Need(SIEGE, "attack")
    if signs.queue_s > signs.target_queue_s:
        return Need(PRIORITY, "host" if signs.verdict == HOST else "queueing")
    if signs.pupils_wait_s > LONG_WAIT_S:
        return Need(PRIORITY, "wait")
    if signs.waiting:
        return Need(SMOOTHING, "crowd" if signs.verdict == CROWD else "waiting")
    if signs.expected_per_s > signs.rate_per_s:
        return Need(SMOOTHING, "forecast")
    if signs.utilisation >= BUSY:
        return Need(SMOOTHING, "busy")
    return Need(FREE, "calm")


def step(rung: Rung, signs: Signs, *, now_s: float) -> Rung:
    """The rung of this second. One level up at a time is not asked for: what burns now needs its level now."""
    wanted = need(signs)
    if wanted.level > rung.level:
        since_s = _since(rung.higher_since_s, now_s)
        if now_s - since_s >= ENTER_AFTER_S:
            return Rung(level=wanted.level, since_s=now_s, reason=wanted.reason)
        return msgspec.structs.replace(rung, higher_since_s=since_s, lower_since_s=None)
    if wanted.level < rung.level:
        since_s = _since(rung.lower_since_s, now_s)
        if now_s - since_s >= LEAVE_AFTER_S:
            return Rung(level=wanted.level, since_s=now_s, reason=wanted.reason)
        return msgspec.structs.replace(rung, higher_since_s=None, lower_since_s=since_s)
    return msgspec.structs.replace(rung, reason=wanted.reason, higher_since_s=None, lower_since_s=None)


def _since(before_s: float | None, now_s: float) -> float:
    """When it began; now if it only begins, or if the clock went back."""
    return now_s if before_s is None or before_s > now_s else before_s
