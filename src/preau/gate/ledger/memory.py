"""The ledger in the memory of one process: the default, and the test double. Atomic because nothing in it awaits.

After a restart it is empty and learns again from the passes that come back.
"""

from preau.gate.ledger import interface
from preau.gate.ledger.interface import Census, Holder, Room, Wait, Waiter
from preau.gate.rules.entries import Claims
from preau.gate.rules.places import OTHERS, STAFF
from preau.tokens.ticket import LANES


class _Inside:
    """Sids and until when they count, with the number of each kind kept while they come and go."""

    __slots__ = ("lane", "until_s")

    def __init__(self, lane: int, until_s: float) -> None:
        self.lane = lane
        self.until_s = until_s


class MemoryLedger:
    """See ``gate.ledger.interface``."""

    def __init__(self) -> None:
        self._inside: dict[str, _Inside] = {}
        self._staff = self._others = 0
        self._unproven: set[str] = set()
        self._swept_at_s = self._forgot_at_s = 0.0
        self._left: dict[str, float] = {}
        self._waiting: dict[str, tuple[Waiter, float]] = {}
        self._sources: dict[str, tuple[int, float]] = {}
        self._linked: dict[str, tuple[int, float]] = {}
        self._spent: dict[str, float] = {}
        self._at_the_door: dict[str, Wait] = {}
        self._claimed, self._bare_total = [0] * LANES, 0
        self._claims_of_s, self._claims = 0, 0

    async def draw_place(self, source: str, *, now_s: float) -> int:
        count, last_s = self._sources.pop(source, (0, now_s))
        if now_s - last_s > interface.SOURCE_MEMORY_S:
            count = 0
        if len(self._sources) >= interface.SOURCES_MAX:
            del self._sources[next(iter(self._sources))]  # the one that drew longest ago: dicts keep their order
        self._sources[source] = (count + 1, now_s)
        return count

    async def note_waiting(self, waiter: Waiter, *, until_s: float, now_s: float) -> None:
        if self._is_inside(waiter.tid, now_s):
            return
        if len(self._waiting) >= interface.WAITING_MAX and waiter.tid not in self._waiting:
            if int(now_s) != int(self._forgot_at_s):  # it looks at all of them: once a second, whoever else comes
                self._forget_waiting(now_s)
            if len(self._waiting) >= interface.WAITING_MAX:
                return
        self._waiting[waiter.tid] = (waiter, until_s)

    async def stop_waiting(self, tid: str) -> None:
        self._waiting.pop(tid, None)

    async def claim(self, holder: Holder, *, source: str, room: Room, until_s: float, now_s: float) -> bool:
        known = self._is_inside(holder.sid, now_s)
        if not known and holder.lane != STAFF and self._limited(now_s) >= room.capacity:
            return False
        if not known and holder.lane == OTHERS and self._others >= room.others:
            return False
        if not known and room.unproven is not None and len(self._unproven) >= room.unproven:
            return False
        if not known and holder.lane != STAFF and not self._counts_claim(room.claims_per_s, now_s):
            return False
        if not known:
            self._claimed[holder.lane] += room.unproven is None
            self._bare_total += room.unproven is not None
            if holder.lane == OTHERS:
                self._forgive_source(source)
        self._left.pop(holder.sid, None)
        self._waiting.pop(holder.sid, None)
        self._enter(holder, until_s)
        if not known and room.unproven is not None and holder.sid in self._inside:
            self._unproven.add(holder.sid)
        return True

    async def touch(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        left_until_s = self._left.get(holder.sid)
        if left_until_s is not None and now_s < left_until_s:
            return False
        self._enter(holder, until_s)
        return True

    async def resume(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        if not self._is_inside(holder.sid, now_s):
            return False
        self._waiting.pop(holder.sid, None)
        self._enter(holder, until_s)
        return True

    async def leave(self, sid: str, *, now_s: float) -> None:
        self._drop(sid)
        self._waiting.pop(sid, None)
        if len(self._left) >= interface.LEFT_MAX:
            del self._left[next(iter(self._left))]
        self._left[sid] = now_s + interface.LEFT_MEMORY_S

    async def take_by_link(self, room: str, *, most: int, until_s: float, now_s: float) -> bool:
        count, known_until_s = self._linked.pop(room, (0, until_s))
        if known_until_s <= now_s:
            count = 0
        if len(self._linked) >= interface.LINK_ROOMS_MAX:
            del self._linked[min(self._linked, key=lambda known: self._linked[known][1])]  # the one that ends first
        self._linked[room] = (min(count + 1, most), max(until_s, known_until_s))
        return count < most

    async def spend(self, nonce: str, *, until_s: float, now_s: float) -> bool:
        if len(self._spent) >= interface.SPENT_MAX:
            self._spent = {
                known: known_until_s for known, known_until_s in self._spent.items() if known_until_s > now_s
            }
        if self._spent.get(nonce, now_s) > now_s or len(self._spent) >= interface.SPENT_MAX:
            return False
        self._spent[nonce] = until_s
        return True

    async def note_at_the_door(self, subject: str, *, now_s: float) -> Wait:
        wait = self._at_the_door.pop(subject, None)
        second = int(now_s)
        if wait is None or second - wait.last_s > interface.WAIT_GAP_S:
            wait = Wait(second, second)
        if len(self._at_the_door) >= interface.AT_THE_DOOR_MAX:
            del self._at_the_door[next(iter(self._at_the_door))]
        self._at_the_door[subject] = wait = Wait(wait.first_s, second)
        return wait

    async def at_the_door(self, *, now_s: float) -> dict[str, Wait]:
        oldest_s = now_s - interface.AT_THE_DOOR_MEMORY_S
        self._at_the_door = {subject: wait for subject, wait in self._at_the_door.items() if wait.last_s >= oldest_s}
        return dict(self._at_the_door)

    async def restore_at_the_door(self, waits: dict[str, Wait]) -> None:
        self._at_the_door = {**waits, **self._at_the_door}

    async def census(self, *, now_s: float) -> Census:
        self._sweep(now_s)
        self._forget_waiting(now_s)
        self._left = {sid: until_s for sid, until_s in self._left.items() if until_s > now_s}
        self._linked = {room: count for room, count in self._linked.items() if count[1] > now_s}
        waiting = tuple(waiter for waiter, _ in self._waiting.values())
        until_s = tuple(until_s for _, until_s in self._waiting.values())
        limited = len(self._inside) - self._staff
        unproven = len(self._unproven)
        claims = Claims(tuple(self._claimed), self._bare_total)
        return Census(limited, self._staff, claims, waiting, until_s, unproven, self._others)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _is_inside(self, sid: str, now_s: float) -> bool:
        stay = self._inside.get(sid)
        return stay is not None and now_s < stay.until_s

    def _counts_claim(self, most: int, now_s: float) -> bool:
        second = int(now_s)
        if second > self._claims_of_s or self._claims_of_s - second > interface.CLOCKS_DIFFER_S:
            self._claims_of_s, self._claims = second, 0
        if self._claims >= most:
            return False
        self._claims += 1
        return True

    def _limited(self, now_s: float) -> int:
        if int(now_s) != int(self._swept_at_s):
            self._sweep(now_s)
        return len(self._inside) - self._staff

    def _sweep(self, now_s: float) -> None:
        self._swept_at_s = now_s
        for sid in [sid for sid, stay in self._inside.items() if stay.until_s <= now_s]:
            self._drop(sid)

    def _enter(self, holder: Holder, until_s: float) -> None:
        self._unproven.discard(holder.sid)
        stay = self._inside.get(holder.sid)
        if stay is None:
            if len(self._inside) >= interface.INSIDE_MAX:
                return
            stay = self._inside[holder.sid] = _Inside(holder.lane, until_s)
            self._count(holder.lane, 1)
        self._count(stay.lane, -1)
        self._count(holder.lane, 1)
        stay.lane, stay.until_s = holder.lane, max(stay.until_s, until_s)

    def _drop(self, sid: str) -> None:
        stay = self._inside.pop(sid, None)
        self._unproven.discard(sid)
        if stay is not None:
            self._count(stay.lane, -1)

    def _count(self, lane: int, people: int) -> None:
        self._staff += people if lane == STAFF else 0
        self._others += people if lane == OTHERS else 0

    def _forgive_source(self, source: str) -> None:
        count, last_s = self._sources.get(source, (0, 0.0))
        if count:
            self._sources[source] = (count - 1, last_s)

    def _forget_waiting(self, now_s: float) -> None:
        self._forgot_at_s = now_s
        for tid in [tid for tid, (_, until_s) in self._waiting.items() if until_s <= now_s]:
            del self._waiting[tid]
