"""The counters of a HAProxy edge, read as a ledger is: so the porter runs on an edge as on the embedded engine.

Who is inside is never listed, only counted. The waiting are listed: their devices are sampled (``rules.state``), so
they are a few thousand at most.
"""

from typing import Final

from preau.gate.haproxy.control import Control, EdgeUnavailable, Entry
from preau.gate.ledger import interface
from preau.gate.ledger.interface import Census, LedgerUnavailable, Wait, Waiter
from preau.gate.rules.entries import Claims
from preau.gate.rules.state import lot_of
from preau.tokens.ticket import LANES

DOOR_LIFE_MS: Final = interface.WAIT_GAP_S * 1000
"""As long as the table ``t_door`` keeps a card that was not seen again."""

SAME_MOMENT_MS: Final = 100
"""Who goes over to another place leaves the old one and is heard at the new one within the same moment."""

PRESENCE: Final = ("t_guests", "t_others", "t_staff", "t_unproven")


class EdgeLedger:
    """See ``gate.ledger.interface.Counts``.

    Args:
        control: the socket of the edge.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._door: dict[str, Wait] = {}

    async def census(self, *, now_s: float) -> Census:
        try:
            used = await self._control.used()
            seen = await self._control.entries("t_waiting")
            claims = await self._control.entries("t_claims")
        except EdgeUnavailable as error:
            raise LedgerUnavailable(str(error)) from error
        figures = next((entry.data for entry in claims if entry.key == "limited"), {})
        places, others = _latest(seen), used.get("t_others", 0) + used.get("t_unproven", 0)
        return Census(
            inside=used.get("t_guests", 0) + others,
            inside_others=others,
            inside_staff=used.get("t_staff", 0),
            claims=Claims(tuple(_figure(figures, lane + 1) for lane in range(LANES)), _figure(figures, LANES + 1)),
            waiting=tuple(waiter for _, waiter in places),
            unproven=used.get("t_unproven", 0),
            until_s=tuple(now_s + expires_in_ms / 1000 for expires_in_ms, _ in places),
        )

    async def at_the_door(self, *, now_s: float) -> dict[str, Wait]:
        """The edge remembers a wait for a quarter of an hour, the agent for the day."""
        try:
            seen = await self._control.entries("t_door")
        except EdgeUnavailable:
            return self._remembered(now_s)
        for entry in seen:
            last_s = int(now_s - (DOOR_LIFE_MS - entry.expires_in_ms) / 1000)
            first_s = min(entry.data.get("gpt0", last_s) or last_s, last_s)
            known = self._door.get(entry.key)
            if known is not None and first_s - known.last_s <= interface.WAIT_GAP_S:
                first_s, last_s = min(first_s, known.first_s), max(last_s, known.last_s)
            self._door[entry.key] = Wait(first_s, last_s)
        return self._remembered(now_s)

    async def restore_at_the_door(self, waits: dict[str, Wait]) -> None:
        self._door = {**waits, **self._door}

    def _remembered(self, now_s: float) -> dict[str, Wait]:
        oldest_s = now_s - interface.AT_THE_DOOR_MEMORY_S
        kept = [(subject, wait) for subject, wait in self._door.items() if wait.last_s >= oldest_s]
        kept.sort(key=lambda pair: pair[1].last_s)
        self._door = dict(kept[-interface.AT_THE_DOOR_MAX :])
        return dict(self._door)


def _figure(figures: dict[str, int], index: int) -> int:
    return figures.get(f"gpc{index}", 0)


def _latest(seen: list[Entry]) -> list[tuple[int, Waiter]]:
    """The place of each ticket that was heard last, if it still waits there, and how long it will be remembered (ms).

    ``gpt0`` is 1 where nobody waits any more: it was claimed, given back, or left for another place.
    """
    places: dict[str, tuple[int, int, Waiter]] = {}
    for entry in seen:
        waiter, left = _waiter(entry.key), entry.data.get("gpt0", 0)
        if waiter is not None:
            heard = entry.expires_in_ms - left * SAME_MOMENT_MS
            places[waiter.tid] = max((heard, -left, waiter), places.get(waiter.tid, (heard, -left, waiter)))
    return [(heard, waiter) for heard, left, waiter in places.values() if not left]


def _waiter(key: str) -> Waiter | None:
    lane, _, rest = key.partition(".")
    order, _, tid = rest.partition(".")
    if not (lane.isdigit() and order.isdigit()) or int(lane) > 3:  # noqa: PLR2004  the last lane
        return None
    try:
        lot_of(tid)
    except LookupError:
        return None
    return Waiter(int(lane), int(order), tid)
