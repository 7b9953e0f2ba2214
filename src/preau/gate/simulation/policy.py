"""What a policy is: sees one second of the gate, decides the watermarks and the claim limit of the next.

Every policy sees the same and no more: nobody knows the true capacity, the cost of an entry or who will come.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from preau.gate.rules.calling import OPEN, Group
from preau.gate.rules.controller import Reading
from preau.gate.simulation.orders import Order
from preau.tokens.ticket import LANES

ALL_CALLED: Final = (OPEN,) * LANES
NO_LIMIT: Final = math.inf


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One second, as a porter sees it."""

    done_per_s: float
    queue_s: float
    background_per_s: float
    failed_share: float
    inside: int
    entered: int
    """Entries of the last second, all lanes."""
    waiting: int
    """People present before the gate, estimated."""
    arrived: int
    """People who have come to the gate since the start."""
    groups: Sequence[Group]
    """Present people, sorted by lane and key, each voice standing for ``sample``."""
    sample: int
    others: Mapping[str, Reading] = {}
    """What the resources beside the pages did in the last second, where the scenario has any."""


class Decision(NamedTuple):
    """Watermarks by lane, and claims of lanes 1 to 3 that are let through in one second."""

    marks: tuple[int, ...]
    claims_per_s: float


class Policy(Protocol):
    """A way to run a gate. Mutable; one for each run."""

    name: str
    order: Order

    def tick(self, now_s: float, seen: Seen) -> Decision:
        """The decision for the second that begins at ``now_s`` (wall clock)."""
        ...
