"""How many wrong tries before a pause. Pure.

Tries are counted in windows of ten minutes that begin with the first of them. Three limits bear together: a class from
one source, a class from everywhere, a login from one source. A school of 1,200 pupils is one source, so no source is
ever refused as such: only its tries on one class or one login. A right try is given back and so counts for nothing.
"""

from typing import Final, NamedTuple

WINDOW_S: Final = 600
"""Ten minutes: a child can wait for it, and who holds a class code still needs days from one source to hit anybody."""

CLASS_AND_SOURCE: Final = 10
CLASS: Final = 100
LOGIN_AND_SOURCE: Final = 10


class Window(NamedTuple):
    """Tries under way: how many since when (wall seconds)."""

    tries: int
    since_s: int


class Held(NamedTuple):
    """No further try before ``until_s`` (wall seconds)."""

    until_s: int


def after_try(window: Window | None, *, limit: int, now_s: int) -> Window | Held:
    """The window with one more try in it, or until when there is none."""
    if window is None or now_s >= window.since_s + WINDOW_S:
        return Window(1, now_s)
    if window.tries >= limit:
        return Held(window.since_s + WINDOW_S)
    return Window(window.tries + 1, window.since_s)
