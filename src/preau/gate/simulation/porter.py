"""The gate's own policy: its real rules, given what a porter would see. No rule is written twice.

The rate comes from a law: the controller's (``gate.rules.controller``), or another one to compare with. Who is called at
that rate is decided by ``gate.rules.plan`` in every case, so that laws differ in nothing else.
"""

from typing import Final, Protocol

from preau.gate.rules import controller, plan
from preau.gate.rules.controller import Look, Reading, Resource
from preau.gate.simulation.orders import Order
from preau.gate.simulation.policy import Decision, Seen

HTTP: Final = "http"
PLACES_FOR_ALL: Final = 2**40


class Law(Protocol):
    """How many people may be called in the next second."""

    def calls_per_s(self, seen: Seen, *, called: int) -> float:
        """The rate, given what was seen and how many were called in the last second."""
        ...


class Controlled:
    """The controller, with one resource, beginning with a capacity far too small.

    Args:
        first_capacity_per_s: what is believed of the application before it was seen, requests a second.
        first_work: what an entry is believed to cost, requests.
    """

    def __init__(self, *, first_capacity_per_s: float, first_work: float) -> None:
        self._first_per_s, self._first_work = first_capacity_per_s, first_work
        self._memory: controller.Memory | None = None

    def calls_per_s(self, seen: Seen, *, called: int) -> float:
        """What ``next_rate`` says."""
        if self._memory is None:
            believed = Resource(capacity_per_s=self._first_per_s, work_per_entry=self._first_work)
            self._memory = controller.Memory(resources={HTTP: believed})
        reading = Reading(seen.done_per_s, seen.queue_s, seen.background_per_s, seen.failed_share)
        look = Look(waiting=seen.waiting, entered=seen.entered, called=called, readings={HTTP: reading})
        rate, self._memory = controller.next_rate(self._memory, look)
        return rate.calls_per_s


class PlanPolicy:
    """The plan of ``gate.rules.plan`` at the rate of a law. Nobody leaves, and there is room for all: the rate binds.

    Args:
        name: as the report says it.
        law: the rate.
        order: how keys are made.
    """

    def __init__(self, name: str, law: Law, order: Order) -> None:
        self.name, self.order = name, order
        self._law = law
        self._memory = plan.Memory()

    def tick(self, now_s: float, seen: Seen) -> Decision:
        """The first second of the plan."""
        rate = self._law.calls_per_s(seen, called=self._memory.newly_called)
        situation = plan.Situation(
            now_s=now_s,
            capacity=PLACES_FOR_ALL,
            inside=seen.inside,
            admitted_total=seen.admitted_total,
            groups=seen.groups,
            calls_per_s=rate,
        )
        made, self._memory = plan.next_plan(self._memory, situation)
        return Decision(made.marks[0], made.claims_at(now_s=now_s))
