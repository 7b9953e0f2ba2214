"""The maps of an edge as text: what the agent rewrites while HAProxy runs, and a few that never change.

A map is ``key value`` per line. Keys of the ``map_int`` kind may be ranges ``low:high``, both ends included.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from preau.gate.page.words import wait_text
from preau.gate.rules.calling import OPEN
from preau.gate.rules.discount import LEAST_LEVEL
from preau.gate.rules.lottery import rank_keys
from preau.gate.rules.places import CARDS, OTHERS
from preau.gate.rules.plan import HORIZON_S, Plan
from preau.gate.rules.standing import Curve
from preau.gate.rules.wait import Entries, wait_interval
from preau.tokens.card import LIFE_DAYS
from preau.tokens.keyring import DAY_S, Keyring
from preau.tokens.ticket import TID

Lines = tuple[tuple[str, str], ...]

SUSPENDED_PAGE, PUZZLE_PAGE = 1, 2
"""Waiting pages other than the usual one; the figures stand for them in ``plan.map``."""
KEYS_AHEAD_DAYS: Final = 8
"""Keys are written for a week to come: an edge whose agent is dead goes on minting. Which days are accepted is decided
by the rules of the configuration, second by second, not by what stands in the map."""

OLDEST_DAYS: Final = {"c1": LIFE_DAYS, "t1": 1, "p1": 1, "l1": 1, "d1": 1}
INTERPOLATED_STEPS: Final = 8
"""Between two points of a curve: people before are then an eighth of the distance off at most."""
LONGEST_QUEUE: Final = 1_000_000
MOST_CLAIMS: Final = 1_000_000
"""More than there ever are: the end of a range, and « no limit » as a number that HAProxy can compare."""


def text_of(lines: Iterable[tuple[str, str]]) -> str:
    """A map as the text of its file."""
    return "".join(f"{key} {value}\n" for key, value in lines)


def key_lines(keyring: Keyring, *, now_s: float) -> Lines:
    """The verification keys by ``kind.kid``, base64; with the standing keys for ranks and tids."""
    today = int(now_s // DAY_S)
    lines = [("generation", keyring.kid(now_s).partition("-")[2])]
    lines += [("rank", _base64(rank_keys(keyring)(today))), ("tid", _base64(keyring.pseudonym_key(TID)))]
    for kind, oldest in OLDEST_DAYS.items():
        for day in range(today - oldest - 1, today + KEYS_AHEAD_DAYS + 1):
            lines += [(f"{kind}.{kid}", _base64(keyring.key(kind, kid))) for kid in keyring.kids(day)]
    return tuple(lines)


def plan_lines(  # noqa: PLR0913  the figures of one look
    plan: Plan,
    *,
    capacity: int,
    others: int,
    unproven: int,
    sample: int,
    now_s: float,
    level: int = 0,
    suspended: bool = False,
) -> Lines:
    """The plan by ``lane:second`` for the 60 s to come, and the figures that go with it.

    Args:
        plan: watermarks, limits of claims, and for the time after it the last waits and watermarks of lanes 2 and 3.
        capacity: people of lanes 1 to 3 inside at once.
        others: how many of them may be of lane 3.
        unproven: how many of them may be devices without any cookie.
        sample: one in so many of the waiting is heard.
        now_s: wall clock.
        level: of the ladder, 0 to 5.
        suspended: whether operators have ordered that nobody new is called.
    """
    lines = [("capacity", str(capacity)), ("others", str(others)), ("unproven", str(unproven)), ("sample", str(sample))]
    if suspended or level >= LEAST_LEVEL:  # else no page is another than the usual one
        lines.append(("page", str(SUSPENDED_PAGE if suspended else PUZZLE_PAGE)))
    lines += [("claims", str(_limit(plan.claims_per_s))), ("calm", str(_limit(plan.calm_claims_per_s)))]
    for lane in (CARDS, OTHERS):
        lines += [(f"wait{lane}", str(plan.wait_s[lane])), (f"last{lane}", str(plan.marks[-1][lane]))]
    first_s = int(now_s)
    for second in range(first_s, first_s + HORIZON_S):
        marks = (plan.watermark(lane, now_s=second) for lane in range(4))
        lines += [(f"{lane}:{second}", str(mark)) for lane, mark in enumerate(marks)]
    return tuple(lines)


def _limit(claims_per_s: float) -> int:
    """As a counter of 32 bits is compared with it."""
    return min(int(claims_per_s), MOST_CLAIMS)


def standing_lines(curves: Mapping[int, Curve], lane: int) -> Lines:
    """How many people are before a key of ``lane``: the curve as a staircase over ranges of keys."""
    own = curves.get(lane)
    first = sum(curve.people for before, curve in curves.items() if before < lane)
    if own is None or not own.points:
        return ((f"0:{OPEN}", str(first)),)
    lines, low, below = [], 0, 0
    for key, people in own.points:
        lines += [(keys, str(first + number)) for keys, number in _stairs(low, key, below, people, exact=own.exact)]
        low, below = key + 1, people
    return (*lines, (f"{low}:{OPEN}", str(first + below)))


def _stairs(low: int, high: int, below: int, people: int, *, exact: bool) -> Iterable[tuple[str, int]]:
    if low > high:
        return
    if exact or not below:
        yield f"{low}:{high}", below
        return
    steps, before_low = min(INTERPOLATED_STEPS, high - low + 1), low - 1
    width, between = (high - before_low) / steps, max(people - below - 1, 0)
    for step in range(steps):
        start, end = low + int(step * width), low + int((step + 1) * width) - 1
        share = ((start + end) // 2 - before_low) / (high - before_low)  # as at the middle of the step
        yield f"{start}:{high if step == steps - 1 else end}", below + int(share * between)


def wait_lines(entries: Entries, longest: int) -> Lines:
    """What is told to who has so many people before: the interval in words, by ranges of people."""
    lines: list[tuple[str, str]] = []
    start, told = 0, wait_text(wait_interval(0, entries))
    if told is None:
        return ()
    before = 0
    while before < longest:
        after = before + 1 + before // 50  # by ones up to 50, then by steps of 2 %
        text = wait_text(wait_interval(after, entries)) or ""
        if text != told:
            lines.append((f"{start}:{after - 1}", told))
            start, told = after, text
        before = after
    return (*lines, (f"{start}:{LONGEST_QUEUE}", told))


def power_lines() -> Lines:
    """2**n for the hours of a day and its end."""
    return tuple((str(hour), str(1 << hour)) for hour in range(25))


def length_lines() -> Lines:
    """The number of binary digits of a mask of 24 hours: the hour after the highest that is set."""
    return (("0", "0"), *((f"{1 << bits >> 1}:{(1 << bits) - 1}", str(bits)) for bits in range(1, 25)))


def chunks(lines: Sequence[tuple[str, str]], *, most_bytes: int) -> Iterable[str]:
    """The text of a map in pieces of whole lines: the socket takes one buffer at a time."""
    piece: list[str] = []
    size = 0
    for key, value in lines:
        line = f"{key} {value}\n"
        length = len(line.encode())
        if piece and size + length > most_bytes:
            yield "".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += length
    if piece:
        yield "".join(piece)


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
