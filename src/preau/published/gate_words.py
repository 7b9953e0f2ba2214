"""The words of the gate for people: levels of the ladder, lanes, resources, modes. French, one word per thing.

The status page, the operators' page and the command say the same: docs/reference/glossary.md. Pure.
"""

from typing import Final, NamedTuple

from preau.published.shapes import GateOrders, Mode


class LevelWords(NamedTuple):
    """``name`` of a level of the ladder, and what it means for who comes, in one sentence."""

    name: str
    meaning: str


LEVELS: Final = (
    LevelWords("libre", "tout le monde entre sans attendre"),
    LevelWords("lissage", "on entre à tour de rôle, au rythme que le service tient"),
    LevelWords("priorité", "les classes qui ont cours passent d’abord, les autres entrent lentement"),
    LevelWords("siège", "on entre avec un carnet ou un lien de classe, les autres très lentement"),
    LevelWords("refuge", "le service ne répond plus : les leçons restent lisibles et les places sont gardées"),
    LevelWords("rideau", "le portail tient seul l’ordre des places, en attendant le service"),
)
"""Levels 0 to 5, mildest first."""

LANES: Final = (
    "Personnels de l’établissement",
    "Élèves qui ont cours maintenant",
    "Autres élèves et familles",
    "Appareils pas encore connus",
)
"""Lanes 0 to 3."""

MODES: Final[dict[Mode, LevelWords]] = {
    "auto": LevelWords("automatique", "le portier décide"),
    "open": LevelWords("ouvert", "tout le monde est appelé, sans limite de capacité"),
    "drain": LevelWords("vidange", "personne de plus n’est appelé ; qui l’était peut encore entrer"),
    "closed": LevelWords("fermé", "personne n’est appelé, sauf les personnels"),
}
"""What operators may order. Who is inside stays, whatever the mode."""

RESOURCES: Final = {
    "http": "Pages et réponses",
    "sign_in": "Connexions",
    "live": "Entrées en classe",
}

REASONS: Final = {
    "calm": "plus personne n’attend",
    "waiting": "des personnes attendent",
    "full": "la capacité est atteinte",
    "busy": "les machines sont occupées à plus des deux tiers",
    "forecast": "l’emploi du temps annonce plus de monde que la capacité",
    "queueing": "les réponses attendent trop longtemps leur tour",
    "wait": "les élèves qui ont cours attendraient plus de cinq minutes",
    "attack": "trop de demandes ne viennent pas d’élèves",
    "crowd": "beaucoup de monde vient en même temps, comme l’emploi du temps l’annonçait",
    "host": "les machines finissent moins de travail qu’avant, sans qu’il vienne plus de monde",
    "failing": "trop de réponses échouent",
    "app_silent": "l’application ne répond plus",
    "database_silent": "la base de données ne répond plus",
    "porter_silent": "le portier ne donne plus de nouvelles",
    "ordered": "ordre d’un exploitant",
}
"""Reasons of a level, by the code that the report and the journal of the ladder carry."""


VERDICTS: Final = {
    "crowd": "C’est l’affluence prévue : presque tout le monde montre un carnet.",
    "attack": "C’est une attaque : bien plus d’arrivées que prévu, peu de carnets, des tickets qui ne reviennent pas.",
    "host": "C’est une panne des machines : les arrivées sont normales, le travail fini baisse et l’attente monte.",
}
"""What the crowd is taken for, by the code of the report; no code: nothing special is known."""


def reason_in_words(code: str) -> str:
    """A reason in French; one that is not known is shown as it is."""
    return REASONS.get(code, code)


def orders_in_words(before: GateOrders, after: GateOrders) -> tuple[str, ...]:
    """What ``after`` changed, one short piece per field; nothing when it only repeats what held."""
    said = []
    if before.mode != after.mode:
        said.append(f"mode {MODES[after.mode].name}")
    if before.capacity != after.capacity:
        said.append(
            "capacité de l’installation"
            if after.capacity is None
            else f"capacité {after.capacity:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        )
    if before.pre_open_s != after.pre_open_s:
        said.append(f"ouverture {after.pre_open_s // 60} min avant le cours")
    return tuple(said)
