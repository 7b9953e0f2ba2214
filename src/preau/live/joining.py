"""How long a join takes, for whoever measures it: the gate calls no more people than live classes can take.

From the hello, for the pace before it is the client's own, to the first answer of the room: in class, or at its door
until the teacher opens.
"""

from typing import Protocol


class Joins(Protocol):
    """A line of people who join (``project.meter.LineMeter``)."""

    def stands(self) -> int: ...
    def begins(self, number: int) -> None: ...
    def ends(self, number: int) -> None: ...


class Joining:
    """One websocket on its way to a seat. ``joins`` None: nobody measures."""

    def __init__(self, joins: Joins | None) -> None:
        self._joins = joins
        self._number: int | None = None

    def said_hello(self) -> None:
        """The client has said who it is."""
        if self._joins is not None:
            self._number = self._joins.stands()

    def answered(self) -> None:
        """The room has answered; every further answer is no join any more."""
        if self._joins is not None and self._number is not None:
            self._joins.begins(self._number)
            self.gone()

    def gone(self) -> None:
        """The websocket is over, answered or not."""
        if self._joins is not None and self._number is not None:
            self._joins.ends(self._number)
            self._number = None
