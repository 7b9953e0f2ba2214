"""What the machine may say by itself: changes of state that were measured, one plain sentence each.

A fact names what was seen and when, never why and never who. Facts come from comparing two readings; a queue that
opens is said at once, a queue that closes only after ``QUIET_S`` without anybody waiting, so that a trickle of arrivals
does not fill the page with openings and closings; the same holds for the ladder. Its level 1 is the queue itself, which
has its own facts: told are levels from 2 on, and the return below.
"""

from datetime import tzinfo
from enum import StrEnum
from typing import Final

import msgspec

from preau.published.gate_words import LEVELS
from preau.watch.signals.reading import MAX_LEVEL, Signals
from preau.watch.status.french import day, hour, typeset

QUIET_S: Final = 60.0
OUTAGE_S: Final = 10.0
"""Two ticks of the publisher: a longer silence between two processes is told by the second."""
MAX_FACTS: Final = 200
"""What is kept: a very bad day changes state a few dozen times."""


class FactKind(StrEnum):
    """The stable codes of the wire."""

    STARTED = "service_started"
    INTERRUPTED = "service_interrupted"
    QUEUE_OPENED = "queue_opened"
    QUEUE_CLOSED = "queue_closed"
    LEVEL_RAISED = "level_raised"
    LEVEL_LOWERED = "level_lowered"
    APP_SILENT = "app_silent"
    APP_BACK = "app_back"
    DATABASE_SILENT = "database_silent"
    DATABASE_BACK = "database_back"
    BLIND = "signals_lost"
    SEEING = "signals_back"


_SENTENCES: Final = {
    FactKind.STARTED: "Le service a démarré.",
    FactKind.QUEUE_OPENED: "Une file d’attente est ouverte.",
    FactKind.QUEUE_CLOSED: "La file d’attente est fermée : tout le monde est entré.",
    FactKind.APP_SILENT: "L’application ne répond plus.",
    FactKind.APP_BACK: "L’application répond à nouveau.",
    FactKind.DATABASE_SILENT: "La base de données ne répond plus.",
    FactKind.DATABASE_BACK: "La base de données répond à nouveau.",
    FactKind.BLIND: "Les mesures ne sont plus disponibles.",
    FactKind.SEEING: "Les mesures sont à nouveau disponibles.",
}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A published fact. ``level`` is only meant for the two level kinds.

    ``span``: when an interruption was, in words, for the kind that has one.
    """

    kind: FactKind
    at_s: float
    level: int = 0
    span: str = ""

    @property
    def sentence(self) -> str:
        """The fact in French."""
        if self.kind is FactKind.LEVEL_RAISED:
            return typeset(f"Le portail passe au niveau {self.level}, « {LEVELS[self.level].name} ».")
        if self.kind is FactKind.LEVEL_LOWERED:
            return typeset(f"Le portail revient au niveau {self.level}, « {LEVELS[self.level].name} ».")
        if self.kind is FactKind.INTERRUPTED:
            return typeset(f"Le service a été interrompu {self.span}.")
        return typeset(_SENTENCES[self.kind])


def interruption(last_sign_s: float | None, *, now_s: float, zone: tzinfo) -> tuple[Fact, ...]:
    """What a process that starts at ``now_s`` has to tell of the time since the one before gave its last sign.

    None: there was none before. A last sign after now is a clock that was set back: then nothing is known.
    """
    if last_sign_s is None or now_s - last_sign_s <= OUTAGE_S:
        return ()
    since, until = hour(last_sign_s, zone), hour(now_s, zone)
    if now_s - last_sign_s < 60:  # noqa: PLR2004  seconds of a minute
        span = f"moins d’une minute, à {since}"
    elif day(last_sign_s, zone) == day(now_s, zone):
        span = f"de {since} à {until}"
    else:
        span = f"du {day(last_sign_s, zone)} à {since} au {day(now_s, zone)} à {until}"
    return (Fact(kind=FactKind.INTERRUPTED, at_s=now_s, span=span),)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the last readings left behind.

    ``queue_quiet_since_s``: since when an announced queue has been empty; ``lower_since_s``: since when the ladder has
    been below the announced ``level``.
    """

    started_at_s: float = -1.0
    blind: bool = False
    queue_announced: bool = False
    queue_quiet_since_s: float | None = None
    level: int = 0
    lower_since_s: float | None = None
    app_ok: bool | None = None
    db_ok: bool | None = None


def _queue(seen: Seen, signals: Signals, facts: list[Fact]) -> Seen:
    now_s = signals.measured_at_s
    if signals.queue_open:
        if not seen.queue_announced:
            facts.append(Fact(kind=FactKind.QUEUE_OPENED, at_s=now_s))
        return msgspec.structs.replace(seen, queue_announced=True, queue_quiet_since_s=None)
    if not seen.queue_announced:
        return seen
    quiet_since_s = now_s if seen.queue_quiet_since_s is None else min(now_s, seen.queue_quiet_since_s)
    if now_s - quiet_since_s < QUIET_S:
        return msgspec.structs.replace(seen, queue_quiet_since_s=quiet_since_s)
    facts.append(Fact(kind=FactKind.QUEUE_CLOSED, at_s=quiet_since_s))
    return msgspec.structs.replace(seen, queue_announced=False, queue_quiet_since_s=None)


def _level(seen: Seen, signals: Signals, facts: list[Fact]) -> Seen:
    now_s, level = signals.measured_at_s, _told_level(signals.level)
    if level > seen.level:
        facts.append(Fact(kind=FactKind.LEVEL_RAISED, at_s=now_s, level=level))
        return msgspec.structs.replace(seen, level=level, lower_since_s=None)
    if level == seen.level:
        return msgspec.structs.replace(seen, lower_since_s=None)
    lower_since_s = now_s if seen.lower_since_s is None else min(now_s, seen.lower_since_s)
    if now_s - lower_since_s < QUIET_S:
        return msgspec.structs.replace(seen, lower_since_s=lower_since_s)
    facts.append(Fact(kind=FactKind.LEVEL_LOWERED, at_s=lower_since_s, level=min(signals.level, MAX_LEVEL)))
    return msgspec.structs.replace(seen, level=level, lower_since_s=None)


def _told_level(level: int) -> int:
    return min(level, MAX_LEVEL) if level > 1 else 0


def _answers(before: bool | None, now: bool | None, kinds: tuple[FactKind, FactKind], at_s: float) -> list[Fact]:  # noqa: FBT001  two readings of one flag
    silent, back = kinds
    if now is False and before is not False:
        return [Fact(kind=silent, at_s=at_s)]
    return [Fact(kind=back, at_s=at_s)] if now is True and before is False else []


def observe(seen: Seen, signals: Signals | None, *, now_s: float) -> tuple[Seen, tuple[Fact, ...]]:
    """Compares one more reading with what was seen before. Returns what to remember and what to publish.

    ``signals`` None means that no reading could be taken at ``now_s``.
    """
    if signals is None:
        lost = () if seen.blind else (Fact(kind=FactKind.BLIND, at_s=now_s),)
        return msgspec.structs.replace(seen, blind=True), lost
    at_s = signals.measured_at_s
    facts: list[Fact] = []
    if seen.blind:
        facts.append(Fact(kind=FactKind.SEEING, at_s=at_s))
    if signals.started_at_s > seen.started_at_s:
        facts.append(Fact(kind=FactKind.STARTED, at_s=signals.started_at_s))
    seen = _level(_queue(seen, signals, facts), signals, facts)
    facts += _answers(seen.app_ok, signals.app_ok, (FactKind.APP_SILENT, FactKind.APP_BACK), at_s)
    facts += _answers(seen.db_ok, signals.db_ok, (FactKind.DATABASE_SILENT, FactKind.DATABASE_BACK), at_s)
    after = msgspec.structs.replace(
        seen,
        blind=False,
        started_at_s=max(seen.started_at_s, signals.started_at_s),
        app_ok=seen.app_ok if signals.app_ok is None else signals.app_ok,
        db_ok=seen.db_ok if signals.db_ok is None else signals.db_ok,
    )
    return after, tuple(facts)
