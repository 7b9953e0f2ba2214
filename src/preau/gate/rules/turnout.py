"""Who comes, and who comes back: counted from the looks at the ledger, so that every engine tells the same.

A place that was not there at the last look is an arrival; so is an entry of somebody who was never seen waiting. A
place of lane 3 is *shown again* once it is heard a second time (a poll, a reload) or has entered: browsers do, robots
without cookies never do. Who has not been heard for longer than any browser is silent counts as lost.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from preau.gate.rules.entries import NOBODY, Came
from preau.gate.rules.places import OTHERS
from preau.gate.rules.state import OVERDUE_S
from preau.tokens.ticket import LANES

WINDOW_S: Final = 5
"""Arrivals are a mean over so many looks: a class that comes in one second is no flood."""

HEARD_AGAIN_S: Final = 1.5
"""A place whose presence was prolonged by more than this was heard again; less is two clocks and a slow look."""

LATE_S: Final = 8.0
"""A browser that was due so long ago does not come back: a fifth of the slowest pace by chance, and the way to the
ledger. When it was due it said itself: in half a minute, or in five with the slow page."""

FADES: Final = 0.95
JUDGED_LEAST: Final = 20.0
"""Fewer tickets that came back or did not say nothing."""

FEW: Final = 20
"""Fewer tickets in lane 3 than this are nobody's flood: each of them is somebody, shown again or not."""


class Waiting(NamedTuple):
    """One place of the census: ``until_s`` is when it will be forgotten unless it is heard again; 0: not known."""

    tid: str
    lane: int
    until_s: float


class Turnout(NamedTuple):
    """``cards_per_s``, ``others_per_s``: people who came, with a card or class link, and in lane 3.

    ``shown_again``: share of the tickets of lane 3 that came back, of those of which it can be known; None: not known.
    """

    cards_per_s: float
    others_per_s: float
    shown_again: float | None


class _Place:
    __slots__ = ("again", "first_until_s", "judged", "lane", "until_s")

    def __init__(self, lane: int, until_s: float) -> None:
        self.lane, self.first_until_s, self.until_s = lane, until_s, until_s
        self.again = self.judged = False


class Doorstep:
    """Remembers the last look. Mutable; one for each porter, told once a second. Bounded by the census."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._sample = 0
        self._came: deque[tuple[int, int]] = deque(maxlen=WINDOW_S)
        self._back = self._lost = 0.0
        self._many = False
        """Whether lane 3 may be flooded: only then is anybody asked to show a ticket twice."""

    def look(
        self,
        waiting: Sequence[Waiting],
        came: Came,
        *,
        sample: int,
        now_s: float,
    ) -> Turnout | None:
        """What one more second says; None while there is nothing to compare it with.

        Args:
            waiting: who is heard waiting, one in ``sample`` of all.
            came: since the last look; nothing is told of a second of which it is not known who entered.
            sample: one in so many is heard.
            now_s: wall clock.
        """
        begins, knows_until = sample != self._sample, all(one.until_s for one in waiting)
        self._many = knows_until and sum(one.lane == OTHERS for one in waiting) >= FEW
        new, gone, unjudged = self._compare(waiting, now_s)
        self._sample = sample
        if begins or came.entered is None:
            return None
        entered = came.entered.by_lane
        walked_in = [max(0, claims - sample * missing) for claims, missing in zip(entered, gone, strict=True)]
        walked_in[OTHERS] += came.entered.bare  # they never waited, whoever did
        arrived = [sample * seen + walked for seen, walked in zip(new, walked_in, strict=True)]
        # The places given count also those for which the ledger has no room. Of lane 3 alone: with a card, whoever
        # forgets the ticket draws another at each request, and is one person still.
        arrived[OTHERS] = max(arrived[OTHERS], (came.drawn or NOBODY)[OTHERS])
        self._came.append((sum(arrived[:OTHERS]), arrived[OTHERS]))
        self._back = FADES * self._back + min(unjudged, entered[OTHERS] / sample)
        self._lost *= FADES
        if knows_until:
            self._judge(now_s)
        return self._turnout(knows_until=knows_until)

    @property
    def heard(self) -> int:
        """How many were heard waiting at the last look."""
        return len(self._places)

    def may_be_called(self, tid: str) -> bool:
        """Whether this place is somebody's who would come: in lane 3, once the ticket was shown again.

        Before that nobody can hear of a call anyway; and a ticket drawn by a robot is never shown again.
        """
        place = self._places.get(tid)
        return place is None or place.lane != OTHERS or place.again or not self._many

    def is_waiting(self, tid: str) -> bool:
        """Whether this place counts as somebody's who waits: in lane 3, not if it is silent for too long."""
        place = self._places.get(tid)
        return place is None or place.lane != OTHERS or place.again or not (place.judged and self._many)

    def _compare(self, waiting: Sequence[Waiting], now_s: float) -> tuple[list[int], list[int], int]:
        """By lane: places that are new, and places gone before they were forgotten; of these in lane 3, not judged."""
        before, self._places = self._places, {}
        new, gone, unjudged = [0] * LANES, [0] * LANES, 0
        for one in waiting:
            place = before.pop(one.tid, None)
            if place is None:
                place = _Place(one.lane, one.until_s)
                new[one.lane] += 1
            place.again = place.again or one.until_s > place.first_until_s + HEARD_AGAIN_S
            place.lane, place.until_s = one.lane, one.until_s
            self._places[one.tid] = place
        for place in before.values():
            if place.until_s > now_s:
                gone[place.lane] += 1
                unjudged += place.lane == OTHERS and not place.judged
        return new, gone, unjudged

    def _judge(self, now_s: float) -> None:
        for place in self._places.values():
            is_late = now_s > place.until_s - OVERDUE_S + LATE_S
            if place.lane == OTHERS and not place.judged and (place.again or is_late):
                place.judged = True
                self._back += place.again
                self._lost += not place.again

    def _turnout(self, *, knows_until: bool) -> Turnout:
        judged = self._back + self._lost
        return Turnout(
            cards_per_s=sum(cards for cards, _ in self._came) / len(self._came),
            others_per_s=sum(without for _, without in self._came) / len(self._came),
            shown_again=self._back / judged if knows_until and judged >= JUDGED_LEAST else None,
        )
