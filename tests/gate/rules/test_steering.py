"""The porter's second: what the ladder is told of what was measured."""

import pytest
from msgspec.structs import replace

from preau.gate.rules.controller import Memory, Reading
from preau.gate.rules.ladder import FREE, SMOOTHING
from preau.gate.rules.steering import FIRST_BELIEFS, Helm, Seen, steer


@pytest.mark.parametrize(("measured_per_s", "level"), [(0.0, FREE), (50.0, SMOOTHING)])
def test_a_partial_resource_is_called_busy_only_once_its_capacity_was_measured(
    measured_per_s: float, level: int
) -> None:
    live = replace(FIRST_BELIEFS["live"], measured_per_s=measured_per_s)
    helm = Helm(memory=Memory(resources={**FIRST_BELIEFS, "live": live}))
    readings = {"http": Reading(1.0, 0.0), "live": Reading(45.0, 0.0, None)}
    for second in range(20):
        _, helm = steer(helm, Seen(now_s=100.0 + second, waiting=0, entered=0, called=0, readings=readings))
    assert helm.memory.resources["live"].is_needed
    assert helm.rung.level == level
