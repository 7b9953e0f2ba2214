"""Who competes: every policy by name, made fresh for a scenario.

What a human would have to type in (fixed rate, buckets, cursor) is what an honest human would: three quarters of the
capacity that a load test showed, as Cloudflare advises. The laws begin with a tenth of it and find out.
"""

from collections.abc import Callable
from typing import Final

from preau.gate.simulation.baselines import Aimd, Dagor, FixedRate, MinuteBuckets, NoGate, PositionCursor
from preau.gate.simulation.orders import Order
from preau.gate.simulation.policy import Policy
from preau.gate.simulation.porter import Controlled, Law, PlanPolicy
from preau.gate.simulation.scenario import Scenario

TYPED_IN: Final = 0.75
FIRST_GUESS: Final = 0.1


def nominal_per_s(scenario: Scenario) -> float:
    """Entries a second that the sound application could serve, if nobody were inside."""
    return scenario.capacity_per_s / scenario.mean_entry_work


def _aimd(scenario: Scenario) -> Law:
    return Aimd(people=scenario.people, first_per_s=FIRST_GUESS * nominal_per_s(scenario))


LINEUP: Final[dict[str, Callable[[Scenario], Policy]]] = {
    "preau": lambda _: PlanPolicy("preau", Controlled(), Order.PLACES),
    "fifo": lambda _: PlanPolicy("fifo", Controlled(), Order.ARRIVAL),
    "aimd": lambda scenario: PlanPolicy("aimd", _aimd(scenario), Order.ARRIVAL),
    "dagor": lambda scenario: PlanPolicy(
        "dagor", Dagor(first_per_s=FIRST_GUESS * nominal_per_s(scenario)), Order.ARRIVAL
    ),
    "fixed-rate": lambda scenario: PlanPolicy(
        "fixed-rate", FixedRate(calls_per_s=TYPED_IN * nominal_per_s(scenario)), Order.ARRIVAL
    ),
    "minute-buckets": lambda scenario: MinuteBuckets(calls_per_s=TYPED_IN * nominal_per_s(scenario)),
    "position-cursor": lambda scenario: PositionCursor(calls_per_s=TYPED_IN * nominal_per_s(scenario)),
    "no-gate": lambda _: NoGate(),
}
"""``preau`` is the gate; ``fifo`` the same controller with one plain queue: equal capacity, other order."""


def at_rate(name: str, order: Order, calls_per_s: float) -> Policy:
    """One order at a fixed rate: what an order is worth when no law is in the way."""
    return PlanPolicy(name, FixedRate(calls_per_s=calls_per_s), order)
