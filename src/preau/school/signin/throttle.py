"""How many wrong tries before a pause. Pure.

A right try is given back and counts for nothing. Every try is counted twice: for the source it comes from, on this
class or login, and for all sources together. Three paces:

- ``growing``, a source's own: some tries at once, then a few after 10, 20, 40, 80, 160, 320, 360, 360 minutes, all
  forgiven a day after the first. A class behind one address makes a whole class's mistakes on its first morning.
- ``trickle``, what all sources share: a store of tries, of which one comes back every eight minutes. It is larger than
  what one source can take out of it, its last part is kept for sources that have tried little today, and it slows
  rather than refuses: where it is empty, the next try is eight minutes away, never a night.
- ``short``: some tries in ten minutes, in the browser that holds this person's own card.

What it takes to come in by guessing, with the class code in hand and unlimited sources: there are S = 20 x 19 x 18 x 17
= 116,280 picture codes and m = 30 pupils, so the first of them is hit after (S + 1) / (m + 1) = 3,751 different codes
on average. The store gives ``CLASS.most`` = 120 at once and 180 a day, so that takes 20.2 days of a class that cannot
but notice; one source alone, with 72 a day, takes 52. (``test_throttle`` plays these guessers. Three words of 676 take
150 years.) Nor can it be quicker for who comes from somewhere new: 20 days are 3,751 tries only if there is one every
461 s, and nothing but its source tells such a device from the guesser's.

A pause must not shut the class out, or anybody with its code could. So the QR card is not a try, and a device that
still holds the card (*carnet*) of somebody of this class, or of this login, is counted by itself and by nothing else.
"""

from bisect import bisect_right
from itertools import accumulate
from typing import Final, NamedTuple

WINDOW_S: Final = 600
"""Ten minutes: a child can wait for it."""
FORGIVEN_S: Final = 86_400
"""A morning's mistakes are no reason to wait on the next."""
_PAUSES_S: Final = tuple(60 * minutes for minutes in (10, 20, 40, 80, 160, 320, 360, 360))
"""Doubling up to six hours; a ninth would end after the day in which all is forgiven."""

FEW: Final = 4
"""Tries of a day and source that may come out of what is kept in the common store."""


class Pace(NamedTuple):
    """``tries`` at once, ``more`` at each of ``again_s`` (seconds since the first), all anew after ``whole_s``."""

    tries: int
    more: int
    again_s: tuple[int, ...]
    whole_s: int


class Trickle(NamedTuple):
    """``most`` tries, of which one comes back every ``every_s`` seconds; the last ``kept`` are for who tried little."""

    most: int
    every_s: int
    kept: int


class Window(NamedTuple):
    """Tries under way: how many since when (wall seconds). Of a trickle: how many that have not come back."""

    tries: int
    since_s: int


class Held(NamedTuple):
    """No further try before ``until_s`` (wall seconds)."""

    until_s: int


def short(tries: int) -> Pace:
    """``tries`` in ten minutes."""
    return Pace(tries, 0, (), WINDOW_S)


def growing(tries: int, *, more: int) -> Pace:
    """``tries``, then ``more`` after each of the growing pauses of a day."""
    return Pace(tries, more, tuple(accumulate(_PAUSES_S)), FORGIVEN_S)


CLASS_AND_SOURCE: Final = growing(40, more=4)
"""A class and its twins in one room: 25 children make ten mistakes in their first ten minutes."""
CLASS: Final = Trickle(most=120, every_s=480, kept=40)
"""One source at its limit leaves another class-full of tries, and the part that is kept besides."""
CLASS_AND_CARD: Final = growing(10, more=10)
LOGIN_AND_SOURCE: Final = growing(10, more=4)
LOGIN: Final = Trickle(most=90, every_s=480, kept=30)
LOGIN_AND_CARD: Final = short(10)


def share(pace: Pace | Trickle, *, own_tries: int) -> Pace | Trickle:
    """The part of a pace that is for a source which makes its ``own_tries``-th try of the day."""
    if isinstance(pace, Trickle) and own_tries > FEW:
        return pace._replace(most=pace.most - pace.kept)
    return pace


def after_try(window: Window | None, *, pace: Pace | Trickle, now_s: int) -> Window | Held:
    """The window with one more try in it, or until when there is none."""
    if window is None:
        return Window(1, now_s)
    if isinstance(pace, Trickle):
        return _after_trickle(_refilled(window, pace, now_s), pace, now_s)
    if now_s >= window.since_s + pace.whole_s:
        return Window(1, now_s)
    if tries_left(window, pace=pace, now_s=now_s) > 0:
        return Window(window.tries + 1, window.since_s)
    passed = bisect_right(pace.again_s, now_s - window.since_s)
    return Held(window.since_s + (*pace.again_s, pace.whole_s)[passed])


def tries_left(window: Window, *, pace: Pace | Trickle, now_s: int) -> int:
    """How many more tries ``window`` bears for now; nothing or less means a pause."""
    if isinstance(pace, Trickle):
        return pace.most - _refilled(window, pace, now_s).tries
    return pace.tries + pace.more * bisect_right(pace.again_s, now_s - window.since_s) - window.tries


def _after_trickle(window: Window, pace: Trickle, now_s: int) -> Window | Held:
    if not window.tries:
        return Window(1, now_s)
    if window.tries < pace.most:
        return Window(window.tries + 1, window.since_s)
    return Held(window.since_s + (window.tries - pace.most + 1) * pace.every_s)


def _refilled(window: Window, pace: Trickle, now_s: int) -> Window:
    since_s = min(window.since_s, now_s)  # a clock that was set back takes nothing away
    back = min(window.tries, (now_s - since_s) // pace.every_s)
    return Window(window.tries - back, since_s + back * pace.every_s)
