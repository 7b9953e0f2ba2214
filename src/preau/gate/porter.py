"""The porter: once a second, signals in, plan out. A dull shell round ``gate.rules.plan``.

It survives every exception: it says so in the log, keeps the plan it has (60 s of it lie ahead) and looks again a
second later. It also publishes ``at_the_door.json``: there the live class reads which pupils could not get in.
"""

import asyncio
import math
import time
from collections.abc import Callable
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import msgspec
import structlog

from preau.gate.ledger.interface import AT_THE_DOOR_MAX, Census, Ledger, Wait, Waiter
from preau.gate.rules.places import OTHERS, PUPILS
from preau.gate.rules.plan import Group, Memory, Plan, Situation, next_plan, open_plan
from preau.gate.rules.standing import RATE_MEMORY_S, Curve, curve
from preau.gate.rules.state import in_sample, lot_of, next_sample, state_document
from preau.published.files import read_published, write_if_changed
from preau.published.shapes import AT_THE_DOOR_FILE, MAX_WAITS, Refused, Waits, encode

TICK_S: Final = 1.0
LEAST_WATCHED_S: Final = 30.0
"""One entry in the first second of waiting is not one per second."""

PUBLISH_EVERY_S: Final = 5.0
SAMPLE_EVERY_S: Final = 30.0
"""Browsers poll at least this often, so a new sample has been heard before it is judged."""

log = structlog.get_logger("preau.gate")


class Porter:
    """Looks at the ledger once a second and writes the plan.

    Args:
        ledger: where the counts are.
        capacity: people of lanes 1 and 3 inside at once.
        published: the folder for ``at_the_door.json``; None publishes nothing.
        clock: wall clock, seconds.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        capacity: int,
        published: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ledger = ledger
        self.capacity = capacity
        self._clock = clock
        self._file = None if published is None else published / AT_THE_DOOR_FILE
        self._memory = Memory()
        self._looked_at_s: float | None = None
        self._sampled_at_s = self._published_at_s = clock()
        self._restored = False
        self.plan: Plan = open_plan(clock())
        self.census = Census(0, 0, 0, ())
        self.sample = 1
        self._entered = self._watched_s = 0.0
        self.entries_per_s = 0.0
        self.curves: dict[int, Curve] = {lane: curve((), lane) for lane in (PUPILS, OTHERS)}
        self.state_json = self._encode_state(clock())

    async def run(self) -> None:
        """Ticks until it is cancelled."""
        failures = 0
        while True:
            try:
                await self.tick()
            except Exception:
                # Once is enough to know why; then once a minute that it still is so.
                if failures % 60 == 0:
                    log.exception("porter_tick_failed", failures=failures + 1)
                failures += 1
            else:
                if failures:
                    log.info("porter_ticks_again", failures=failures)
                failures = 0
            await asyncio.sleep(TICK_S)

    async def tick(self) -> None:
        """One look and one plan."""
        now_s = self._clock()
        if not self._restored:
            await self._restore_at_the_door()
        census = await self.ledger.census(now_s=now_s)
        self._learn_rate(census, now_s)
        groups = _groups(census.waiting, self.sample)
        situation = Situation(
            now_s=now_s,
            capacity=self.capacity,
            inside=census.inside,
            admitted_total=census.admitted_total,
            groups=groups,
            leaves_per_s=self.entries_per_s if groups else 0.0,
        )
        self.plan, self._memory = next_plan(self._memory, situation)
        self.census = census
        self.curves = {lane: curve(groups, lane, exact=self.sample == 1) for lane in (PUPILS, OTHERS)}
        self.state_json = self._encode_state(now_s)
        if now_s - self._sampled_at_s >= SAMPLE_EVERY_S:
            self._sampled_at_s = now_s
            self.sample = next_sample(self.sample, heard=len(census.waiting))
        if now_s - self._published_at_s >= PUBLISH_EVERY_S:
            self._published_at_s = now_s
            await self.publish_at_the_door()

    @property
    def free(self) -> int:
        """Places free at the last look."""
        return max(0, self.capacity - self.census.inside)

    def house_is_full(self) -> None:
        """A claim was refused: the last look is out of date, and nobody must be told to come in because of it."""
        if self.free:
            self.census = self.census._replace(inside=self.capacity)
            self.state_json = self._encode_state(self._clock())

    def _learn_rate(self, census: Census, now_s: float) -> None:
        # Only while somebody waits: people who walk into an empty house say nothing about when a place comes free.
        if self._looked_at_s is not None and now_s > self._looked_at_s and self.census.waiting:
            elapsed_s = now_s - self._looked_at_s
            entered = max(0, census.admitted_total - self.census.admitted_total)
            fading = math.exp(-elapsed_s / RATE_MEMORY_S)
            self._entered = self._entered * fading + entered
            self._watched_s = self._watched_s * fading + elapsed_s
            self.entries_per_s = self._entered / max(self._watched_s, LEAST_WATCHED_S)
        self._looked_at_s = now_s

    def _encode_state(self, now_s: float) -> bytes:
        document = state_document(
            self.plan,
            self.curves,
            now_s=now_s,
            free=self.free,
            entries_per_s=self.entries_per_s,
            sample=self.sample,
        )
        return msgspec.json.encode(document)

    async def _restore_at_the_door(self) -> None:
        self._restored = True
        known = None if self._file is None else await asyncio.to_thread(read_published, self._file, Waits)
        if known is None or isinstance(known, Refused):
            if known is not None:
                log.warning("at_the_door_refused", code=known.code.value, detail=known.detail)
            return
        waits = {subject: Wait(*wait) for subject, wait in list(known.waits.items())[:AT_THE_DOOR_MAX]}
        await self.ledger.restore_at_the_door(waits)

    async def publish_at_the_door(self) -> None:
        """Publishes the waits of today, in a thread: 2 MB of them must not hold up who is being answered."""
        if self._file is not None:
            waits = await self.ledger.at_the_door(now_s=self._clock())
            await asyncio.to_thread(_write_waits, self._file, waits)


def _write_waits(path: Path, waits: dict[str, Wait]) -> None:
    kept = islice(waits.items(), max(0, len(waits) - MAX_WAITS), None)  # just after a restart the ledger may hold more
    shape = Waits(waits={pseudonym: (wait.first_s, wait.last_s) for pseudonym, wait in kept})
    write_if_changed(path, encode(shape), durable=False)


def _groups(waiting: tuple[Waiter, ...], sample: int) -> list[Group]:
    """The waiting people by lane and key, each standing for ``sample`` of them."""
    heard = sorted((waiter.lane, waiter.order_key) for waiter in waiting if in_sample(lot_of(waiter.tid), sample))
    return [Group(lane, key, sum(sample for _ in same)) for (lane, key), same in groupby(heard)]
