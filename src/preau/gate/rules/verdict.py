"""The verdict on a crowd: who comes as the timetable says, who floods the door, or whether the machines are failing.

| verdict | arrivals | with a card | tickets that come back | machines |
|---|---|---|---|---|
| crowd | many, at most 1.2 times the timetable | half of them or more | | |
| attack | many, beyond 3 times the timetable | less than half | less than a fifth | |
| host | at most 1.2 times the timetable | | | finish less than lately, and work queues |

All that a verdict asks for must be known, else there is none: without a timetable nobody is accused of coming. Nobody
is blocked by it; what the ladder does with ``attack`` is to let lane 3 enter at a fiftieth. Source: research on the
gate, 3.9.
"""

from typing import Final, NamedTuple

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


def _rarely(shown_again: float | None) -> bool:
    return shown_again is not None and shown_again < COME_BACK_RARELY
