"""The files by which the live class meets the school and the gate (docs/reference/interfaces.md).

Reads are cached by modification time: a room looks every second and almost always costs one ``stat``.
"""

from collections.abc import Mapping
from pathlib import Path

from preau.published.files import PublishedFile, write_by_rename
from preau.published.shapes import AT_THE_DOOR_FILE, Register, Roster, Waits, encode, register_file, roster_file


class Published:
    """The folder ``published/`` as the live room uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waits = PublishedFile(folder / AT_THE_DOOR_FILE, Waits)

    def roster_file(self, live_class: str) -> PublishedFile[Roster]:
        """The roster of a class, to be read again and again."""
        return PublishedFile(self._folder / roster_file(live_class), Roster)

    def waits(self) -> Mapping[str, tuple[int, int]]:
        """Who was seen waiting at the gate today."""
        found = self._waits.read()
        return found.waits if found is not None else {}

    def has_register(self, live_class: str) -> bool:
        """Whether the register of the class has been published."""
        return (self._folder / register_file(live_class)).exists()

    def write_register(self, register: Register) -> None:
        """Publishes a register for good: nothing else remembers it once the class is over."""
        write_by_rename(self._folder / register_file(register.live_class), encode(register), durable=True)


def is_usable(roster: Roster | None, live_class: str) -> bool:
    """Whether a roster can be trusted for this class: it is its own. Its size was bounded when it was read."""
    return roster is not None and roster.live_class == live_class
