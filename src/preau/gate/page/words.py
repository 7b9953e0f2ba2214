"""The sentences of the waiting page. Pupils are called *tu*, everybody else *vous*; figures are intervals.

The French sentences are the msgids. No sentence supposes a gender, and none blames.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from preau.gate.msgid import msgid as _
from preau.gate.rules.wait import WaitInterval

PAGE_ZONE: Final = ZoneInfo("Europe/Paris")
"""The clock of the page as sent; a browser with JavaScript writes its own local time over it."""

LONGEST_TOLD_S: Final = 2 * 3600
ROUGH_MIN: Final = 20
"""Above it minutes are told by fives: more would pretend."""

NBSP: Final = "\u00a0"


class Words(msgspec.Struct, frozen=True, eq=False):
    """One voice of the page. There are a handful of them (``words``), told apart by being another object."""

    voice: str
    whom: str
    kept: str
    next_in: str
    before_one: str
    before_many: str
    unknown_wait: str
    stays: str
    noted: str
    why: str
    lesson: str
    give_back_means: str


@cache
def words(*, pupil: bool, with_class: bool, suspended: bool = False) -> Words:
    """The voice for a pupil (``tu``), with or without a class that enters together, or for anybody else (``vous``).

    ``suspended``: operators have ordered that nobody new is called: then neither the crowd nor a place is waited for.
    """
    said = _informal(with_class=with_class) if pupil else _formal()
    if not suspended:
        return said
    return msgspec.structs.replace(
        said,
        unknown_wait=_("dès que les entrées reprennent"),
        why=_(
            "L’équipe a suspendu les entrées pour un moment. L’ordre des places ne change pas, et personne n’est mis "
            "dehors."
        ),
    )


def _informal(*, with_class: bool) -> Words:
    whom, next_in = (_("ta classe"), _("la prochaine place est pour elle")) if with_class else _alone()
    return Words(
        voice="tu",
        whom=whom,
        kept=_("Ta place est gardée."),
        next_in=next_in,
        before_one=_("personne avant {whom}").format(whom=whom),
        before_many=_("personnes avant {whom}").format(whom=whom),
        unknown_wait=_("dès qu’une place se libère"),
        stays=_(
            "Tu peux fermer cette page, changer de réseau ou éteindre l’appareil\u00a0: ta place reste à toi "
            "jusqu’à ce soir."
        ),
        noted=_("Ton arrivée à {clock} est notée\u00a0: cette attente ne compte pas comme une absence."),
        why=_(
            "Beaucoup de monde arrive en même temps. On entre dans l’ordre, les enseignants d’abord, puis chaque "
            "classe ensemble. Personne n’est mis dehors pour faire de la place."
        ),
        lesson=_("En attendant, une séance t’est ouverte"),
        give_back_means=_("Si tu reviens, ton attente recommence."),
    )


def _alone() -> tuple[str, str]:
    return _("toi"), _("la prochaine place est pour toi")


def _formal() -> Words:
    return Words(
        voice="vous",
        whom=_("vous"),
        kept=_("Votre place est gardée."),
        next_in=_("la prochaine place est pour vous"),
        before_one=_("personne avant vous"),
        before_many=_("personnes avant vous"),
        unknown_wait=_("dès qu’une place se libère"),
        stays=_(
            "Vous pouvez fermer cette page, changer de réseau ou éteindre l’appareil\u00a0: votre place reste à vous "
            "jusqu’à ce soir."
        ),
        noted=_("Votre arrivée à {clock} est notée."),
        why=_(
            "Beaucoup de monde arrive en même temps. Les enseignants et les classes qui ont cours entrent d’abord, "
            "puis chacun dans l’ordre d’arrivée. Personne n’est mis dehors pour faire de la place."
        ),
        lesson=_("En attendant, une séance est ouverte"),
        give_back_means=_("Si vous revenez, votre attente recommence."),
    )


def wait_text(interval: WaitInterval | None) -> str | None:
    """The interval in minutes, as it stands in the page and in its title; None when nothing is known."""
    if interval is None:
        return None
    low, high = int(interval.low_s // 60), int(-(-interval.high_s // 60))
    if high > ROUGH_MIN:
        low, high = low // 5 * 5, -(-high // 5) * 5
    if interval.high_s > LONGEST_TOLD_S:
        return _("plus de {hours}\u00a0h").format(hours=max(1, int(interval.low_s // 3600)))
    if low < 1:
        return _("moins d’une minute") if high <= 1 else _("moins de {high}\u00a0min").format(high=high)
    if low == high:
        return _("{low}\u00a0min").format(low=low)
    return _("{low}–{high}\u00a0min").format(low=low, high=high)


def clock_text(at_s: float) -> str:
    """An instant as a French clock time: ``8 h 34``."""
    local = datetime.fromtimestamp(at_s, UTC).astimezone(PAGE_ZONE)
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02}"
