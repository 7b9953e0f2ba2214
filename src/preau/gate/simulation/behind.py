"""Everything that stands behind the gate: the application's pages, and in some scenarios a second, scarce resource.

Somebody is in when their pages are there and their sign-in is done: whichever comes last.
"""

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from preau.gate.rules.controller import Reading
from preau.gate.simulation.application import Application, Served
from preau.gate.simulation.scenario import Scenario
from preau.gate.simulation.world import Floats


class Behind:
    """The application, and the verification of passwords where the scenario bounds it. Mutable; one for each run."""

    def __init__(self, scenario: Scenario, *, drain_at_s: int) -> None:
        self._pages = Application(scenario, drain_at_s=drain_at_s)
        self._sign_ins = None
        if scenario.people_per_sign_in is not None:
            own = replace(scenario, people_per_work=scenario.people_per_sign_in, background_per_s=0.0, failure=None)
            self._sign_ins = Application(own, drain_at_s=drain_at_s)
        self.others: Mapping[str, Reading] = {}
        """What the resources beside the pages did in the last second."""

    def serve(self, second: int, *, entering: int, entry_work: float, inside: int) -> Served:
        """Serves one second; returns what the pages did."""
        if self._sign_ins is not None:
            did = self._sign_ins.serve(second, entry_work=float(entering), inside=0)
            self.others = {"sign_in": Reading(did.done_per_s, did.queue_s, None)}
        return self._pages.serve(second, entry_work=entry_work, inside=inside)

    def is_idle(self, second: int) -> bool:
        """Whether nothing waits and no entry has work to come."""
        return self._pages.is_idle(second) and (self._sign_ins is None or self._sign_ins.is_idle(second))

    def in_at(self) -> Floats:
        """For each second, when those who claimed then were in (seconds; infinity for never)."""
        pages = self._pages.in_at()
        return pages if self._sign_ins is None else np.maximum(pages, self._sign_ins.in_at())
