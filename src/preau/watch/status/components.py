"""What the public knows the service by, and the state of each part, from one reading.

The words follow what the architecture guarantees and no more: when the application is silent, published lessons,
classes that are already open, the queue and this page go on, because other code serves them. So École, Collège and
Lycée are then *partial*, not *down*. Statuspage has no word for "unknown": the machine field then says
``degraded_performance`` and ``known`` is false; the words for people say « données indisponibles ».
"""

from enum import StrEnum
from typing import Final

import msgspec

from preau.watch.signals.reading import Signals
from preau.watch.status import french


class State(StrEnum):
    """The component states of the Statuspage API, version 2."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. ``words`` is what people read; ``known`` is false when nothing was measured."""

    key: str
    name: str
    description: str
    state: State
    words: str
    known: bool = True


_SECTIONS: Final = (
    ("ecole", "École", "Leçons et journée des élèves, de la petite section au CM2"),
    ("college", "Collège", "Leçons et journée des élèves, de la 6e à la 3e"),
    ("lycee", "Lycée", "Leçons et journée des élèves, de la 2de à la terminale"),
)
_LIVE: Final = ("classe", "Classe virtuelle", "Voix, discussion, mains levées, registre d’appel")
_WORK: Final = ("devoirs", "Remise des devoirs", "Réponses et copies envoyées par les élèves")
_SIGN_IN: Final = ("connexion", "Connexion", "Entrée par carte, par code ou par mot de passe")
_QUEUE: Final = ("file", "File d’attente", "Tient l’ordre d’arrivée quand tout le monde vient en même temps")
_ALL: Final = (*_SECTIONS, _LIVE, _WORK, _SIGN_IN, _QUEUE)

UNKNOWN: Final = "données indisponibles"
NORMAL: Final = "normal"

_SILENT: Final = {
    "classe": (State.PARTIAL, "les classes ouvertes continuent"),
    "devoirs": (State.PARTIAL, "reçus, transmis plus tard"),
    "connexion": (State.MAJOR, "indisponible"),
}
_LESSONS_GO_ON: Final = (State.PARTIAL, "les leçons restent lisibles")


def _line(part: tuple[str, str, str], state: State, words: str, *, known: bool = True) -> Component:
    return Component(key=part[0], name=part[1], description=part[2], state=state, words=words, known=known)


def _behind_the_gate(signals: Signals, key: str) -> tuple[State, str]:
    """State of a part that the application answers. Without its database the application can do none of these."""
    if signals.app_ok is False or signals.db_ok is False:
        return _SILENT.get(key, _LESSONS_GO_ON)
    if key == _WORK[0] and signals.work_waiting:
        return State.DEGRADED, "reçus, transmission en cours"
    if not signals.queue_open:
        return State.OPERATIONAL, NORMAL
    if key == _WORK[0]:  # the gate's write lane: handing in does not wait
        return State.OPERATIONAL, "sans attendre"
    return State.DEGRADED, "file d’attente"


def _queue(signals: Signals) -> tuple[State, str]:
    if not signals.queue_open:
        return State.OPERATIONAL, "pas d’attente"
    waiting = signals.waiting_total
    if signals.entries_suspended:
        return State.DEGRADED, "entrées suspendues, places gardées"
    if waiting == 0:
        return State.OPERATIONAL, "ouverte"
    return State.OPERATIONAL, f"ouverte, {french.count(waiting, none='')} en attente"


def components(signals: Signals | None) -> tuple[Component, ...]:
    """The seven lines, always all of them and always in this order. ``None``: nothing could be measured."""
    if signals is None:
        return tuple(_line(part, State.DEGRADED, UNKNOWN, known=False) for part in _ALL)
    lines = []
    for part in _ALL:
        if part is _QUEUE:
            lines.append(_line(part, *_queue(signals)))
        elif signals.app_ok is None:
            lines.append(_line(part, State.DEGRADED, UNKNOWN, known=False))
        else:
            lines.append(_line(part, *_behind_the_gate(signals, part[0])))
    return tuple(lines)
