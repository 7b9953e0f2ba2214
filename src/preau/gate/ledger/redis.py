"""The ledger on Redis (or Valkey): several edges, one count. Each operation is one Lua script, so it is atomic.

Layout, all under one hash tag so that a cluster keeps it on one node:
``limited`` and ``staff``: sorted sets sid -> until_s; a sid is in one of the two. ``others``: those of
``limited`` in lane 3, and of these ``unproven``: who showed no cookie yet. ``left``: sid -> until_s.
``waiting``: hash tid -> "lane:key", with ``present`` tid -> until_s. ``drawn``: hash source -> tickets, with
``drawers`` source -> last_s. ``door``: hash subject -> first_s, with ``doorbell`` subject -> last_s.
``linked``: hash room -> devices, with ``links`` room -> until_s. ``spent``: nonce -> until_s.
``claims``: hash of the latest second and its count. ``claimed``: hash lane, or ``bare`` -> claims granted.
"""

from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from preau.gate.ledger import interface
from preau.gate.ledger.interface import Census, Holder, LedgerUnavailable, Room, Wait, Waiter
from preau.gate.rules.entries import Claims
from preau.tokens.ticket import LANES

TIMEOUT_S: Final = 0.5
"""A ledger that takes longer is dead to a pupil who waits for a page; the gate goes on without it."""

_DRAW: Final = """
local counts, seen = KEYS[1], KEYS[2]
local source, now, memory, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local last = tonumber(redis.call('ZSCORE', seen, source) or now)
local count = tonumber(redis.call('HGET', counts, source) or 0)
if now - last > memory then count = 0 end
redis.call('HSET', counts, source, count + 1)
redis.call('ZADD', seen, now, source)
if redis.call('ZCARD', seen) > most then
  redis.call('HDEL', counts, redis.call('ZPOPMIN', seen)[1])
end
return count
"""

_NOTE: Final = """
local waiting, present, limited, staff = unpack(KEYS)
local tid, place, till, now, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local inside = redis.call('ZSCORE', limited, tid) or redis.call('ZSCORE', staff, tid)
if inside and tonumber(now) < tonumber(inside) then return 0 end
if not redis.call('ZSCORE', present, tid) and redis.call('ZCARD', present) >= most then
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', present, '-inf', now)) do
    redis.call('ZREM', present, gone)
    redis.call('HDEL', waiting, gone)
  end
  if redis.call('ZCARD', present) >= most then return 0 end
end
redis.call('HSET', waiting, tid, place)
redis.call('ZADD', present, till, tid)
return 1
"""

_STOP: Final = """
local waiting, present = KEYS[1], KEYS[2]
redis.call('ZREM', present, ARGV[1])
redis.call('HDEL', waiting, ARGV[1])
return 1
"""

_CLAIM: Final = """
local limited, staff, others, left, waiting, present, counts, unproven, claims, claimed = unpack(KEYS)
local sid, lane, source = ARGV[1], ARGV[2], ARGV[3]
local is_staff, is_other = lane == '0', lane == '3'
local capacity, till, now, most = tonumber(ARGV[4]), ARGV[5], ARGV[6], tonumber(ARGV[7])
local unproven_most, others_most = tonumber(ARGV[8]), tonumber(ARGV[9])
local claims_most, second, back_most = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
for _, set in ipairs({limited, staff, others, unproven}) do redis.call('ZREMRANGEBYSCORE', set, '-inf', now) end
local known = redis.call('ZSCORE', limited, sid) or redis.call('ZSCORE', staff, sid)
if not known then
  if not is_staff and redis.call('ZCARD', limited) >= capacity then return 0 end
  if is_other and redis.call('ZCARD', others) >= others_most then return 0 end
  if unproven_most >= 0 then
    if redis.call('ZCARD', unproven) >= unproven_most then return 0 end
  end
  if not is_staff then
    local of = tonumber(redis.call('HGET', claims, 'second') or -1)
    if second > of or of - second > back_most then redis.call('HSET', claims, 'second', second, 'count', 0) end
    if tonumber(redis.call('HGET', claims, 'count')) >= claims_most then return 0 end
    redis.call('HINCRBY', claims, 'count', 1)
  end
  if unproven_most >= 0 then redis.call('ZADD', unproven, till, sid) end
  redis.call('HINCRBY', claimed, unproven_most >= 0 and 'bare' or lane, 1)
  if is_other and tonumber(redis.call('HGET', counts, source) or 0) > 0 then
    redis.call('HINCRBY', counts, source, -1)
  end
end
if known then
  redis.call('ZREM', unproven, sid)
  if tonumber(known) > tonumber(till) then till = known end
end
redis.call('ZREM', left, sid)
redis.call('ZREM', present, sid)
redis.call('HDEL', waiting, sid)
redis.call('ZREM', is_staff and limited or staff, sid)
if not is_other then redis.call('ZREM', others, sid) end
if known or redis.call('ZCARD', limited) + redis.call('ZCARD', staff) < most then
  redis.call('ZADD', is_staff and staff or limited, 'GT', till, sid)
  if is_other then redis.call('ZADD', others, redis.call('ZSCORE', limited, sid), sid) end
end
return 1
"""

_TOUCH: Final = """
local limited, staff, others, left, unproven = unpack(KEYS)
local sid, is_staff, is_other = ARGV[1], ARGV[2] == '0', ARGV[2] == '3'
local till, now, most = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local gone = redis.call('ZSCORE', left, sid)
if gone and now < tonumber(gone) then return 0 end
redis.call('ZREM', unproven, sid)
local other = is_staff and limited or staff
local was = redis.call('ZSCORE', other, sid)
if was then
  redis.call('ZREM', other, sid)
  if tonumber(was) > tonumber(till) then till = was end
end
if not is_other then redis.call('ZREM', others, sid) end
local own = is_staff and staff or limited
if was or redis.call('ZSCORE', own, sid) or redis.call('ZCARD', limited) + redis.call('ZCARD', staff) < most then
  redis.call('ZADD', own, 'GT', till, sid)
  if is_other then redis.call('ZADD', others, redis.call('ZSCORE', limited, sid), sid) end
end
return 1
"""

_RESUME: Final = """
local limited, staff, others, waiting, present, unproven = unpack(KEYS)
local sid, is_staff, is_other = ARGV[1], ARGV[2] == '0', ARGV[2] == '3'
local till, now = ARGV[3], tonumber(ARGV[4])
local was = tonumber(redis.call('ZSCORE', limited, sid) or redis.call('ZSCORE', staff, sid) or 0)
if was <= now then return 0 end
if was > tonumber(till) then till = was end
redis.call('ZREM', unproven, sid)
redis.call('ZREM', present, sid)
redis.call('HDEL', waiting, sid)
redis.call('ZREM', is_staff and limited or staff, sid)
redis.call('ZADD', is_staff and staff or limited, till, sid)
if is_other then redis.call('ZADD', others, till, sid) else redis.call('ZREM', others, sid) end
return 1
"""

_LEAVE: Final = """
local limited, staff, others, left, waiting, present, unproven = unpack(KEYS)
redis.call('ZREM', others, ARGV[1])
redis.call('ZREM', unproven, ARGV[1])
redis.call('ZREM', present, ARGV[1])
redis.call('HDEL', waiting, ARGV[1])
redis.call('ZREM', limited, ARGV[1])
redis.call('ZREM', staff, ARGV[1])
redis.call('ZADD', left, ARGV[2], ARGV[1])
if redis.call('ZCARD', left) > tonumber(ARGV[3]) then redis.call('ZPOPMIN', left) end
return 1
"""

_LINK: Final = """
local counts, links = KEYS[1], KEYS[2]
local room, most, till, now, rooms = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])
for _, over in ipairs(redis.call('ZRANGEBYSCORE', links, '-inf', now)) do
  redis.call('ZREM', links, over)
  redis.call('HDEL', counts, over)
end
if tonumber(redis.call('HGET', counts, room) or 0) >= most then return 0 end
redis.call('HINCRBY', counts, room, 1)
redis.call('ZADD', links, 'GT', till, room)
if redis.call('ZCARD', links) > rooms then redis.call('HDEL', counts, redis.call('ZPOPMIN', links)[1]) end
return 1
"""

_SPEND: Final = """
local spent = KEYS[1]
local nonce, till, now, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', spent, '-inf', now)
if redis.call('ZCARD', spent) >= most then return 0 end
return redis.call('ZADD', spent, 'NX', till, nonce)
"""

_KNOCK: Final = """
local first, last = KEYS[1], KEYS[2]
local subject, now, gap, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local began, seen = redis.call('HGET', first, subject), redis.call('ZSCORE', last, subject)
if not began or not seen or now - tonumber(seen) > gap then began = now end
redis.call('HSET', first, subject, began)
redis.call('ZADD', last, now, subject)
if redis.call('ZCARD', last) > most then redis.call('HDEL', first, redis.call('ZPOPMIN', last)[1]) end
return tostring(began)
"""

_WAITS: Final = """
local first, last = KEYS[1], KEYS[2]
for _, old in ipairs(redis.call('ZRANGEBYSCORE', last, '-inf', '(' .. ARGV[1])) do
  redis.call('ZREM', last, old)
  redis.call('HDEL', first, old)
end
return {redis.call('HGETALL', first), redis.call('ZRANGE', last, 0, -1, 'WITHSCORES')}
"""

_RESTORE: Final = """
local first, last = KEYS[1], KEYS[2]
for index = 1, #ARGV, 3 do
  if redis.call('HSETNX', first, ARGV[index], ARGV[index + 1]) == 1 then
    redis.call('ZADD', last, ARGV[index + 2], ARGV[index])
  end
end
return 1
"""

_CENSUS: Final = """
local limited, staff, others, left, waiting, present, unproven, claimed = unpack(KEYS)
local now = ARGV[1]
for _, set in ipairs({limited, staff, others, left, unproven}) do redis.call('ZREMRANGEBYSCORE', set, '-inf', now) end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', present, '-inf', now)) do
  redis.call('ZREM', present, gone)
  redis.call('HDEL', waiting, gone)
end
return {
  redis.call('ZCARD', limited), redis.call('ZCARD', staff), redis.call('HGETALL', claimed),
  redis.call('HGETALL', waiting), redis.call('ZRANGE', present, 0, -1, 'WITHSCORES'), redis.call('ZCARD', unproven),
  redis.call('ZCARD', others),
}
"""

INSIDE: Final = ("limited", "staff", "others")
NO_BOUND: Final = -1
"""What the script of a claim reads as: not an unproven device."""

RESTORE_BATCH: Final = 1000
"""Lua's unpack and Redis's argument lists both dislike more than a few thousand."""


class RedisLedger:
    """See ``gate.ledger.interface``.

    Args:
        url: ``redis://host:port/db``.
        prefix: of every key; two installations may share one Redis.
    """

    def __init__(self, url: str, *, prefix: str = "{preau:gate}") -> None:
        self._redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 1),  # once: a connection that the server closed while idle
            max_connections=64,
        )
        self._prefix = prefix
        self._scripts: dict[str, Any] = {}

    async def draw_place(self, source: str, *, now_s: float) -> int:
        arguments = [source, now_s, interface.SOURCE_MEMORY_S, interface.SOURCES_MAX]
        return int(await self._run(_DRAW, ["drawn", "drawers"], arguments))

    async def note_waiting(self, waiter: Waiter, *, until_s: float, now_s: float) -> None:
        arguments = [waiter.tid, f"{waiter.lane}:{waiter.order_key}", until_s, now_s, interface.WAITING_MAX]
        await self._run(_NOTE, ["waiting", "present", "limited", "staff"], arguments)

    async def stop_waiting(self, tid: str) -> None:
        await self._run(_STOP, ["waiting", "present"], [tid])

    async def claim(self, holder: Holder, *, source: str, room: Room, until_s: float, now_s: float) -> bool:
        keys = [*INSIDE, "left", "waiting", "present", "drawn", "unproven", "claims", "claimed"]
        unproven = NO_BOUND if room.unproven is None else room.unproven
        arguments = [holder.sid, holder.lane, source, room.capacity, until_s, now_s, interface.INSIDE_MAX, unproven]
        arguments += [room.others, room.claims_per_s, int(now_s), interface.CLOCKS_DIFFER_S]
        return bool(await self._run(_CLAIM, keys, arguments))

    async def touch(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        arguments = [holder.sid, holder.lane, until_s, now_s, interface.INSIDE_MAX]
        return bool(await self._run(_TOUCH, [*INSIDE, "left", "unproven"], arguments))

    async def resume(self, holder: Holder, *, until_s: float, now_s: float) -> bool:
        arguments = [holder.sid, holder.lane, until_s, now_s]
        return bool(await self._run(_RESUME, [*INSIDE, "waiting", "present", "unproven"], arguments))

    async def leave(self, sid: str, *, now_s: float) -> None:
        arguments = [sid, now_s + interface.LEFT_MEMORY_S, interface.LEFT_MAX]
        await self._run(_LEAVE, [*INSIDE, "left", "waiting", "present", "unproven"], arguments)

    async def take_by_link(self, room: str, *, most: int, until_s: float, now_s: float) -> bool:
        arguments = [room, most, until_s, now_s, interface.LINK_ROOMS_MAX]
        return bool(await self._run(_LINK, ["linked", "links"], arguments))

    async def spend(self, nonce: str, *, until_s: float, now_s: float) -> bool:
        return bool(await self._run(_SPEND, ["spent"], [nonce, until_s, now_s, interface.SPENT_MAX]))

    async def note_at_the_door(self, subject: str, *, now_s: float) -> Wait:
        second = int(now_s)
        arguments = [subject, second, interface.WAIT_GAP_S, interface.AT_THE_DOOR_MAX]
        return Wait(int(await self._run(_KNOCK, ["door", "doorbell"], arguments)), second)

    async def at_the_door(self, *, now_s: float) -> dict[str, Wait]:
        arguments = [now_s - interface.AT_THE_DOOR_MEMORY_S]
        firsts, lasts = await self._run(_WAITS, ["door", "doorbell"], arguments)
        first_s = dict(zip(firsts[::2], firsts[1::2], strict=True))
        last_s = dict(zip(lasts[::2], lasts[1::2], strict=True))
        return {subject: Wait(int(first_s[subject]), int(float(last))) for subject, last in last_s.items()}

    async def restore_at_the_door(self, waits: dict[str, Wait]) -> None:
        known = list(waits.items())
        for start in range(0, len(known), RESTORE_BATCH):
            batch = known[start : start + RESTORE_BATCH]
            arguments = [value for subject, wait in batch for value in (subject, wait.first_s, wait.last_s)]
            await self._run(_RESTORE, ["door", "doorbell"], arguments)

    async def census(self, *, now_s: float) -> Census:
        keys = [*INSIDE, "left", "waiting", "present", "unproven", "claimed"]
        limited, staff, claimed, waiting, present, *devices = await self._run(_CENSUS, keys, [now_s])
        places = tuple(_waiter(tid, place) for tid, place in zip(waiting[::2], waiting[1::2], strict=True))
        until_s = {tid: float(text) for tid, text in zip(present[::2], present[1::2], strict=True)}
        known = tuple(until_s.get(place.tid, now_s) for place in places)
        return Census(int(limited), int(staff), _claims(claimed), places, known, *map(int, devices))

    async def close(self) -> None:
        await self._redis.aclose()

    async def _run(self, source: str, keys: list[str], arguments: list[Any]) -> Any:
        script = self._scripts.get(source)
        if script is None:
            script = self._scripts[source] = self._redis.register_script(source)
        try:
            return await script(keys=[f"{self._prefix}:{key}" for key in keys], args=arguments)
        except (RedisError, OSError) as error:
            raise LedgerUnavailable(str(error)) from error


def _claims(claimed: list[str]) -> Claims:
    totals = {kind: int(total) for kind, total in zip(claimed[::2], claimed[1::2], strict=True)}
    return Claims(tuple(totals.get(str(lane), 0) for lane in range(LANES)), totals.get("bare", 0))


def _waiter(tid: str, place: str) -> Waiter:
    lane, _, order_key = place.partition(":")
    return Waiter(int(lane), int(order_key), tid)
