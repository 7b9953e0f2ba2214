"""The ledger: the only state that the gate keeps. Counts of who is inside and who is seen waiting, no more.

Each method is one atomic domain operation, so that several edges on one Redis decide alike. Everything is
bounded and forgets by itself; losing the ledger loses nobody's place, because tickets and passes carry their meaning.

- **Inside**: a pass (its ``sid``) counts until ``until_s``; each touch moves that on. Lanes 1 to 3 fill the capacity,
  lane 3 a bounded part of it. Those that showed no cookie yet are *unproven* until their first touch: a smaller part.
- **Waiting**: tickets seen lately, for positions and for calling; a device that is gone simply drops out.
- **Sources**: unclaimed tickets by network address, for the setback in lane 3.
- **Links**: how many devices took a class's place by its link. **Spent**: challenges solved, each good once.
- **At the door**: subjects of cards seen waiting, with the first and last second of their present wait.
"""

from typing import Final, NamedTuple, Protocol

from preau.gate.rules.entries import Claims
from preau.gate.rules.state import OVERDUE_S, PACE_LONGEST_S

INSIDE_MAX: Final = 500_000
"""Passes remembered; 120 bytes each. Above it people still enter with their pass, they are only not counted."""

WAITING_MAX: Final = 20_000
"""Tickets remembered; above it the sample keeps the number near 4,000, this is the last line."""

PRESENT_S: Final = PACE_LONGEST_S + OVERDUE_S
"""How long a waiting page that was heard counts as present."""

SOURCES_MAX: Final = 100_000
SOURCE_MEMORY_S: Final = 3600
"""A source that draws no ticket for an hour starts anew."""

LEFT_MAX: Final = 100_000
LEFT_MEMORY_S: Final = 3 * 3600
"""A pass given back is refused for as long as it could have lived (two hours of lessons and half an hour)."""

AT_THE_DOOR_MAX: Final = 50_000
WAIT_GAP_S: Final = 900
"""A silence longer than this ends a wait: an afternoon's wait does not excuse the morning."""

AT_THE_DOOR_MEMORY_S: Final = 16 * 3600

LINK_ROOMS_MAX: Final = 10_000
"""Class links counted at once: links are signed by the school, so there are as many as it has lessons under way."""

CLOCKS_DIFFER_S: Final = 5
"""Edges' clocks differ by less: a claim of an earlier second counts in the latest one. One further behind says that
the latest second was of a clock ahead of its time, which is right again: from there the count goes on."""

SPENT_MAX: Final = 100_000
"""Challenges remembered for their five minutes; above it none is taken: who solved one keeps the place held."""


class LedgerUnavailable(Exception):  # noqa: N818  it says what is the case, like the refusals
    """The store behind the ledger does not answer: an engine's fault, not the visitor's."""


class Holder(NamedTuple):
    """Somebody inside or about to be: ``sid`` of the pass (= tid of the ticket) and the lane."""

    sid: str
    lane: int


class Waiter(NamedTuple):
    """A ticket seen waiting."""

    lane: int
    order_key: int
    tid: str


class Room(NamedTuple):
    """What a claim may take: people of lanes 1 to 3 inside at once, how many of them unproven, how many of lane 3.

    ``unproven`` None: the claim is of a device that brought a cookie. ``claims_per_s``: entries of those lanes in one
    second of the wall clock, of all edges together: the limit that holds whatever was promised.
    """

    capacity: int
    unproven: int | None = None
    claims_per_s: int = 2**31
    others: int = 2**31


class Wait(NamedTuple):
    """From when to when a card was seen waiting, whole wall seconds."""

    first_s: int
    last_s: int


class Census(NamedTuple):
    """One look at the whole ledger."""

    inside: int
    """People of lanes 1 to 3 inside."""
    inside_staff: int
    """People of lane 0 inside."""
    claims: Claims
    """Claims granted since the ledger began."""
    waiting: tuple[Waiter, ...]
    """In no particular order."""
    until_s: tuple[float, ...] = ()
    """Until when each of them counts as present, in the same order: it grows when they are heard. Empty: not known."""
    unproven: int = 0
    """Of those inside, devices that showed no cookie yet."""
    inside_others: int = 0
    """Of those inside, people of lane 3."""


class Counts(Protocol):
    """What the porter asks of a store; an edge that keeps its own counters answers no more than this."""

    async def at_the_door(self, *, now_s: float) -> dict[str, Wait]:
        """The waits that are remembered, by subject."""

    async def restore_at_the_door(self, waits: dict[str, Wait]) -> None:
        """Puts back what was published before a restart; what the ledger knows itself wins."""

    async def census(self, *, now_s: float) -> Census:
        """Counts, after forgetting what has expired. Cost: linear in the people waiting, once a second."""


class Ledger(Counts, Protocol):
    """What the engine and the porter ask of a store. Times are wall-clock seconds; the caller brings them.

    Every method may raise ``LedgerUnavailable``.
    """

    async def draw_place(self, source: str, *, now_s: float) -> int:
        """Counts one more unclaimed ticket of ``source``; returns how many there were before."""

    async def note_waiting(self, waiter: Waiter, *, until_s: float, now_s: float) -> None:
        """This ticket waits and counts as present until ``until_s``; a ticket has one place, the latest noted.

        Who is counted inside, by another device, does not wait.
        """

    async def stop_waiting(self, tid: str) -> None:
        """This ticket waits no longer: its holder has another name since a card was shown with it."""

    async def claim(self, holder: Holder, *, source: str, room: Room, until_s: float, now_s: float) -> bool:
        """Takes a place inside if one is free (lane 0: always), and stops waiting. A second claim is the same person.

        With a place of lane 3 one unclaimed ticket of ``source`` is forgotten: the other lanes draw from no source.
        """

    async def touch(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        """Somebody with a valid pass is active: counts until ``until_s``, in ``holder.lane``, capacity or not.

        Returns False, and counts nothing, if this pass was given back.
        """

    async def resume(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        """Somebody whose pass has expired comes back: as ``touch``, if and only if this sid is counted inside now.

        So it is neither a claim nor an entry: nobody is inside who was not a moment before. Waiting stops.
        """

    async def leave(self, sid: str, *, now_s: float) -> None:
        """Gives the place back, inside or waiting; the pass is refused from now on, until its ticket claims again."""

    async def take_by_link(self, room: str, *, most: int, until_s: float, now_s: float) -> bool:
        """Counts one more device that takes the place of ``room`` by its link, until ``until_s``.

        Returns False, and counts nothing, once ``most`` have.
        """

    async def spend(self, nonce: str, *, until_s: float, now_s: float) -> bool:
        """Spends a challenge, remembered until ``until_s``; True the first time only, and while there is room."""

    async def note_at_the_door(self, subject: str, *, now_s: float) -> Wait:
        """This card's holder is waiting now; returns the present wait."""

    async def close(self) -> None:
        """Lets go of connections."""
