"""Why work is refused: a stable code, a sentence, the HTTP status when the whole request is refused."""

from enum import StrEnum
from http import HTTPStatus

from django.utils.translation import gettext as _


class Refusal(StrEnum):
    """The codes of docs/protocol/work-journal.md."""

    SIGN_IN_REQUIRED = "sign_in_required"
    CROSS_SITE = "cross_site"
    METHOD = "method_not_allowed"
    CONTENT_TYPE = "content_type"
    TOO_LARGE = "body_too_large"
    JSON_INVALID = "json_invalid"
    TOO_MANY_EVENTS = "too_many_events"
    PACKAGE_UNAVAILABLE = "package_unavailable"
    EVENT_MALFORMED = "event_malformed"
    CLIENT_AT_INVALID = "client_at_invalid"
    EVENT_REFUSED = "event_refused"
    OTHER_PERSON = "other_person"
    LESSON_UNKNOWN = "lesson_unknown"
    ITEM_UNKNOWN = "item_unknown"
    RESPONSE_MALFORMED = "response_malformed"
    NUMBER_EXPECTED = "number_expected"
    ANSWER_EMPTY = "answer_empty"
    ORDER_INCOMPLETE = "order_incomplete"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]()

    @property
    def status(self) -> int:
        return _STATUSES.get(self, HTTPStatus.BAD_REQUEST)


_STATUSES = {
    Refusal.SIGN_IN_REQUIRED: HTTPStatus.UNAUTHORIZED,
    Refusal.CROSS_SITE: HTTPStatus.FORBIDDEN,
    Refusal.METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    Refusal.CONTENT_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Refusal.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Refusal.TOO_MANY_EVENTS: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Refusal.PACKAGE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.LESSON_UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.ITEM_UNKNOWN: HTTPStatus.NOT_FOUND,
}
_SENTENCES = {
    Refusal.SIGN_IN_REQUIRED: lambda: _(
        "Connecte-toi pour envoyer ton travail. Il reste sur cet appareil en attendant."
    ),
    Refusal.CROSS_SITE: lambda: _("Cette réponse vient d’un autre site. Ouvre la séance dans Préau et recommence."),
    Refusal.METHOD: lambda: _("On ne répond pas à cette adresse de cette façon. Ouvre la séance et recommence."),
    Refusal.CONTENT_TYPE: lambda: _("Le journal de travail s’envoie en JSON."),
    Refusal.TOO_LARGE: lambda: _("Cet envoi est trop gros. Il faut le couper en plusieurs."),
    Refusal.JSON_INVALID: lambda: _("Cet envoi est abîmé : il n’a pas pu être lu."),
    Refusal.TOO_MANY_EVENTS: lambda: _("Cet envoi contient plus de 200 lignes. Il faut le couper en plusieurs."),
    Refusal.PACKAGE_UNAVAILABLE: lambda: _("Cette séance ne peut pas être corrigée maintenant. Réessaie plus tard."),
    Refusal.EVENT_MALFORMED: lambda: _("Cette ligne du journal n’a pas pu être lue."),
    Refusal.CLIENT_AT_INVALID: lambda: _(
        "La date de cette ligne du journal n’existe pas. Règle l’heure de l’appareil."
    ),
    Refusal.EVENT_REFUSED: lambda: _("Cette ligne du journal n’a pas pu être prise."),
    Refusal.OTHER_PERSON: lambda: _("Ce travail est celui d’une autre personne. Il attend qu’elle se connecte."),
    Refusal.LESSON_UNKNOWN: lambda: _("Cette séance n’existe pas, ou n’existe plus."),
    Refusal.ITEM_UNKNOWN: lambda: _("Cette question n’existe pas dans cette séance."),
    Refusal.RESPONSE_MALFORMED: lambda: _("Cette réponse n’a pas la bonne forme. Reviens à la question et recommence."),
    Refusal.NUMBER_EXPECTED: lambda: _("Écris un nombre, par exemple 3,5."),
    Refusal.ANSWER_EMPTY: lambda: _("Tu n’as pas encore répondu. Reviens à la question et choisis une réponse."),
    Refusal.ORDER_INCOMPLETE: lambda: _("Donne un rang différent à chaque ligne, de la première à la dernière."),
}
