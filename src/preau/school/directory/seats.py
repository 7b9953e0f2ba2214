"""From when on a person's seats in live classes are good, and the news that this, or who is in a class, has changed.

A seat is a signed text in a page: nobody can take it back. What can be said is that those minted until now are no
longer good; the classroom hears it (``seating_changed``) and tells the live room.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

from preau.school.directory.models import Person

seating_changed: Final = Signal()
"""Sent when it is written. ``people``: ids of the persons whose seats changed, or None for everybody; ``now``."""


def good_from_s(person: Person) -> int:
    """Seats of ``person`` minted before this wall second are refused; 0: none is."""
    return int(person.seats_from.timestamp()) if person.seats_from is not None else 0


def minted_at_s(person: Person, *, now: datetime) -> int:
    """The instant to write into a new seat of ``person``: now, or when their seats become good if that is later.

    Later by the rest of a second: a sign-in right after a sign-out gives a seat that is good at once.
    """
    return max(int(now.timestamp()), good_from_s(person))


def withdraw(people: Collection[UUID], *, now: datetime) -> None:
    """No seat that these persons were given until now is good any more."""
    with transaction.atomic():
        for person in Person.objects.select_for_update().filter(pk__in=people):
            person.seats_from = datetime.fromtimestamp(minted_at_s(person, now=now) + 1, UTC)
            person.save(update_fields=["seats_from"])
    tell(people, now=now)


def tell(people: Collection[UUID] | None, *, now: datetime) -> None:
    """Says that seating changed. Who cannot hear it (a full disk) logs it and undoes nothing of what was written."""
    seating_changed.send_robust(sender=Person, people=people, now=now)
