"""Scenarios: how many come, when, and what happens to the application meanwhile. Data only.

Two families. **Morning**: all of France, several start times, people who give up; what order is worth. **Drain**
(research on the gate, 3.5): 100,000 people within three minutes and a capacity that breaks in mid-drain; what a law of
rates is worth. The five variations of the drain were held out when the law's constants were chosen.
"""

from typing import Final

import msgspec

LESSON_S: Final = 55 * 60
"""More than a lesson cannot be lost by who never gets in."""

FRANCE: Final = 12_700_000
"""People who were sent home on 6 April 2021."""


class Failure(msgspec.Struct, frozen=True):
    """The application keeps ``left`` of its capacity for ``lasts_s`` seconds, from ``after_s`` of the drain on."""

    after_s: int
    lasts_s: int
    left: float


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One world and one application. Every policy meets the same."""

    name: str
    people: int
    starts: tuple[tuple[int, float], ...] = ((510, 1.0),)
    """Start times of lessons (minutes after local midnight) and the share of classes of each."""
    early_s: float = 180.0
    """People come on average this long before their lesson."""
    spread_s: float = 240.0
    """Standard deviation of one person's arrival."""
    habit_s: float = 90.0
    """Part of it that a whole class shares: the same messages, the same teacher."""
    class_size: int = 25
    class_size_spread: float = 0.0
    guardians: float = 0.0
    """Share of people with a card and no class."""
    unknown: float = 0.0
    """Share of the pupils who come on a device that nobody knows."""
    no_show: float = 0.0
    """Share of those called who do not come (teachers always do)."""
    impatient: float = 0.0
    """Share of people who give up, after an exponential time of mean ``patience_s``."""
    patience_s: float = 900.0
    people_per_work: float = 50.0
    """The application serves ``people / people_per_work`` requests a second."""
    entry_work: tuple[int, int] = (8, 24)
    """Requests of one entry, uniform, spread over the first 15 to 25 s."""
    entry_work_factor: float = 1.0
    """What the policies do not know: entries cost this many times more than ``entry_work``."""
    background_per_s: float = 0.005
    """Requests a second of one person inside."""
    poll_s: int = 10
    """Somebody called hears of it after a uniform time up to this."""
    failure: Failure | None = None
    people_per_sign_in: float | None = None
    """Passwords are verified at ``people / people_per_sign_in`` a second, one for each entry; None: nobody signs in."""
    lasts_s: int = 12_000
    """The simulation ends here at the latest, seconds after 7:00."""

    @property
    def capacity_per_s(self) -> float:
        """Requests a second that the whole application serves."""
        return self.people / self.people_per_work

    @property
    def mean_entry_work(self) -> float:
        """What an entry is believed to cost, requests."""
        return (self.entry_work[0] + self.entry_work[1]) / 2


BREAK: Final = Failure(after_s=300, lasts_s=180, left=0.55)


def drain(name: str, people: int = 100_000) -> Scenario:
    """The base scenario of the drain or one of its variations, by name; KeyError for another name."""
    base = Scenario(name=name, people=people, spread_s=45.0, habit_s=15.0, no_show=0.15, failure=BREAK, lasts_s=8600)
    changes: dict[str, dict[str, object]] = {
        "base": {},
        "no-failure": {"failure": None},
        "deep-failure": {"failure": Failure(after_s=300, lasts_s=60, left=0.30)},
        "slow-poll": {"poll_s": 30},
        "many-absent": {"no_show": 0.40},
        "dear-entry": {"entry_work_factor": 2.0},
    }
    return msgspec.structs.replace(base, **changes[name])


def scarce_sign_ins(people: int = 100_000) -> Scenario:
    """The drain without its failure, and everybody signs in: half of the entries that the pages could bear."""
    return msgspec.structs.replace(drain("no-failure", people), name="scarce-sign-ins", people_per_sign_in=1600.0)


DRAINS: Final = ("base", "no-failure", "deep-failure", "slow-poll", "many-absent", "dear-entry")


def morning(people: int = FRANCE) -> Scenario:
    """A synthetic France: most classes begin at 8:30."""
    return Scenario(
        name="morning",
        people=people,
        starts=((480, 0.12), (510, 0.70), (540, 0.12), (570, 0.06)),
        class_size_spread=3.0,
        guardians=0.06,
        unknown=0.03,
        no_show=0.05,
        impatient=0.25,
        people_per_work=130.0,
    )


def school_order(people: int = 104_000) -> Scenario:
    """Research 3.4: classes of 25 and their teacher, one start, no application in the way: only the order matters."""
    return Scenario(name="order", people=people, habit_s=0.0, people_per_work=1e-3, background_per_s=0.0)
