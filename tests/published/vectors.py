"""The vectors of docs/protocol/vectors/published, for the tests of every room that writes or reads a published file."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs/protocol/vectors/published"
KINDS = (
    "roster", "register", "at_the_door", "lessons_of_the_day", "expected_arrivals", "gate_orders", "gate_report",
    "gate_history",
)  # fmt: skip
FAULTS = ("wrong_version", "missing_field", "oversized")


def good(kind: str) -> bytes:
    """A file that every room understands."""
    return (FOLDER / f"{kind}.json").read_bytes()


def bad(kind: str) -> dict[str, bytes]:
    """Files that no room takes, by their fault."""
    return {fault: (FOLDER / f"{kind}.{fault}.json").read_bytes() for fault in FAULTS}
