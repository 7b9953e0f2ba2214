"""What operators' orders make of the porter's situation and of its plan.

- ``auto``: the porter's rule, within the ordered capacity.
- ``open``: everybody is called and nobody is counted: a capacity above any crowd.
- ``drain``: no place is given away any more, so that the rule calls nobody new; who was called keeps the right to come.
- ``closed``: the same, and lanes 1 to 3 are not called at all. Lane 0 is: a class that is open needs its teacher, and
  the operator must come in to open the gate again.

Who is inside stays, whatever the mode: orders bound entries and never stays. Nothing that the rule remembers is
changed by a mode, so that after ``closed`` those who had been called are called again.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from preau.gate.rules.calling import OPEN, Group
from preau.gate.rules.places import KEYS_PER_S, PUPILS, STAFF
from preau.gate.rules.plan import UNLIMITED, Plan
from preau.published.shapes import MAX_CAPACITY, NO_ORDERS, GateOrders, Mode


class Ordered(NamedTuple):
    """What holds this second.

    Attributes:
        mode: the mode.
        capacity: people of lanes 1 to 3 inside at once, above which claims are refused.
        called_capacity: the same for whom to call; 0 calls nobody new.
        pre_open_s: a class is called so many seconds before its lesson at the earliest while somebody else waits.
    """

    mode: Mode
    capacity: int
    called_capacity: int
    pre_open_s: int

    @property
    def suspends(self) -> bool:
        """Whether nobody new is called."""
        return self.mode in {"closed", "drain"}


def ordered(capacity: int, orders: GateOrders | None) -> Ordered:
    """The orders over ``capacity``, the installation's own. None: nobody has ordered anything."""
    orders = orders or NO_ORDERS
    own = capacity if orders.capacity is None else orders.capacity
    match orders.mode:
        case "open":
            return Ordered("open", MAX_CAPACITY, MAX_CAPACITY, orders.pre_open_s)
        case "drain" | "closed":
            return Ordered(orders.mode, own, 0, orders.pre_open_s)
        case _:
            return Ordered("auto", own, own, orders.pre_open_s)


def due(groups: Sequence[Group], holds: Ordered, *, now_s: float) -> list[Group]:
    """Who may be called by now: everybody but the classes whose lesson begins later than ``pre_open_s`` from now.

    They keep their places; the plan calls others meanwhile, and opens the lane if nobody else is there to be called.
    """
    too_early = int(now_s + holds.pre_open_s + 1) * KEYS_PER_S
    return [group for group in groups if group.lane != PUPILS or group.order_key < too_early]


def obeyed(plan: Plan, mode: Mode) -> Plan:
    """The plan under ``mode``. Only ``open`` and ``closed`` say more than the rule has already done."""
    if mode == "open":
        marks = tuple((OPEN,) * len(second) for second in plan.marks)
        # Whatever the controller believes: this is the way past it.
        return msgspec.structs.replace(plan, marks=marks, claims_per_s=UNLIMITED, calm_claims_per_s=UNLIMITED)
    if mode == "closed":
        marks = tuple(tuple(OPEN if lane == STAFF else 0 for lane in range(len(second))) for second in plan.marks)
        return msgspec.structs.replace(plan, marks=marks, calm_claims_per_s=0.0)
    return plan
