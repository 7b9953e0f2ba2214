"""Why a sign-in is refused: a stable code, a French sentence that says what to do next, a status."""

from datetime import datetime
from typing import Final

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from preau.school.pages.moments import clock
from preau.tokens import envelope

_WORTH_COUNTING: Final = 9
"""Tries left: more than these are a class's, and tell a child nothing."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that did not happen. ``retry_after_s``: when trying again makes sense, if waiting helps."""

    code: str
    sentence: str
    status: int
    retry_after_s: int | None = None


def unknown_class() -> Refusal:
    sentence = _("Ce code de classe n’existe pas. Regarde bien ta carte : il a 8 lettres et chiffres.")
    return Refusal(code="unknown_class_code", sentence=sentence, status=404)


def incomplete_code(*, pictures: bool) -> Refusal:
    sentence = _("Choisis 4 images, dans l’ordre.") if pictures else _("Écris tes trois mots, séparés par un espace.")
    return Refusal(code="incomplete_code", sentence=sentence, status=400)


def wrong_code(left: int) -> Refusal:
    """``left``: tries that remain before a pause."""
    if left == 0:
        sentence = _(
            "Ce n’est pas le bon code. C’était le dernier essai avant une pause. "
            "Ta carte avec le carré marche toujours."
        )
    elif left > _WORTH_COUNTING:
        sentence = _("Ce n’est pas le bon code. Regarde bien ta carte, puis recommence.")
    else:
        sentence = ngettext(
            "Ce n’est pas le bon code. Encore %(left)d essai.",
            "Ce n’est pas le bon code. Encore %(left)d essais.",
            left,
        ) % {"left": left}
    return Refusal(code="wrong_code", sentence=sentence, status=403)


def pupil_must_pause(*, until: datetime, now: datetime) -> Refusal:
    """``until`` in the time zone of the school, ready to be read."""
    sentence = _(
        "Trop d’essais. Ta carte avec le carré marche toujours : photographie-la. Sinon, réessaie à %(clock)s."
    ) % {"clock": clock(until)}
    return Refusal(code="too_many_tries", sentence=sentence, status=429, retry_after_s=_seconds(until, now))


def wrong_password(left: int) -> Refusal:
    sentence = ngettext(
        "Identifiant ou mot de passe incorrect. Encore %(left)d essai.",
        "Identifiant ou mot de passe incorrect. Encore %(left)d essais.",
        left,
    ) % {"left": left}
    if left == 0:
        sentence = _("Identifiant ou mot de passe incorrect. C’était le dernier essai avant une pause.")
    return Refusal(code="wrong_password", sentence=sentence, status=403)


def adult_must_pause(*, until: datetime, now: datetime) -> Refusal:
    sentence = _(
        "Trop d’essais. Réessayez à %(clock)s, ou sur l’appareil où vous vous connectez d’habitude. "
        "Un nouveau mot de passe se demande à la personne qui tient le serveur de Préau."
    )
    return Refusal(
        code="too_many_tries",
        sentence=sentence % {"clock": clock(until)},
        status=429,
        retry_after_s=_seconds(until, now),
    )


def missing_password() -> Refusal:
    sentence = _("Écrivez votre identifiant et votre mot de passe.")
    return Refusal(code="missing_password", sentence=sentence, status=400)


def busy() -> Refusal:
    sentence = _("Beaucoup de personnes se connectent en ce moment. Réessayez dans une minute.")
    return Refusal(code="sign_in_busy", sentence=sentence, status=503, retry_after_s=60)


def confirmation_expired() -> Refusal:
    sentence = _("Cette question n’attend plus de réponse. Refais ton code.")
    return Refusal(code="confirmation_expired", sentence=sentence, status=403)


def paper_card(reason: envelope.Refusal) -> Refusal:
    """A QR card that is not one of ours, or no longer."""
    if reason is envelope.Refusal.EXPIRED:
        sentence = _("Cette carte est trop ancienne. Demande une nouvelle carte à ton enseignant·e.")
        return Refusal(code="card_expired", sentence=sentence, status=410)
    sentence = _("Cette carte n’est pas lisible. Scanne-la encore une fois, ou demande une nouvelle carte.")
    return Refusal(code="card_invalid", sentence=sentence, status=400)


def revoked_card() -> Refusal:
    sentence = _("Cette carte a été remplacée par une plus récente. Prends ta nouvelle carte.")
    return Refusal(code="card_revoked", sentence=sentence, status=410)


def person_has_left() -> Refusal:
    sentence = _("Cette carte n’ouvre plus Préau : elle est au nom d’une personne qui a quitté l’établissement.")
    return Refusal(code="card_of_someone_who_left", sentence=sentence, status=410)


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, round((until - now).total_seconds()))
