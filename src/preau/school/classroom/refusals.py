"""Why the classroom says no: a stable code, its French sentence, its status."""

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext, gettext_noop


class Refusal(StrEnum):
    """A refusal is a value; the stable code is what is stored, logged and shown in small type."""

    MALFORMED = "malformed"
    NOT_YOUR_CLASS = "not_your_class"
    NOT_NOW = "not_now"
    NOT_ON_ROSTER = "not_on_roster"
    CLASS_ENDED = "class_ended"
    NO_REGISTER_YET = "no_register_yet"
    NOT_FOR_YOU = "register_not_for_you"

    @property
    def sentence(self) -> str:
        """What happened and what to do next, in the language of the page."""
        return gettext(_SENTENCES[self])

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        return _STATUSES.get(self, 403)


_SENTENCES: Final = {
    Refusal.MALFORMED: gettext_noop("Cette demande n’a pas été comprise. Revenez à votre journée et recommencez."),
    Refusal.NOT_YOUR_CLASS: gettext_noop(
        "Seul l’enseignant de ce créneau ou la direction de l’établissement ouvre cette classe."
    ),
    Refusal.NOT_NOW: gettext_noop("Cette classe s’ouvre dix minutes avant l’heure du cours et jusqu’à sa fin."),
    Refusal.NOT_ON_ROSTER: gettext_noop(
        "Cette classe n’est pas dans l’emploi du temps de ce compte. "
        "Les cours du jour sont à la page d’accueil du compte."
    ),
    Refusal.CLASS_ENDED: gettext_noop(
        "Cette classe est terminée. La suite de la journée est à la page d’accueil du compte."
    ),
    Refusal.NO_REGISTER_YET: gettext_noop("Le registre paraît à la fin de la classe. Revenez à ce moment-là."),
    Refusal.NOT_FOR_YOU: gettext_noop("Ce registre d’appel est réservé à l’équipe de la classe."),
}
_STATUSES: Final = {
    Refusal.MALFORMED: 400,
    Refusal.NOT_NOW: 409,
    Refusal.CLASS_ENDED: 410,
    Refusal.NO_REGISTER_YET: 409,
}
