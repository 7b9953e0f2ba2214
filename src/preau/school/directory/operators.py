"""Who operates the installation: sees the gate's figures and orders it about. A right of its own, given by hand.

It is no profile: leading one school is not operating the gate of a whole academy. By default nobody has it; only who
has a terminal on the machine can give it (`preau operator LOGIN`), and only to staff: no pupil and no guardian, whose
cards do not let them in when everybody waits, and who must never decide who else comes in. It shows numbers and opens
nothing about any person.
"""

from datetime import datetime
from typing import Final

from preau.school.directory.models import Person, Profile

STAFF: Final = frozenset({Profile.TEACHER, Profile.HEAD, Profile.SCHOOL_LIFE, Profile.AUTHOR})


def may_be_operator(person: Person) -> bool:
    """Whether the right can be given to this person."""
    return person.is_active and person.profile in STAFF


def is_operator(person: object) -> bool:
    """Whether this is somebody who has the right now."""
    return isinstance(person, Person) and person.operates_since is not None and may_be_operator(person)


def grant(person: Person, *, now: datetime) -> None:
    """Gives the right; who has it keeps the date."""
    if person.operates_since is None:
        person.operates_since = now
        person.save(update_fields=["operates_since"])


def withdraw(person: Person) -> None:
    """Takes the right away, at once: it is looked up at every request."""
    person.operates_since = None
    person.save(update_fields=["operates_since"])
