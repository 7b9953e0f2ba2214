"""Who is connected to one class: in the room, at its door, or gone so lately that nobody has been told yet."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from preau.live.connection import Connection
from preau.live.room import wire

ABSENT_AFTER_MS: Final = 20_000
"""One heartbeat of 15 s and 5 s of a bad network."""
PING_EVERY_MS: Final = 15_000


class Departure(msgspec.Struct, frozen=True):
    """Somebody present in the log without a connection. Wall milliseconds.

    ``last_ms``: their last heartbeat; ``since_ms``: from when the 20 s count, later than ``last_ms`` only after a
    restart, which is not the pupil's absence.
    """

    last_ms: int
    since_ms: int


Encode = Callable[[wire.Audience], str]


class Seating:
    """The connections of a class, at most one per person: ``inside``, or ``waiting`` at the door."""

    def __init__(self) -> None:
        self.inside: dict[str, Connection] = {}
        self.waiting: dict[str, Connection] = {}
        self.departed: dict[str, Departure] = {}

    def __iter__(self) -> Iterator[Connection]:
        yield from tuple(self.inside.values())
        yield from tuple(self.waiting.values())

    def __len__(self) -> int:
        return len(self.inside) + len(self.waiting)

    def replace(self, newer: Connection) -> Connection | None:
        """Takes the person's older connection out, to make place for ``newer``; returns it."""
        self.departed.pop(newer.person, None)
        return self.inside.pop(newer.person, None) or self.waiting.pop(newer.person, None)

    def admit(self, connection: Connection) -> bool:
        """Lets a waiting connection in; False when it was lost or replaced meanwhile."""
        person = connection.person
        if self.waiting.get(person) is connection:
            del self.waiting[person]
            self.inside[person] = connection
            return True
        if person not in self.inside and person not in self.waiting:
            self.depart(person, connection.last_heard_ms)
        return False

    def depart(self, person: str, last_ms: int, since_ms: int | None = None) -> None:
        """Notes that the person has no connection any more."""
        self.departed[person] = Departure(last_ms, last_ms if since_ms is None else since_ms)

    def remove(self, connection: Connection) -> bool:
        """Takes a lost connection out; False when a newer one has the seat, or it was out already."""
        person = connection.person
        if self.waiting.get(person) is connection:
            del self.waiting[person]
            return True
        if self.inside.get(person) is connection:
            del self.inside[person]
            self.depart(person, connection.last_heard_ms)
            return True
        return False

    def audiences(self) -> set[wire.Audience]:
        """Who is inside to read a frame."""
        return {connection.reader.audience for connection in self.inside.values()}

    def tell_inside(self, encode: Encode, *, key: str | None = None) -> None:
        """Sends a frame to everybody inside, encoded once per audience."""
        texts = {audience: encode(audience) for audience in self.audiences()}
        for connection in self.inside.values():
            connection.outbox.put(texts[connection.reader.audience], key=key)

    def tell_teachers(self, text: str, *, key: str) -> None:
        """Sends an ephemeral to the teachers inside."""
        for connection in self.inside.values():
            if connection.is_teacher:
                connection.outbox.put(text, key=key)

    def send_voice(self, speaker: Connection, frame: bytes) -> None:
        """Sends a voice frame to everybody inside but its speaker."""
        for connection in self.inside.values():
            if connection is not speaker:
                connection.outbox.put_voice(frame)

    def ping(self, now_ms: int) -> None:
        """Asks for a sign of life where one is due."""
        text = wire.ephemeral("ping", {"at_ms": now_ms})
        for connection in self:
            if now_ms - connection.last_ping_ms >= PING_EVERY_MS:
                connection.last_ping_ms = now_ms
                connection.outbox.put(text, key="ping")

    def silent(self, now_ms: int) -> list[Connection]:
        """The connections that gave no sign for too long."""
        return [connection for connection in self if now_ms - connection.last_heard_ms >= ABSENT_AFTER_MS]

    def take_gone(self, now_ms: int) -> list[tuple[str, int]]:
        """(person, last heartbeat) of who has been gone long enough to be told absent; they are forgotten here."""
        late = [person for person, left in self.departed.items() if now_ms - left.since_ms >= ABSENT_AFTER_MS]
        return [(person, self.departed.pop(person).last_ms) for person in late]
