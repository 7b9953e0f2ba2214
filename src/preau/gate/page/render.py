"""The pages of the gate: each one response, style and script inlined, allowed by their hashes in its own CSP."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template, ascii_letters
from typing import Final
from urllib.parse import quote

import msgspec

from preau.gate.msgid import msgid as _
from preau.gate.page.lessons import SECTIONS
from preau.gate.page.words import NBSP, Words, clock_text, wait_text
from preau.gate.rules.standing import SQUARES, square
from preau.gate.rules.wait import Told
from preau.published.shapes import OfferedLesson
from preau.tokens.challenge import Puzzle

MAX_RESPONSE_BYTES: Final = 14_000
"""What a server may send in the first flight (ten segments) after the handshake; headers included."""

REFRESH_S: Final = 30
SLOW_REFRESH_S: Final = 300
MAX_PAGE_BYTES: Final = MAX_RESPONSE_BYTES - 940
"""What the headers leave: ours take 580 to 610 bytes, those of the edge and of the server 330."""

LONGEST_TITLE, LONGEST_SUBJECT = 60, 32
"""Characters of a lesson's title and subject that are shown: the page has a size to keep."""

SOLVER_PATH: Final = "/attente/defi.js"
_SOLVER_TAG: Final = f'<script async src="{SOLVER_PATH}"></script>'
FRAMES_MAX: Final = 256
"""Pages kept without what is one person's: 12 kB each, by address to come back to, voice, lessons and pace."""

_PROPERTY: Final = re.compile(r"--[a-z][a-z-]*")
_FOLDER: Final = Path(__file__).parent
_LOGO: Final = (
    '<svg viewBox="0 0 34 34" aria-hidden="true"><path class="roof" d="M3 14 17 5l14 9M8 15v14M26 15v14"/>'
    '<circle cx="17" cy="23" r="4.2"/></svg>'
)


class WaitingView(msgspec.Struct, frozen=True, kw_only=True):
    """What one waiting page says. ``back``: the path to come back to; ``refresh_s`` 0 = suspended."""

    lane: int
    order_key: int
    lot: int
    before: int
    told: Told
    words: Words
    since_s: int | None
    back: str
    sent_something: bool
    refresh_s: int
    lessons: Sequence[OfferedLesson]
    sign_in: str
    """Where who has no card yet may sign in; empty for the others."""
    puzzle: Puzzle | None = None
    """A challenge on offer, for the script of the page; without it nothing is computed."""


class Pages:
    """The templates with style and script, and the CSP that allows exactly those.

    Attributes:
        csp: of every page.
        csp_with_solver: of a waiting page with a challenge on offer: its script comes from ``SOLVER_PATH``.
        solver: that script.
    """

    def __init__(self) -> None:
        style = _shortened((_FOLDER / "waitingstyle.css").read_text("utf-8").strip())
        script = (_FOLDER / "waiting.js").read_text("utf-8").strip()
        frame = {"style": style, "script": script, "logo": _LOGO}
        self._waiting = _cut(_template("waiting.html", frame))
        self._frame = lru_cache(FRAMES_MAX)(self._drawn_frame)
        self._notice = Template(_template("notice.html", frame))
        self.solver = (_FOLDER / "challenge.js").read_bytes()
        self.csp = (
            f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        self.csp_with_solver = self.csp.replace("script-src ", "script-src 'self' ")

    def waiting(self, view: WaitingView) -> bytes:
        """The waiting page; lessons and long addresses give way before the page grows over its size."""
        page = self._waiting_page(view)
        while len(page) > MAX_PAGE_BYTES and len(view.lessons) > 1:
            view = msgspec.structs.replace(view, lessons=view.lessons[:-1])
            page = self._waiting_page(view)
        if len(page) > MAX_PAGE_BYTES:
            page = self._waiting_page(msgspec.structs.replace(view, lessons=(), back="/"))
        return page

    def _waiting_page(self, view: WaitingView) -> bytes:
        return "".join(_filled(self._frame(_of_nobody(view)), _of_one(view))).encode()

    def filled(self, fields: Mapping[str, str]) -> bytes:
        """The waiting page with these fields, already escaped: another engine fills some of them by itself."""
        return "".join(_filled(self._waiting, {**_LABELS, **fields})).encode()

    def _drawn_frame(self, view: WaitingView) -> tuple[str, ...]:
        """The page without what is one person's: the same for a whole crowd. Drawn once, kept for a while."""
        return _joined(self._waiting, {**_LABELS, **_of_all(view)})

    def notice(self, *, title: str, text: str, code: str, action: str, href: str = "/") -> bytes:
        """A page with one message and one thing to do next."""
        fields = {"title": title, "text": text, "code": code, "action": action, "href": href}
        return self._notice.substitute(_LABELS, **{name: escape(value) for name, value in fields.items()}).encode()


def fields_of(view: WaitingView) -> dict[str, str]:
    """The fields of the waiting page that depend on who reads it, escaped for HTML."""
    return {**_of_all(view), **_of_one(view)}


def _of_one(view: WaitingView) -> dict[str, str]:
    """What is one person's."""
    wait = wait_text(view.told.interval)
    said = view.words
    return {
        "title": escape(f"{wait or _('File d’attente')} · Préau"),
        "key": str(view.order_key),
        "lot": str(view.lot),
        "puzzle": "" if view.puzzle is None else _puzzle(view.puzzle),
        "solver": _SOLVER_TAG if view.puzzle else "",
        "before": str(view.before),
        "before_text": f"{view.before:,}".replace(",", NBSP),
        "before_words": escape(before_words(said, view.before)),
        "wait_class": "big" if wait and wait[0].isdigit() else "big words",
        "wait": escape(wait or said.unknown_wait),
        "about": escape(_about_the_wait(view)),
        "best": "" if view.told.best_s is None else str(round(view.told.best_s)),
        "squares": squares_of(square(view.before)),
        "noted": _noted(view),
    }


def _of_all(view: WaitingView) -> dict[str, str]:
    """What is the same for a whole crowd."""
    said = view.words
    return {
        "refresh": _refresh(view),
        "section": view.lessons[0].section if len(view.lessons) == 1 and view.lessons[0].section in SECTIONS else "",
        "lane": str(view.lane),
        "back": escape(view.back),
        "voice": said.voice,
        "whom": escape(said.whom),
        "next_in": escape(said.next_in),
        "slow_s": str(int(view.refresh_s == SLOW_REFRESH_S)),
        "paused": str(int(not view.refresh_s)),
        "kept": escape(said.kept),
        "intro": escape(_intro(view)),
        "notice": _sent_notice(view),
        "alone": "" if view.lessons else ' class="one"',
        "sign_in": sign_in_of(view.sign_in),
        "give_back_means": escape(said.give_back_means),
        "lessons": lessons_of(view.lessons, said),
        "stays": escape(said.stays),
        "why": escape(said.why),
        **_controls(view),
    }


def _of_nobody(view: WaitingView) -> WaitingView:
    """The same for everybody of the crowd, so that it can be the key of what is kept."""
    return msgspec.structs.replace(
        view,
        order_key=0,
        lot=0,
        before=0,
        told=Told(None, None),
        since_s=None,
        puzzle=None,
        lessons=tuple(view.lessons),
    )


def _cut(text: str) -> tuple[str, ...]:
    """A template as pieces: text, name, text, name, … text."""
    pieces, literal, at = [], "", 0
    for found in Template.pattern.finditer(text):
        literal += text[at : found.start()]
        at = found.end()
        name = found["named"] or found["braced"]
        if name is None:
            literal += "$"
            continue
        pieces += [literal, name]
        literal = ""
    return (*pieces, literal + text[at:])


def _joined(pieces: Sequence[str], fields: Mapping[str, str]) -> tuple[str, ...]:
    """The pieces with the known names filled in and melted into the text around them."""
    found = [pieces[0]]
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in fields:
            found[-1] += fields[name] + text
        else:
            found += [name, text]
    return tuple(found)


def _filled(pieces: Sequence[str], fields: Mapping[str, str]) -> list[str]:
    """The pieces with every name filled in."""
    found = list(pieces)
    found[1::2] = [fields[name] for name in pieces[1::2]]
    return found


_LABELS: Final = {
    "nav_label": _("Service"),
    "status_link": _("État du service"),
    "check": _("Vérifier"),
    "check_when": _("maintenant"),
    "why_title": _("Pourquoi attendre\u00a0?"),
    "give_back": _("Rendre la place"),
}


def before_words(said: Words, before: int) -> str:
    """The words after the number of people before."""
    if before == 0:
        return said.before_one + _("\u00a0: ") + said.next_in
    return said.before_one if before == 1 else said.before_many


def _shortened(style: str) -> str:
    """Without what esbuild leaves for readers, long names of properties and a space after them: each byte counts."""
    letters = dict(zip(sorted(set(_PROPERTY.findall(style))), ascii_letters, strict=False))
    return _PROPERTY.sub(lambda found: f"--{letters[found[0]]}", style).replace(": ", ":")


def _template(name: str, frame: dict[str, str]) -> str:
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    text = "".join(line if line.endswith(">") else f"{line}\n" for line in lines)
    # Dollars of the script must survive the second substitution.
    return Template(text).safe_substitute({key: value.replace("$", "$$") for key, value in frame.items()})


def _puzzle(puzzle: Puzzle | None) -> str:
    return "" if puzzle is None else f' data-puzzle="{escape(puzzle.text)}"'


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _refresh(view: WaitingView) -> str:
    """The reload without JavaScript; RGAA 13.1: it can be suspended and slowed down by the links of the page."""
    if not view.refresh_s:
        return ""
    target = f";url={escape(view.back)}" if view.sent_something else ""
    return f'<noscript><meta http-equiv="refresh" content="{view.refresh_s}{target}"></noscript>'


def _intro(view: WaitingView) -> str:
    if view.words.voice == "tu" and view.lane == 1:
        return _("Beaucoup d’élèves arrivent en même temps. Ta classe entre ensemble.")
    return _("Toutes les places sont occupées pour le moment.")


def _sent_notice(view: WaitingView) -> str:
    if not view.sent_something:
        return ""
    text = _("Le dernier envoi n’est pas passé\u00a0: il faudra le refaire une fois à l’intérieur.")
    return f'<p class="sent">{escape(text)}</p>'


def sign_in_of(path: str) -> str:
    """The way past the queue for who goes first but is not known yet."""
    if not path:
        return ""
    question = escape(_("Vous enseignez, ou vous avez un compte\u00a0?"))
    promise = escape(_("Qui enseigne entre tout de suite\u00a0; qui a cours passe devant."))
    link = f'<a class="btn main" href="{escape(path)}">{escape(_("Se connecter"))}</a>'
    return f'<div class="known row"><p><strong>{question}</strong> <span class="soft">{promise}</span></p>{link}</div>'


def _noted(view: WaitingView) -> str:
    if view.since_s is None:
        return ""
    clock = f'<time id="since" data-at="{view.since_s}">{clock_text(view.since_s)}</time>'
    return f'<p class="soft">{escape(view.words.noted).format(clock=clock)}</p>'


def _about_the_wait(view: WaitingView) -> str:
    known = _("durée encore inconnue") if view.told.interval is None else _("d’attente")
    return f"{known}. {_('Moins de places se libèrent que prévu.')}" if view.told.is_slower else known


@lru_cache(SQUARES + 2)
def squares_of(here: int) -> str:
    names = [*(str(number) for number in range(1, SQUARES + 1)), _("ciel")]
    kinds = ["done" if number < here else "here" if number == here else "" for number in range(1, len(names) + 1)]
    return "".join(
        f'<li class="{kind}">{name}</li>' if kind else f"<li>{name}</li>"
        for kind, name in zip(kinds, names, strict=True)
    )


def lessons_of(lessons: Sequence[OfferedLesson], said: Words) -> str:
    if not lessons:
        return ""
    title = f'<h2 id="lessons">{escape(said.lesson)}</h2>'
    items = _own_lesson(lessons[0]) if len(lessons) == 1 else "".join(_other_lesson(lesson) for lesson in lessons)
    return f'<section class="card" aria-labelledby="lessons">{title}{items}</section>'


def _own_lesson(lesson: OfferedLesson) -> str:
    """One lesson: the main thing to do on this page. In a tab of its own, so that the page goes on waiting."""
    title, about, tab = _title(lesson), _about(lesson), escape(_("nouvel onglet"))
    words = f'{escape(_("Commencer"))}<i class="sr">{NBSP}: {title}</i>'
    return (
        f'<div class="offer" data-section="{escape(lesson.section)}"><h3>{title}</h3>'
        f'<p class="soft">{about} · {tab}</p>'
        f'<a class="btn main" href="{escape(lesson.url)}" target="_blank">{words}</a></div>'
    )


def _other_lesson(lesson: OfferedLesson) -> str:
    """One of several lessons, for who is not known: short, the whole line is the link."""
    return (
        f'<a class="offer" data-section="{escape(lesson.section)}" href="{escape(lesson.url)}" target="_blank">'
        f'<b>{_title(lesson)}</b> <span class="soft">{_about(lesson)} · {escape(_("nouvel onglet"))}</span></a>'
    )


def _title(lesson: OfferedLesson) -> str:
    return escape(_within(lesson.title, LONGEST_TITLE))


def _about(lesson: OfferedLesson) -> str:
    place = SECTIONS.get(lesson.section, "")
    return escape(f"{_within(lesson.subject, LONGEST_SUBJECT)} · {lesson.minutes}{NBSP}min · {place}")


def _within(text: str, longest: int) -> str:
    """``text``, or its first whole words and an ellipsis: what is cut says so, and never in the middle of a word."""
    if len(text) <= longest:
        return text
    words = text[:longest].rpartition(" ")[0].rstrip(" ,;:.–-(«\u00a0\u202f")
    return f"{words or text[: longest - 1]}…"


def _controls(view: WaitingView) -> dict[str, str]:
    back = quote(view.back, safe="")
    paused, slow = not view.refresh_s, view.refresh_s == SLOW_REFRESH_S
    if paused:
        pace = _("L’actualisation est suspendue.")
    elif slow:
        pace = _("Cette page se met à jour toutes les 5\u00a0min.")
    else:
        pace = _("Cette page se met à jour toute seule.")
    return {
        "pause_href": escape(view.back if paused else f"/attente/?pause=1&vers={back}"),
        "pause": _("Reprendre") if paused else _("Suspendre"),
        "pause_of": _("l’actualisation"),
        "slow_href": escape(view.back if slow else f"/attente/?rythme={SLOW_REFRESH_S}&vers={back}"),
        "slow": _("Toutes les 30\u00a0s") if slow else _("Toutes les 5\u00a0min"),
        "pace": pace,
    }
