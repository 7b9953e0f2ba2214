"""Orders to the gate: how they are given, by the command and by the operators' page alike.

An order is the whole of what holds from now on (``GateOrders``). It is written into the journal first, then into the
file that the porter reads: an order that holds is always in the journal. Both under one lock, and only on top of the
orders that its giver has seen, so that two operators at once do not undo each other without knowing it.
"""

import fcntl
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from preau.published.files import read_published, write_by_rename
from preau.published.journals import append_line, last_lines
from preau.published.shapes import GATE_ORDERS_FILE, NO_ORDERS, GateOrders, Mode, Refused, encode

JOURNAL_FILE: Final = "gate_orders.jsonl"
PUBLISHED: Final = "published"
MAX_BY_CHARS: Final = 200
MAX_REASON_CHARS: Final = 200


class OrderRefused(NamedTuple):
    """Why an order was not given: a stable code, and a sentence for who gave it."""

    code: str
    sentence: str


class Change(NamedTuple):
    """What an order changes; None leaves as it is. ``capacity`` 0: as the installation's option says."""

    capacity: int | None = None
    mode: Mode | None = None
    pre_open_s: int | None = None


def orders_now(data: Path) -> GateOrders:
    """What holds now. A file that cannot be read counts as none, as it does for a porter that has just started."""
    found = read_published(data / PUBLISHED / GATE_ORDERS_FILE, GateOrders)
    return NO_ORDERS if found is None or isinstance(found, Refused) else found


def orders_before(data: Path, *, limit: int) -> tuple[GateOrders, ...]:
    """The journal, newest first."""
    return last_lines(data / JOURNAL_FILE, GateOrders, limit=limit)


def give_order(
    data: Path, change: Change, *, by: str, reason: str, now_s: float, seen_at_s: int | None = None
) -> GateOrders | OrderRefused:
    """Gives an order; returns what holds from now on, or why nothing was changed.

    Args:
        data: the data folder.
        change: what is to be different.
        by: who orders, for the journal.
        reason: why, one line.
        now_s: wall clock.
        seen_at_s: ``at_s`` of the orders that its giver had before their eyes; None: whatever holds.

    Raises:
        OSError: journal or file could not be written.
    """
    reason = " ".join(reason.split())
    if not reason:
        return OrderRefused("reason_missing", "Dites pourquoi, en quelques mots : le journal le garde.")
    if len(reason) > MAX_REASON_CHARS:
        return OrderRefused("reason_too_long", f"Dites pourquoi en {MAX_REASON_CHARS} caractères au plus.")
    folder = data / PUBLISHED
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{GATE_ORDERS_FILE}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = orders_now(data)
        if seen_at_s is not None and seen_at_s != before.at_s:
            said = f"{before.by} a donné un autre ordre entre-temps : relisez ce qui vaut maintenant."
            return OrderRefused("orders_changed", said)
        after = _changed(before, change, by=by[:MAX_BY_CHARS], reason=reason, now_s=now_s)
        if isinstance(after, OrderRefused):
            return after
        append_line(data / JOURNAL_FILE, after)
        write_by_rename(folder / GATE_ORDERS_FILE, encode(after), durable=True)
        return after


def _changed(before: GateOrders, change: Change, *, by: str, reason: str, now_s: float) -> GateOrders | OrderRefused:
    capacity = before.capacity if change.capacity is None else change.capacity or None
    whole = msgspec.structs.replace(
        before,
        capacity=capacity,
        mode=change.mode or before.mode,
        pre_open_s=before.pre_open_s if change.pre_open_s is None else change.pre_open_s,
        by=by,
        # Two orders of one second are two: their instants tell them apart (``seen_at_s``).
        at_s=max(int(now_s), before.at_s + 1),
        reason=reason,
    )
    try:
        return msgspec.convert(msgspec.to_builtins(whole), GateOrders)
    except msgspec.ValidationError:
        return OrderRefused(
            "order_out_of_bounds", "La capacité va de 1 à 1 000 000 personnes, l’ouverture de 0 à 60 minutes avant."
        )
