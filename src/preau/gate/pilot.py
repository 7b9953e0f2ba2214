"""The pilot: readings in, rate and level out, each change of the ladder written down. Round ``rules.steering``."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from preau.gate.ladder_journal import LadderJournal
from preau.gate.report import Figures
from preau.gate.rules.controller import Reading
from preau.gate.rules.plan import Plan
from preau.gate.rules.steering import Course, Helm, Seen, steer
from preau.published.shapes import GateResource

MS: Final = 1000.0

Readings = Callable[[], Mapping[str, Reading]]
"""What each resource behind the gate did since it was asked the last time; asked once a second. Empty: not measured."""


def nothing_measured() -> Mapping[str, Reading]:
    """For a gate before which nobody measures: the house is filled by its places alone."""
    return {}


class Pilot:
    """Steers one porter.

    Args:
        readings: see ``Readings``.
        answers: whether application and database answer.
        journal: of the ladder; None writes nothing down.
    """

    def __init__(
        self,
        *,
        readings: Readings = nothing_measured,
        answers: Callable[[], bool] = lambda: True,
        journal: LadderJournal | None = None,
    ) -> None:
        self._read = readings
        self._answers = answers
        self._journal = journal
        self._helm = Helm()
        self._readings: Mapping[str, Reading] = {}

    @property
    def level(self) -> int:
        """The level of the ladder."""
        return self._helm.rung.level

    def steer(self, seen: Seen) -> Course:
        """The course of the next second. ``seen``: what the porter saw; readings and answers are added here."""
        self._readings = self._read()
        seen = replace(seen, readings=self._readings, answers=self._answers())
        course, self._helm = steer(self._helm, seen)
        return course

    async def note_change(self, before: int, *, now_s: float) -> None:
        """Writes down that the ladder was on the level ``before``, if it is not any more."""
        rung = self._helm.rung
        if self._journal is not None and rung.level != before:
            await asyncio.to_thread(self._journal.note, now_s, before, rung.level, rung.reason)

    def figures(self, plan: Plan) -> Figures:
        """What the report tells of this second."""
        rate, memory = self._helm.rate, self._helm.memory
        return Figures(
            rate_per_s=None if rate is None else rate.entries_per_s,
            claims_per_s=None if rate is None else plan.claims_per_s,
            bound_by="" if rate is None else rate.bound_by,
            resources={
                name: GateResource(
                    capacity_per_s=believed.capacity_per_s,
                    queue_ms=self._readings[name].queue_s * MS,
                    work_per_entry=believed.work_per_entry,
                    background_per_s=self._readings[name].background_per_s,
                )
                for name, believed in memory.resources.items()
                if name in self._readings
            },
            no_show=None if rate is None else memory.no_show,
            level=self.level,
            level_reason=self._helm.rung.reason,
            verdict=self._helm.verdict.told,
        )
