"""The agent of an edge: once a second, counters out of HAProxy, and plan, state and keys into it.

It holds the secret and the porter; HAProxy holds neither. While the agent is dead the plan runs on for its 60 s, then
the edge decides by itself (docs/protocol/gate.md, autonomous mode); keys are there for a week.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from preau.gate.engine import GateSnapshot
from preau.gate.haproxy import maps, pages
from preau.gate.haproxy.control import Control
from preau.gate.haproxy.ledger import PRESENCE
from preau.gate.haproxy.refusals import DRAWN
from preau.gate.haproxy.rule_numbers import FREED_S
from preau.gate.page.lessons import LESSON_PATHS, SECTIONS
from preau.gate.porter import Outlook, Porter
from preau.gate.public_draw import draw_json
from preau.gate.ticking import tick_for_ever
from preau.published import shapes
from preau.published.files import PublishedFile
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import DAY_S, Keyring

FREED_TWICE_MS: Final = 2500
"""Of an entry of ``t_free`` the place is cleared by the looks of so long, in case it was in use; then the entry."""

log = structlog.get_logger("preau.gate")


class EdgeAgent:
    """Feeds one HAProxy.

    Args:
        control: its socket.
        folder: where its maps are, as the configuration names them.
        keyring: keys of the tokens.
        porter: who writes the plan from them.
        published: folder with the lessons of the day.
        clock: wall clock, seconds.
    """

    def __init__(
        self,
        control: Control,
        *,
        folder: Path,
        keyring: Keyring,
        porter: Porter,
        published: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._control = control
        self._folder = folder
        self._keyring = keyring
        self._porter = porter
        self._lessons_file = PublishedFile(published / shapes.LESSONS_OF_THE_DAY_FILE, shapes.LessonsOfTheDay)
        self._clock = clock
        self._written: dict[str, object] = {}
        self._figures: dict[str, int] = {}
        self._process = 0
        self._failures_total = 0

    async def run(self) -> None:
        """Ticks until it is cancelled."""
        await tick_for_ever(self._tick_counted, name="edge_agent")

    async def _tick_counted(self) -> None:
        try:
            await self.tick()
        except Exception:
            self._failures_total += 1
            raise

    async def tick(self) -> None:
        """One look, and everything that is new into HAProxy."""
        process = await self._control.process_id()
        if process != self._process:
            self._process, self._written = process, {}  # it started from the files: tell it all
        await self._free()
        self._figures = await self._control.variables()
        # Before the look, so that it judges places given and claims granted of one second.
        self._porter.desk.tally.arrivals = [self._figures.get(name, 0) for name in DRAWN]
        await self._porter.tick()
        now_s, outlook = self._clock(), self._porter.outlook
        await self._write("plan.map", plan_of(outlook, now_s=now_s))
        await self._write("state.map", (("json", outlook.state_json.decode()),))
        for lane in range(4):
            await self._write(f"standing{lane}.map", maps.standing_lines(outlook.curves, lane))
        longest = sum(curve.people for curve in outlook.curves.values()) + 1
        await self._write("wait.map", maps.wait_lines(outlook.entries, longest))
        day = int(now_s // DAY_S)
        if self._written.get("day") != day:
            await self._write("keys.map", maps.key_lines(self._keyring, now_s=now_s))
            await self._write("draw.map", (("json", draw_json(self._keyring, now_s=now_s).decode()),))
            self._written["day"] = day
        await self._offer_lessons()

    def snapshot(self) -> GateSnapshot:
        """Figures for the status page, since HAProxy started."""
        outlook = self._porter.outlook
        waiting = {lane: curve.people for lane, curve in outlook.curves.items()}
        return GateSnapshot(
            inside=outlook.census.inside + outlook.census.inside_staff,
            waiting=waiting,
            arrivals_total=sum(self._porter.desk.tally.arrivals),
            admitted_total=outlook.census.claims.limited,
            refused_total=self._figures.get("refused", 0),
            capacity=outlook.capacity,
            level=outlook.level,
            tokens_refused={code: n for code in Refusal if (n := self._figures.get(code, 0))},
            ledger_failures_total=self._failures_total,
        )

    async def _write(self, name: str, lines: maps.Lines) -> None:
        if self._written.get(name) != lines:
            await self._control.swap_map(self._folder / name, lines)
            self._written[name] = lines

    async def _free(self) -> None:
        """Clears the places that were given back or that moved to another lane."""
        gone: list[tuple[str, str]] = []
        for entry in await self._control.entries("t_free"):
            table, _, sid = entry.key.partition(".")
            gone += [(name, sid) for name in PRESENCE if table in {name, "t_all"}]
            if entry.expires_in_ms < FREED_S * 1000 - FREED_TWICE_MS:
                gone.append(("t_free", entry.key))  # who comes back with the same ticket is counted again, and stays
        if gone:
            await self._control.clear(gone)

    async def _offer_lessons(self) -> None:
        known = await asyncio.to_thread(self._lessons_file.read)
        if known is None or self._written.get("lessons") is known:
            return
        groups = {group: lesson for group, lesson in known.groups.items() if lesson.url.startswith(LESSON_PATHS)}
        sections = [known.sections[key] for key in SECTIONS if key in known.sections]
        own = [lesson for lesson in sections if lesson.url.startswith(LESSON_PATHS)]
        await self._write("lessons.map", pages.lesson_lines(groups, own))
        self._written["lessons"] = known


def plan_of(outlook: Outlook, *, now_s: float) -> maps.Lines:
    """The plan of an outlook as the edge reads it."""
    return maps.plan_lines(
        outlook.plan,
        capacity=outlook.capacity,
        others=outlook.others,
        unproven=outlook.unproven,
        sample=outlook.sample,
        level=outlook.level,
        suspended=outlook.suspended,
        now_s=now_s,
    )
