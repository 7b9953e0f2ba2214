"""The gate's own policy: its real rules, given what a porter sees. No rule is written twice.

The rate comes from a law: the controller's (``gate.rules.controller``), or another to compare with. Who is called at
that rate is decided by ``gate.rules.plan`` in every case, so that laws differ in nothing else.
"""

from typing import Final, Protocol

from preau.gate.rules import plan, steering
from preau.gate.rules.controller import Reading
from preau.gate.simulation.orders import Order
from preau.gate.simulation.policy import Decision, Seen

HTTP: Final = "http"
PLACES_FOR_ALL: Final = 2**40


class Law(Protocol):
    """How many people may be called in the next second."""

    def calls_per_s(self, now_s: float, seen: Seen, *, called: int) -> float:
        """The rate, given what was seen and how many were called in the last second."""
        ...


class Controlled:
    """The controller as the porter steers it, beginning with what a porter believes of an unknown application.

    ``pages_alone``: it is shown no other resource, to see what that costs.
    """

    def __init__(self, *, pages_alone: bool = False) -> None:
        self._helm = steering.Helm()
        self._pages_alone = pages_alone

    def calls_per_s(self, now_s: float, seen: Seen, *, called: int) -> float:
        """What ``steer`` says."""
        reading = Reading(seen.done_per_s, seen.queue_s, seen.background_per_s, seen.failed_share)
        readings = {HTTP: reading, **({} if self._pages_alone else seen.others)}
        looked = steering.Seen(
            now_s=now_s, waiting=seen.waiting, entered=seen.entered, called=called, readings=readings
        )
        course, self._helm = steering.steer(self._helm, looked)
        return course.calls_per_s or 0.0


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
        situation = plan.Situation(
            now_s=now_s,
            capacity=PLACES_FOR_ALL,
            inside=seen.inside,
            entered=seen.entered,
            groups=seen.groups,
            calls_per_s=self._law.calls_per_s(now_s, seen, called=self._memory.newly_called),
        )
        made, self._memory = plan.next_plan(self._memory, situation)
        return Decision(made.marks[0], made.claims_at(now_s=now_s))
