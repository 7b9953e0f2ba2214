"""Writes the status page as files: gathers a reading, makes the report, renames the new files over the old ones.

Every ``TICK_S`` a reading is taken; files are written when what they say changed, and at the latest every
``REWRITE_S`` so that a reader can tell a calm page from a dead one. ``wake`` and a change of ``incidents.jsonl`` do
not wait for the tick. A reading that fails, whatever the reason, is published as « données indisponibles »: the page
outlives the code that feeds it. Writing happens in a thread, because a slow disk must not stop the event loop that
serves the gate. The folder can be mirrored by plain copy.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Final

import msgspec

from preau.published.files import write_by_rename
from preau.watch.signals.day import DayTally, add_reading
from preau.watch.signals.reading import Signals
from preau.watch.signals.ring import Ring
from preau.watch.status import atom, facts, page, statuspage
from preau.watch.status.incident_file import PARIS, read_incidents
from preau.watch.status.report import Observed, Report, Site, make_report

TICK_S: Final = 5.0
REWRITE_S: Final = 30
_LOOK_S: Final = 1.0
"""How often the operators' file is looked at (one ``stat``): words appear within a second of the command."""
_STYLE: Final = Path(__file__).with_name("etat.css")

_log = logging.getLogger(__name__)


class _Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What has to survive a restart: the last facts, the day's tally, and what the next fact is compared with.

    ``alive_at_s``: when this was written, at every tick: the last sign of life of a process that was killed.
    """

    seen: facts.Seen = facts.Seen()
    told: tuple[facts.Fact, ...] = ()
    tally: DayTally | None = None
    alive_at_s: float | None = None


def render(report: Report) -> dict[str, bytes]:
    """All files of one publication by their path in the folder."""
    files = {f"api/v2/{name}": content for name, content in statuspage.documents(report).items()}
    return files | {"history.atom": atom.feed(report), "etat.css": _STYLE.read_bytes(), "index.html": page.page(report)}


class StatusPublisher:
    """Publishes into ``folder`` until cancelled.

    Args:
        folder: where the files go; made when missing.
        incidents: the operators' ``incidents.jsonl``.
        signals: takes one reading; called on the event loop, may raise.
        clock: wall clock, seconds.
        name: name of the installation.
        public_url: its public address without a final slash, for the links of JSON and Atom.
        zone: the zone in which hours are written.
    """

    def __init__(  # noqa: PLR0913  keyword-only wiring, three of them with a default
        self,
        *,
        folder: Path,
        incidents: Path,
        signals: Callable[[], Signals],
        clock: Callable[[], float] = time.time,
        name: str = "Préau",
        public_url: str = "",
        zone: tzinfo = PARIS,
    ) -> None:
        self._folder, self._incidents, self._signals, self._clock = folder, incidents, signals, clock
        self._site = Site(name=name, public_url=public_url.rstrip("/"), zone=zone)
        # Beside the folder and not in it: its counts are exact, and the folder is made to be copied to other hosts.
        self._memory_file = folder.with_name(f"{folder.name}_memory.json")
        self._woken = asyncio.Event()
        self._admissions, self._arrivals, self._counts_arrivals = Ring(), Ring(), False
        self._memory = self._remember()
        self._told_start = False
        self._said: bytes = b""
        self._written_at_s = 0.0

    def wake(self) -> None:
        """Asks for a reading now: something worth publishing changed."""
        self._woken.set()

    async def run(self) -> None:
        """Forever; cancelled at the stop. An error of the disk is logged and tried again at the next tick."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self.publish()
            except OSError:
                _log.exception("status_not_written")
            self._woken.clear()
            stamp, due = await asyncio.to_thread(self._incidents_stamp), loop.time() + TICK_S
            while not self._woken.is_set() and loop.time() < due:
                try:
                    await asyncio.wait_for(self._woken.wait(), _LOOK_S)
                except TimeoutError:
                    if await asyncio.to_thread(self._incidents_stamp) != stamp:
                        break

    async def publish(self) -> bool:
        """Takes one reading and writes the files if they are due. Returns whether they were written."""
        now_s = self._clock()
        signals = self._read()
        self._learn(signals, now_s)
        incidents = (await asyncio.to_thread(read_incidents, self._incidents)).incidents
        observed = Observed(
            signals=signals,
            incidents=incidents,
            facts=self._memory.told,
            admissions=self._admissions.per_minute(now_s),
            arrivals=self._arrivals.per_minute(now_s) if self._counts_arrivals else None,
            tally=self._memory.tally,
        )
        await asyncio.to_thread(self._keep)
        said = self._what_is_said(observed)
        # A clock that went back must not silence the page: the distance counts, not its sign.
        if said == self._said and abs(now_s - self._written_at_s) < REWRITE_S:
            return False
        report = make_report(observed, self._site, now_s=now_s, rewrite_s=REWRITE_S)
        await asyncio.to_thread(self._write, report)
        self._said, self._written_at_s = said, now_s
        return True

    def _read(self) -> Signals | None:
        try:
            return self._signals()
        except Exception:  # noqa: BLE001  the page outlives whatever feeds it
            _log.exception("signals_failed")
            return None

    def _learn(self, signals: Signals | None, now_s: float) -> None:
        seen, new = facts.observe(self._memory.seen, signals, now_s=now_s)
        if not self._told_start:
            self._told_start = True
            started_s = now_s if signals is None else min(now_s, signals.started_at_s)
            new = (*facts.interruption(self._memory.alive_at_s, now_s=started_s, zone=self._site.zone), *new)
        tally = self._memory.tally
        if signals is not None:
            tally = add_reading(tally, signals, self._site.zone)
            self._admissions.observe(now_s, signals.admitted_total)
            if signals.arrivals_total is not None:
                self._counts_arrivals = True
                self._arrivals.observe(now_s, signals.arrivals_total)
        kept = (*reversed(new), *self._memory.told)[: facts.MAX_FACTS]
        self._memory = _Memory(seen=seen, told=kept, tally=tally, alive_at_s=now_s)

    @staticmethod
    def _what_is_said(observed: Observed) -> bytes:
        """The publication without its hour: two equal values need not be written twice."""
        signals = observed.signals and msgspec.structs.replace(observed.signals, measured_at_s=0.0, gate=None)
        tally = observed.tally and msgspec.structs.replace(observed.tally, last_s=0.0, queue_s=0.0)
        return msgspec.json.encode(msgspec.structs.replace(observed, signals=signals, tally=tally))

    def _write(self, report: Report) -> None:
        for name, content in render(report).items():
            write_by_rename(self._folder / name, content, durable=False)

    def _keep(self) -> None:
        write_by_rename(self._memory_file, msgspec.json.encode(self._memory), durable=False)

    def _remember(self) -> _Memory:
        """What an earlier process knew; nothing when it left nothing readable."""
        try:
            return msgspec.json.decode(self._memory_file.read_bytes(), type=_Memory)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return _Memory()

    def _incidents_stamp(self) -> tuple[int, int]:
        try:
            status = self._incidents.stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_size)
