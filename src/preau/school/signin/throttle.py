"""How many wrong tries before a pause. Pure.

A right try is given back and counts for nothing. A school of 1,200 pupils is one source, so no source is ever refused
as such: only its tries on one class or one login. Two paces:

- ``short``: some tries in ten minutes, from one source. It stops a hasty guesser and forgives a child soon.
- ``growing``: some tries, then as many again after 10, 20, 40, 80, 160, 320, 360, 360 minutes, all forgiven a day after
  the first; wherever they come from. It stops a patient guesser with as many addresses as he likes.

What it takes to come in by guessing, with the class code in hand and unlimited sources: there are S = 20 x 19 x 18 x 17
= 116,280 picture codes and m = 30 pupils, so the first of them is hit after (S + 1) / (m + 1) = 3,751 different codes
on average. A series of a day bears at most 9 x ``CLASS`` = 108 of them, so that takes 34.7 days of a class that cannot
but notice. (``test_throttle`` plays that guesser. Three words of 676 take 250 years.)

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

CLASS_AND_SOURCE: Final = 10
CLASS: Final = 12
CLASS_AND_CARD: Final = 10
LOGIN_AND_SOURCE: Final = 10
LOGIN: Final = 30
LOGIN_AND_CARD: Final = 10


class Pace(NamedTuple):
    """``tries`` at once, as many again at each of ``again_s`` (seconds since the first), all anew after ``whole_s``."""

    tries: int
    again_s: tuple[int, ...]
    whole_s: int


class Window(NamedTuple):
    """Tries under way: how many since when (wall seconds)."""

    tries: int
    since_s: int


class Held(NamedTuple):
    """No further try before ``until_s`` (wall seconds)."""

    until_s: int


def short(tries: int) -> Pace:
    """``tries`` in ten minutes."""
    return Pace(tries, (), WINDOW_S)


def growing(tries: int) -> Pace:
    """``tries``, then as many after each of the growing pauses of a day."""
    return Pace(tries, tuple(accumulate(_PAUSES_S)), FORGIVEN_S)


def after_try(window: Window | None, *, pace: Pace, now_s: int) -> Window | Held:
    """The window with one more try in it, or until when there is none."""
    if window is None or now_s >= window.since_s + pace.whole_s:
        return Window(1, now_s)
    if tries_left(window, pace=pace, now_s=now_s) > 0:
        return Window(window.tries + 1, window.since_s)
    passed = bisect_right(pace.again_s, now_s - window.since_s)
    return Held(window.since_s + (*pace.again_s, pace.whole_s)[passed])


def tries_left(window: Window, *, pace: Pace, now_s: int) -> int:
    """How many more tries ``window`` bears for now; nothing or less means a pause."""
    return pace.tries * (1 + bisect_right(pace.again_s, now_s - window.since_s)) - window.tries
