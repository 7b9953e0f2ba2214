"""Who steers the porter of a bench: a given rate, or the product's controller.

At a given rate what is compared is who enters at it, not how a controller finds it. Everything else is the product's:
ladder, verdict, floors, plan.
"""

from pathlib import Path

from msgspec.structs import replace

from preau.gate.pilot import Pilot
from preau.gate.rules.controller import Reading
from preau.gate.rules.steering import HTTP, Course, Seen
from preau.project.meter import Meter
from preau.published.files import write_by_rename
from preau.published.shapes import EXPECTED_ARRIVALS_FILE, ExpectedArrivals, encode


class SteadyPilot(Pilot):
    """Steers at ``rate_per_s`` entries a second."""

    def __init__(self, rate_per_s: float) -> None:
        super().__init__()
        self._rate_per_s = rate_per_s

    def steer(self, seen: Seen) -> Course:
        """The course as it would be, at this rate."""
        return replace(super().steer(seen), calls_per_s=self._rate_per_s)


def measuring(meter: Meter, *, behind_haproxy: bool) -> Pilot:
    """The product's own: from what the thread of the application finished and who stood in line before it."""

    def readings() -> dict[str, Reading]:
        reading = meter.read()
        # As in the product: behind HAProxy nobody says which requests are those of newcomers.
        return {HTTP: reading._replace(background_per_s=None) if behind_haproxy else reading}

    return Pilot(readings=readings)


def pilot_of(rate_per_s: float) -> Pilot | None:
    """A pilot at this rate; None for 0: the house is filled by its places."""
    return SteadyPilot(rate_per_s) if rate_per_s else None


def expect(published: Path, people_per_minute: float, *, now_s: float) -> None:
    """What the timetable lets expect in this hour; 0: there is none."""
    if people_per_minute:
        expected = ExpectedArrivals(first_minute_s=int(now_s) - 60, per_minute=[people_per_minute] * 60)
        write_by_rename(published / EXPECTED_ARRIVALS_FILE, encode(expected), durable=False)
