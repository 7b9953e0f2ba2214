"""Who entered in a second: drawn once from two looks at the ledger, so that everybody who counts entries counts alike.

The ledger counts claims, by lane, those of bare devices (that came without any cookie) apart. Of their difference each
reader means another part, which has a name here. Nothing is known of a second at whose beginning nobody looked, or in
which a counter went back (the store or HAProxy began anew): then there is no difference, neither 0 nor a huge one.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from preau.gate.rules.places import STAFF
from preau.tokens.ticket import LANES

NOBODY: Final = (0,) * LANES


class Claims(NamedTuple):
    """Claims granted since the ledger began: growing totals.

    ``by_lane``: of devices that showed a cookie. ``bare``: of the others, which are all in lane 3.
    """

    by_lane: tuple[int, ...] = NOBODY
    bare: int = 0

    @property
    def everybody(self) -> tuple[int, ...]:
        """By lane, bare devices too."""
        *known, others = self.by_lane
        return (*known, others + self.bare)

    @property
    def limited(self) -> int:
        """Of lanes 1 to 3, whom the capacity bounds."""
        return sum(self.everybody[STAFF + 1 :])


class Entered(NamedTuple):
    """The same for the time between two looks."""

    by_lane: tuple[int, ...]
    bare: int

    @property
    def everybody(self) -> int:
        """Who brings work: all of them."""
        return sum(self.by_lane) + self.bare

    @property
    def called(self) -> int:
        """Who entered by a call, or through an open lane: lanes 1 to 3 without bare devices.

        Those are not called and have places of their own: they say nothing about how long people wait, and nobody is
        called later because of them.
        """
        return sum(self.by_lane[STAFF + 1 :])

    @property
    def uncalled(self) -> int:
        """Who brings work that no call promised: lane 0 and bare devices."""
        return self.everybody - self.called


class Came(NamedTuple):
    """What one second brought. None: not known.

    ``entered``: claims granted. ``drawn``: places given to people who had none, by lane.
    """

    entered: Entered | None = None
    drawn: tuple[int, ...] | None = None


def entered_between(before: Claims, now: Claims) -> Entered | None:
    """Who entered between two looks; None: not known."""
    grown = grown_by((*before.by_lane, before.bare), (*now.by_lane, now.bare))
    return None if grown is None else Entered(grown[:-1], grown[-1])


def grown_by(before: Sequence[int], now: Sequence[int]) -> tuple[int, ...] | None:
    """What each of some growing totals grew by; None if one of them went back: all of them began anew with it."""
    grown = tuple(late - early for early, late in zip(before, now, strict=True))
    return None if min(grown, default=0) < 0 else grown
