"""``/attente/etat.json``: the one file that everybody who waits polls. The same for all, under 2 kB, cacheable for 1 s.

A browser finds its own standing with the lane and key of its page: called iff ``free`` > 0 and key < ``w`` of its lane
(``w`` null: all are called); people before = curve of its lane below its key, plus the people of the lanes before it.
Specification: docs/protocol/gate.md.
"""

from collections.abc import Mapping
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any, Final

from preau.gate.rules.calling import OPEN, QUEUES
from preau.gate.rules.places import OTHERS
from preau.gate.rules.plan import Plan
from preau.gate.rules.standing import Curve
from preau.gate.rules.wait import Entries

VERSION: Final = 1
SAMPLE_LOTS: Final = 1024
"""Waiting devices are spread over this many lots; a sample of 1/n hears the lots divisible by n."""

_SIX_BITS: Final = {sign: bits for bits, sign in enumerate(f"{ascii_uppercase}{ascii_lowercase}{digits}-_")}
"""What a character of base64url says."""

PACE_LONGEST_S: Final = 30.0
"""However slow, a browser polls as often as this (client/gate/standing.ts), give or take a fifth. Without JavaScript
the page reloads as often (``page.render.REFRESH_S``)."""

OVERDUE_S: Final = 60.0
"""A page counts as present for so long after it should have been heard: three silences, and it is gone (its place is
not). One that says how seldom it will come is due then."""

FEW, MANY = 100, 10_000
PACE_FEW_S, PACE_S, PACE_MANY_S = 2, 5, 10
"""The least time between two polls of one browser, by how many wait: 10,000 at 10 s are 1,000 polls a second."""


def pace_s(waiting: int) -> int:
    """The shortest pace of polling that the browsers are told, seconds."""
    if waiting <= FEW:
        return PACE_FEW_S
    return PACE_S if waiting <= MANY else PACE_MANY_S


def state_document(  # noqa: PLR0913  everything that it tells
    plan: Plan,
    curves: Mapping[int, Curve],
    *,
    now_s: float,
    free: int,
    free_others: int,
    entries: Entries,
    sample: int,
    polling: int | None = None,
) -> dict[str, Any]:
    """The document, ready to be encoded as JSON.

    ``free_others``: places that are free for lane 3; without one nobody of it is told to come in, called or not.
    ``polling``: how many of the waiting poll; None: all of them.
    """
    waiting = sum(curve.people for curve in curves.values())
    watermarks = {lane: plan.watermark(lane, now_s=now_s) for lane in QUEUES}
    if free and not free_others:
        watermarks[OTHERS] = 0
    return {
        "v": VERSION,
        "now_s": int(now_s),
        "free": free,
        "pace_s": pace_s(waiting if polling is None else polling),
        "sample": sample,
        "entries": entries.number,
        "watched_s": round(entries.watched_s),
        "reason": "full" if waiting or not free else "open",
        "lanes": {str(lane): _lane(curves[lane], watermark) for lane, watermark in watermarks.items()},
    }


def _lane(curve: Curve, watermark: int) -> dict[str, Any]:
    return {
        "w": None if watermark == OPEN else watermark,
        "people": curve.people,
        "exact": curve.exact,
        "curve": curve.points,
    }


def next_sample(sample: int, *, heard: int) -> int:
    """The sample for the next minute: half as many voices when over 4,000 are heard, twice as many under 1,000."""
    if heard > 4000 and sample < SAMPLE_LOTS:  # noqa: PLR2004  a second's sort of 4,000 keys takes 2 ms
        return sample * 2
    if heard < 1000 and sample > 1:  # noqa: PLR2004  a fourth of the upper bound: no flutter between the two
        return sample // 2
    return sample


def lot_of(tid: str) -> int:
    """The lot of a ticket, in [0, 1024): its first ten bits, which are random.

    Raises:
        LookupError: this is no tid.
    """
    return (_SIX_BITS[tid[0]] << 6 | _SIX_BITS[tid[1]]) >> 2


def in_sample(lot: int, sample: int) -> bool:
    """Whether the device of ``lot`` is heard when one in ``sample`` is."""
    return lot % sample == 0
