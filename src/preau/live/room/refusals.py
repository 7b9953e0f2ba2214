"""Refusals of the live class: a stable code, a French sentence fit for a pupil and a teacher, and how long to wait."""

from typing import Final

import msgspec

SENTENCES: Final = {
    "malformed": "Ce message n’a pas pu être lu. Recharger la page peut aider.",
    "oversized": "Ce message est trop gros pour être envoyé.",
    "unknown_op": "Cette action n’existe pas ici. Recharger la page peut aider.",
    "bad_id": "Ce message n’a pas pu être lu. Recharger la page peut aider.",
    "not_in_class": "La classe n’a pas encore commencé pour cette place : encore un peu de patience.",
    "forbidden": "Seule la personne qui fait cours peut faire cela.",
    "rate_limited": "C’est un peu trop rapide. Attendre quelques secondes, puis recommencer.",
    "locked": "C’est fermé pour le moment. La personne qui fait cours peut le rouvrir.",
    "frozen": "La classe est figée pour le moment. Elle va reprendre.",
    "empty_text": "Le message est vide : il faut écrire quelque chose avant d’envoyer.",
    "text_too_long": "Le message est trop long : 500 caractères au plus.",
    "unknown_person": "Cette personne n’est pas dans la classe.",
    "not_present": "Cette personne n’est pas en ligne en ce moment.",
    "unknown_message": "Ce message n’est plus dans la liste.",
    "no_floor": "Il faut d’abord avoir la parole.",
    "no_voice": "La voix n’est pas disponible sur ce serveur.",
    "ended": "La classe est terminée.",
    "unavailable": "Le serveur n’arrive pas à enregistrer. Rien n’est perdu : nouvel essai dans un instant.",
    # said when a connection is closed (docs/protocol/live.md, closing codes)
    "restart": "Le serveur redémarre. La classe reprend toute seule.",
    "bad_messages": "Trop de messages illisibles. Recharger la page.",
    "wrong_class": "Cette place est celle d’une autre classe.",
    "not_on_roster": "Cette place n’est pas sur la liste de la classe.",
    "seat_not_yours": "Cette place a été donnée à un autre navigateur. Ouvrir de nouveau la page de la classe.",
    "seat_withdrawn": "Cette place a été reprise (déconnexion, nouvelle carte). Rouvrir la page de la classe.",
    "wrong_role": "Cette place n’a pas le bon rôle pour cette classe.",
    "unknown_class": "Cette classe n’existe pas, ou plus.",
    "hello_timeout": "La connexion a mis trop de temps. Nouvel essai.",
    "silent": "La connexion s’est tue. Nouvel essai.",
    "seat_taken": "Cette place vient d’être ouverte sur un autre appareil.",
    "class_ended": "La classe est terminée.",
    "server_full": "Le serveur est plein. Nouvel essai dans quelques secondes.",
}
_SEAT_REFUSED: Final = "Cette place n’est plus valable. Ouvrir de nouveau la page de la classe."


def sentence(code: str) -> str:
    """The French sentence of a code; the codes of a refused seat token share one."""
    return SENTENCES.get(code, _SEAT_REFUSED)


class Refusal(msgspec.Struct, frozen=True):
    """Nothing changed. ``retry_ms``: milliseconds after which the same order may pass, None when waiting is no help."""

    code: str
    retry_ms: int | None = None
