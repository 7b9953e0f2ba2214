"""The gate's pages as HAProxy fills them: the embedded engine's page, with variables where a visitor's own facts stand.

A waiting page differs by four voices (a pupil with a class, a pupil alone, a card, nobody known) and by four paces of
its reload; each is a file of its own, and what differs by ticket is a variable. In a HAProxy file ``%`` begins a
variable, so every ``%`` of the page itself is doubled.
"""

from collections.abc import Mapping
from gettext import gettext as _
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec

from preau.gate import favours
from preau.gate.page.render import (
    REFRESH_S,
    SLOW_REFRESH_S,
    SOLVER_TAG,
    Crowd,
    Pages,
    Standing,
    WaitingView,
    before_words,
    fields_of,
    lessons_of,
    sign_in_of,
    squares_of,
)
from preau.gate.page.words import Words, words
from preau.gate.rules.standing import SQUARES, square
from preau.gate.rules.wait import Told
from preau.published.shapes import OfferedLesson
from preau.tokens.envelope import Refusal

MANY: Final = 1_000_000_000
_BACK: Final = "/BACK-MARK"
_MARK: Final = "\x01"
OF_THE_TRANSACTION: Final = frozenset({"lane", "order", "back_html"})
"""Variables that live as long as the answer; the others are gone with the request (head of the template)."""


class Voice(NamedTuple):
    """Who reads: the name in file names, and the words."""

    name: str
    words: Words


STRANGER: Final = "stranger"


def _voices(*, suspended: bool) -> tuple[Voice, ...]:
    return (
        Voice("class", words(pupil=True, with_class=True, suspended=suspended)),
        Voice("pupil", words(pupil=True, with_class=False, suspended=suspended)),
        Voice("card", words(pupil=False, with_class=False, suspended=suspended)),
        Voice(STRANGER, words(pupil=False, with_class=False, suspended=suspended)),
    )


VOICES: Final = _voices(suspended=False)
PACES: Final = ("usual", "slow", "paused", "sent")


class Kind(NamedTuple):
    """A kind of waiting page: the name of its files, and who may read it."""

    name: str
    voices: tuple[Voice, ...]

    def file(self, voice: Voice, pace: str) -> str:
        """The name of the file."""
        return f"{self.name}_{voice.name}_{pace}.html"


USUAL: Final = Kind("waiting", VOICES)
SUSPENDED: Final = Kind("suspended", _voices(suspended=True))
"""Operators have ordered that nobody new is called."""
PUZZLE: Final = Kind("puzzle", VOICES[-1:])
"""A challenge is on offer, which it is to strangers alone."""
KINDS: Final = (USUAL, SUSPENDED, PUZZLE)


def waiting_page(pages: Pages, kind: Kind, voice: Voice, pace: str, *, folder: str) -> str:
    """One waiting page as a HAProxy log-format file; ``folder``: of the maps that it looks into."""
    crowd = Crowd(
        lane=1 if voice.name == "class" else 3,
        words=voice.words,
        back=_BACK,
        sent_something=pace == "sent",
        refresh_s={"slow": SLOW_REFRESH_S, "paused": 0}.get(pace, REFRESH_S),
        sign_in="",
        lessons=(),
    )
    view = WaitingView(crowd=crowd, order_key=0, lot=0, standing=Standing(0, Told(None, None)), since_s=None)
    offer = {"puzzle": _variable("puzzle"), "solver": SOLVER_TAG} if kind is PUZZLE else {}
    page = pages.filled({**fields_of(view), **_own_fields(voice, folder), **offer}).decode()
    page = page.replace(_BACK.replace("/", "%2F"), _variable("back_query")).replace(_BACK, _variable("back_html"))
    return _as_format(page)


def notice_page(pages: Pages, *, title: str, text: str, code: str, action: str, href: str) -> str:
    """A notice as a HAProxy log-format file; ``href`` "" leads to the page that was asked for."""
    page = pages.notice(title=title, text=text, code=code, action=action, href=href or _BACK)
    return _as_format(page.decode().replace(_BACK, _variable("back_html")))


def word_lines(voice: Voice) -> tuple[tuple[str, str], ...]:
    """The words after the number of people before, by that number."""
    ranges = {"0": 0, "1": 1, f"2:{MANY}": 2}
    return tuple((keys, before_words(voice.words, number)) for keys, number in ranges.items())


def square_lines() -> tuple[tuple[str, str], ...]:
    """The hopscotch by the number of people before."""
    edges = [0, *(2**power - 1 for power in range(1, SQUARES)), MANY]
    return tuple((f"{low}:{high - 1}", squares_of(square(low))) for low, high in pairwise(edges))


def lesson_lines(groups: Mapping[str, OfferedLesson], sections: list[OfferedLesson]) -> tuple[tuple[str, str], ...]:
    """What is offered meanwhile: ``tu:group`` -> HTML, and ``section:group`` -> the section of a single lesson.

    The group ``-`` stands for everybody without a lesson of their own.
    """
    said = {voice.words.voice: voice.words for voice in VOICES}
    lines = [(f"{name}:-", lessons_of(sections, text)) for name, text in said.items() if sections]
    if len(sections) == 1:
        lines.append(("section:-", sections[0].section))
    for group, lesson in groups.items():
        lines.append((f"section:{group}", lesson.section))
        lines += [(f"{name}:{group}", lessons_of([lesson], text)) for name, text in said.items()]
    return tuple(lines)


def _own_fields(voice: Voice, folder: str) -> dict[str, str]:
    """The fields that HAProxy fills. What stands once in a page is looked up in place: no variable is set for it."""
    own = {
        "title": f"{_variable('wait_title')} · Préau",
        "section": _variable("section"),
        "lane": _variable("lane"),
        "key": _variable("order"),
        "lot": _variable("whole_lot"),
        "before": _variable("people"),
        "before_text": _variable("people"),
        "before_words": _fetch(f"var(req.people),map_int({folder}/words_{voice.name}.map)"),
        "wait_class": _variable("wait_class"),
        "wait": _variable("wait"),
        "about": _variable("about"),
        "squares": _fetch(f"var(req.people),map_int({folder}/squares.map)"),
        "alone": _variable("alone"),
        "lessons": _variable("lessons"),
    }
    if voice.name == STRANGER:
        own["sign_in"] = sign_in_of(_variable("sign_in"))
    else:
        own["noted"] = _variable("noted_html")
    return own


def noted_before_and_after(voice: Voice) -> tuple[str, str]:
    """The sentence that an arrival is noted, round the second of the arrival: the browser writes the clock into it."""
    clock = f'<time id="since" data-at="{_MARK}"></time>'
    before, _mark, after = f'<p class="soft">{voice.words.noted}</p>'.format(clock=clock).partition(_MARK)
    return before, after


def unknown_wait() -> tuple[str, str, str]:
    """Title, and the words about a wait that is known and one that is not."""
    return _("File d’attente"), _("d’attente"), _("durée encore inconnue")


def _variable(name: str) -> str:
    return _fetch(f"var({'txn' if name in OF_THE_TRANSACTION else 'req'}.{name})")


def _fetch(expression: str) -> str:
    return f"{_MARK}{expression}{_MARK}"


def _as_format(page: str) -> str:
    parts = page.replace("%", "%%").split(_MARK)
    return "".join(f"%[{part}]" if index % 2 else part for index, part in enumerate(parts))


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A page with one message. ``href`` "": the page that was asked for."""

    code: str
    title: str
    text: str
    action: str = _("Aller à l’accueil")
    href: str = "/"


def _resting(again: str) -> Notice:
    return Notice(
        code="app_unavailable",
        title=_("Préau reprend son souffle"),
        text=_("Cette page n’a pas pu être préparée. Rien n’est perdu : {again}.").format(again=again),
        action=_("Réessayer"),
        href="",
    )


def _of_a_link(said: favours.Notice) -> Notice:
    return Notice(code=said.code, title=said.title, text=said.text)


NOTICES: Final = {
    "link_unknown": _of_a_link(favours.link_notice(Refusal.FORGED)),
    "link_expired": _of_a_link(favours.link_notice(Refusal.EXPIRED)),
    "link_used_up": _of_a_link(favours.used_up_notice(_variable("l_cap"))),
    "cross_site": Notice(
        code="cross_site",
        title=_("Demande refusée"),
        text=_("Cette demande vient d’un autre site : rien n’a changé."),
    ),
    "place_given_back": Notice(
        code="place_given_back",
        title=_("La place est rendue"),
        text=_("Merci : quelqu’un d’autre entre. Pour revenir, il suffit de rouvrir Préau."),
    ),
    "not_found": Notice(
        code="gate_not_found",
        title=_("Cette page n’existe pas"),
        text=_("L’adresse est peut-être incomplète."),
    ),
    "too_large": Notice(
        code="body_too_large",
        title=_("L’envoi n’est pas arrivé"),
        text=_("Cet envoi est trop gros pour être reçu ici."),
        action=_("Recommencer"),
        href="",
    ),
    "uploads_full": Notice(
        code="uploads_full",
        title=_("L’envoi n’est pas arrivé"),
        text=_("D’autres envois sont encore en cours : celui-ci pourra repartir quand ils seront arrivés."),
        action=_("Recommencer"),
        href="",
    ),
    "slow": Notice(
        code="body_slow",
        title=_("L’envoi n’est pas arrivé"),
        text=_("L’envoi a pris trop de temps : {again} quand la connexion va mieux.").format(again=_("recommencez")),
    ),
    "resting_tu": _resting(_("réessaie dans une minute")),
    "resting_vous": _resting(_("réessayez dans une minute")),
}
