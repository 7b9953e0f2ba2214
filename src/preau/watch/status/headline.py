"""The first sentence of the page: what is measured, in plain French, blaming nobody, claiming no cause.

The machine chooses the most serious of the facts it holds. Operators' words are shown under it, never mixed into it;
an open incident only raises the machine-readable indicator and gives the title when the machine itself sees nothing.
"""

from typing import Final

import msgspec

from preau.watch.signals.reading import Signals
from preau.watch.status import french
from preau.watch.status.incidents import Impact, Incident, unresolved

INDICATORS: Final = ("none", "minor", "major", "critical")
"""The Statuspage API's overall indicators, mildest first."""


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """``indicator`` one of ``INDICATORS``; ``title`` one sentence; ``sentences`` what follows from it for people."""

    indicator: str
    title: str
    sentences: tuple[str, ...]


_UNKNOWN: Final = Headline(
    indicator="minor",
    title="Données indisponibles.",
    sentences=(
        "Les mesures du service ne nous parviennent pas en ce moment. Nous ne savons pas si tout fonctionne.",
        "Vous pouvez essayer d’entrer : si une file est ouverte, votre place y sera gardée.",
    ),
)
_NO_ANSWER: Final = "Nous ne connaissons pas encore la cause."
_KEPT: Final = "Les réponses des élèves restent sur leur appareil et partiront quand le service reviendra."


def _measured(signals: Signals) -> Headline:
    if signals.app_ok is False:
        return Headline(
            indicator="major",
            title="L’application ne répond pas ; les leçons, la file et cette page continuent.",
            sentences=(_KEPT, "Les classes virtuelles déjà ouvertes continuent.", _NO_ANSWER),
        )
    if signals.db_ok is False:
        return Headline(
            indicator="major",
            title="La base de données ne répond pas ; les leçons, la file et cette page continuent.",
            sentences=(_KEPT, "Les classes virtuelles déjà ouvertes continuent.", _NO_ANSWER),
        )
    if signals.entries_suspended:
        return Headline(
            indicator="major",
            title="L’équipe a suspendu les entrées.",
            sentences=("Qui est entré reste, et chaque place de la file est gardée.", *_queue(signals)[-1:]),
        )
    if signals.queue_open:
        return Headline(
            indicator="minor", title="Affluence : une file d’attente est ouverte.", sentences=_queue(signals)
        )
    if signals.app_ok is None:
        return _UNKNOWN
    return Headline(indicator="none", title="Tout fonctionne.", sentences=("Pas de file d’attente en ce moment.",))


def _queue(signals: Signals) -> tuple[str, ...]:
    kept = (
        "Chaque place est gardée, même si l’on ferme la page.",
        "Personne n’est renvoyé de sa classe pour faire de la place.",
    )
    if signals.median_wait_s is None:
        return kept
    return (f"Attente médiane : {french.wait_interval(*signals.median_wait_s)}.", *kept)


def _typeset(line: Headline) -> Headline:
    sentences = tuple(french.typeset(sentence) for sentence in line.sentences)
    return msgspec.structs.replace(line, title=french.typeset(line.title), sentences=sentences)


def headline(signals: Signals | None, incidents: tuple[Incident, ...]) -> Headline:
    """The headline for one reading (None: nothing could be measured) and the incidents, newest first."""
    measured = _typeset(_UNKNOWN if signals is None else _measured(signals))
    open_incidents = unresolved(incidents)
    if not open_incidents:
        return measured
    worst = max(INDICATORS.index(incident.impact) for incident in open_incidents)
    indicator = INDICATORS[max(worst, INDICATORS.index(measured.indicator))]
    if measured.indicator != "none" or worst == INDICATORS.index(Impact.NONE):
        return msgspec.structs.replace(measured, indicator=indicator)
    told = Headline(
        indicator=indicator,
        title=f"Incident en cours : {open_incidents[0].title}",
        sentences=("Nos mesures ne montrent pas de panne ; l’équipe en dit plus ci-dessous.",),
    )
    return _typeset(told)
