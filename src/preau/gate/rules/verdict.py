"""The verdict on a crowd: who comes as the timetable says, who floods the door, or whether the machines are failing.

| verdict | arrivals | with a card | tickets that come back | machines |
|---|---|---|---|---|
| crowd | many, at most 1.2 times the timetable | half of them or more | | |
| attack | many, beyond 3 times the timetable | less than half | less than a fifth | |
| host | at most 1.2 times the timetable | | | finish less than lately, and work queues |

All that a verdict asks for must be known, else there is none: without a timetable nobody is accused of coming. Nobody
is blocked by it; what the ladder does with ``attack`` is to let lane 3 enter at a fiftieth. Source: research on the
gate, 3.9.

What it cannot see: the share of tickets that come back is one for the whole of lane 3. A flood that shows one ticket in
five again is no ``attack`` here, and is bounded only by what holds for all of lane 3; numbers alone say nothing, for a
school on its first day is far beyond any timetable too.
"""

from typing import Final, NamedTuple

import msgspec

MANY_PER_S: Final = 5.0
"""Fewer arrivals than a class in five seconds flood nothing."""

AS_EXPECTED: Final = 1.2
FAR_BEYOND: Final = 3.0
CARDS_USUAL: Final = 0.5
"""On a school morning nine in ten bring a card; on the first day of a term half of the families may not."""

COME_BACK_RARELY: Final = 0.2
"""Of people nearly all come back: their browser polls. Of robots without cookies none does."""

FINISH_LESS: Final = 0.7
"""Of the highest throughput lately: less is a machine that has lost something, not chance."""

HOLDS_S: Final = 5.0
"""What the seconds are taken for is told once it has been the same for so long, and withdrawn alike."""

CROWD, ATTACK, HOST, NONE = "crowd", "attack", "host", ""
"""Codes of ``preau.published.gate_words.VERDICTS``."""


class Evidence(NamedTuple):
    """What is known of this moment; None: not known.

    ``expected_per_s``: people by the timetable. ``shown_again``: share of the tickets of lane 3 that came back.
    ``done_to_seen``: work finished over the highest lately, while work queues; 1 while none does.
    """

    cards_per_s: float | None = None
    others_per_s: float | None = None
    expected_per_s: float | None = None
    shown_again: float | None = None
    done_to_seen: float | None = None


def judge(evidence: Evidence) -> str:
    """The verdict of this second, ``NONE`` if nothing special is known."""
    cards, others, expected = evidence.cards_per_s, evidence.others_per_s, evidence.expected_per_s
    if cards is None or others is None or expected is None:
        return NONE
    arrivals = cards + others
    many = arrivals >= MANY_PER_S
    card_share = cards / arrivals if arrivals else 1.0
    if many and arrivals > FAR_BEYOND * expected and card_share < CARDS_USUAL and _rarely(evidence.shown_again):
        return ATTACK
    if arrivals > max(AS_EXPECTED * expected, MANY_PER_S):
        return NONE
    if evidence.done_to_seen is not None and evidence.done_to_seen < FINISH_LESS:
        return HOST
    return CROWD if many and card_share >= CARDS_USUAL else NONE


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict that is ``told``, and which ``other`` one the seconds since ``other_since_s`` have been judged to."""

    told: str = NONE
    other: str = NONE
    other_since_s: float | None = None


def hold(held: Held, judged: str, *, now_s: float) -> Held:
    """One more second that was ``judged``: a verdict that came and went by the second would say nothing."""
    if judged == held.told:
        return Held(told=held.told)
    since_s = held.other_since_s
    if since_s is None or judged != held.other or since_s > now_s:  # it only begins, or the clock went back
        return Held(told=held.told, other=judged, other_since_s=now_s)
    return Held(told=judged) if now_s - since_s >= HOLDS_S else held


def _rarely(shown_again: float | None) -> bool:
    return shown_again is not None and shown_again < COME_BACK_RARELY
