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
from msgspec.structs import replace

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
SOLVER_TAG: Final = f'<script async src="{SOLVER_PATH}"></script>'
FRAMES_MAX: Final = 256
"""Pages kept without what is one person's: 12 kB each, by address to come back to, voice, lessons and pace."""

STANDINGS_MAX: Final = 4096
"""What is said of so many standings and times of arrival is kept: under 2 kB each, 8 MB when all are there."""

_PROPERTY: Final = re.compile(r"--[a-z][a-z-]*")
_FOLDER: Final = Path(__file__).parent
_LOGO: Final = (
    '<svg viewBox="0 0 34 34" aria-hidden="true"><path class="roof" d="M3 14 17 5l14 9M8 15v14M26 15v14"/>'
    '<circle cx="17" cy="23" r="4.2"/></svg>'
)


class Crowd(msgspec.Struct, frozen=True):
    """What a waiting page says to a whole crowd. ``back``: the path to come back to; ``refresh_s`` 0 = suspended."""

    lane: int
    words: Words
    lessons: tuple[OfferedLesson, ...]
    back: str
    sent_something: bool
    refresh_s: int
    sign_in: str
    """Where who has no card yet may sign in; empty for the others."""


class Standing(msgspec.Struct, frozen=True):
    """What a waiting page says to everybody of one key: people before, and how long it may take."""

    before: int
    told: Told


class WaitingView(msgspec.Struct, frozen=True):
    """What one waiting page says."""

    crowd: Crowd
    standing: Standing
    order_key: int
    lot: int
    since_s: int | None
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
        self._at = {name: 2 * number + 1 for number, name in enumerate(_open(self._waiting))}
        self._half_filled = lru_cache(STANDINGS_MAX)(self._drawn_for_a_standing)
        self._notice = Template(_template("notice.html", frame))
        self.solver = (_FOLDER / "challenge.js").read_bytes()
        self.csp = (
            f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        self.csp_with_solver = self.csp.replace("script-src ", "script-src 'self' ")

    def waiting(self, view: WaitingView) -> bytes:
        """The waiting page; lessons and long addresses give way before the page grows over its size."""
        page, crowd = self._waiting_page(view), view.crowd
        while len(page) > MAX_PAGE_BYTES and len(crowd.lessons) > 1:
            crowd = replace(crowd, lessons=crowd.lessons[:-1])
            page = self._waiting_page(replace(view, crowd=crowd))
        if len(page) > MAX_PAGE_BYTES:
            page = self._waiting_page(replace(view, crowd=replace(crowd, lessons=(), back="/")))
        return page

    def _waiting_page(self, view: WaitingView) -> bytes:
        pieces = self._half_filled(view.crowd, view.standing).copy()
        for name, text in _of_one(view).items():
            pieces[self._at[name]] = text
        return b"".join(pieces)

    def filled(self, fields: Mapping[str, str]) -> bytes:
        """The waiting page with these fields, already escaped: another engine fills some of them by itself."""
        return b"".join(_melted(self._waiting, {**_LABELS, **fields}))

    def _drawn_frame(self, crowd: Crowd) -> list[bytes]:
        """The page without what is one person's: the same for a whole crowd. Drawn once, kept for a while."""
        return _melted(self._waiting, {**_LABELS, **_of_all(crowd)})

    def _drawn_for_a_standing(self, crowd: Crowd, standing: Standing) -> list[bytes]:
        """The same with what everybody of one key is told; the pieces in between are those of the frame."""
        pieces = self._frame(crowd).copy()
        for name, text in _of_a_standing(standing, crowd.words).items():
            pieces[self._at[name]] = text.encode()
        return pieces

    def notice(self, *, title: str, text: str, code: str, action: str, href: str = "/") -> bytes:
        """A page with one message and one thing to do next."""
        fields = {"title": title, "text": text, "code": code, "action": action, "href": href}
        return self._notice.substitute(_LABELS, **{name: escape(value) for name, value in fields.items()}).encode()


def fields_of(view: WaitingView) -> dict[str, str]:
    """The fields of the waiting page that depend on who reads it, escaped for HTML."""
    theirs = {name: text.decode() for name, text in _of_one(view).items()}
    told = _of_a_standing(view.standing, view.crowd.words)
    return {**_of_all(view.crowd), **dict.fromkeys(_OF_ONE, ""), **told, **theirs}


_OF_ONE: Final = ("key", "lot", "puzzle", "solver", "noted")
"""The fields of one person, empty if nothing is to be said (``_of_one``)."""


def _of_one(view: WaitingView) -> dict[str, bytes]:
    """What is one person's."""
    fields = {"key": b"%d" % view.order_key, "lot": b"%d" % view.lot}
    if view.since_s is not None:
        fields["noted"] = _noted(view.since_s, view.crowd.words)
    if view.puzzle is not None:
        fields["puzzle"] = f' data-puzzle="{escape(view.puzzle.text)}"'.encode()
        fields["solver"] = SOLVER_TAG.encode()
    return fields


def _of_a_standing(standing: Standing, said: Words) -> dict[str, str]:
    """What everybody of one key is told."""
    before, told = standing.before, standing.told
    wait = wait_text(told.interval)
    return {
        "title": escape(f"{wait or _('File d’attente')} · Préau"),
        "before": str(before),
        "before_text": f"{before:,}".replace(",", NBSP),
        "before_words": escape(before_words(said, before)),
        "wait_class": "big" if wait and wait[0].isdigit() else "big words",
        "wait": escape(wait or said.unknown_wait),
        "about": escape(_about_the_wait(told)),
        "best": "" if told.best_s is None else str(round(told.best_s)),
        "squares": squares_of(square(before)),
    }


def _of_all(crowd: Crowd) -> dict[str, str]:
    """What is the same for a whole crowd."""
    said, lessons = crowd.words, crowd.lessons
    return {
        "refresh": _refresh(crowd),
        "section": lessons[0].section if len(lessons) == 1 and lessons[0].section in SECTIONS else "",
        "lane": str(crowd.lane),
        "back": escape(crowd.back),
        "voice": said.voice,
        "whom": escape(said.whom),
        "next_in": escape(said.next_in),
        "slow_s": str(int(crowd.refresh_s == SLOW_REFRESH_S)),
        "paused": str(int(not crowd.refresh_s)),
        "kept": escape(said.kept),
        "intro": escape(_intro(crowd)),
        "notice": _sent_notice(crowd),
        "alone": "" if lessons else ' class="one"',
        "sign_in": sign_in_of(crowd.sign_in),
        "give_back_means": escape(said.give_back_means),
        "lessons": lessons_of(lessons, said),
        "stays": escape(said.stays),
        "why": escape(said.why),
        **_controls(crowd),
    }


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


_OF_A_STANDING: Final = (
    "title", "before", "before_text", "before_words", "wait_class", "wait", "about", "best", "squares",
)  # fmt: skip
"""The fields of one standing (``_of_a_standing``)."""


def _open(pieces: Sequence[str]) -> list[str]:
    """The names that stay open in the page of a crowd, in the order of the page."""
    return [name for name in pieces[1::2] if name in _OF_A_STANDING or name in _OF_ONE]


def _melted(pieces: Sequence[str], known: Mapping[str, str]) -> list[bytes]:
    """The pieces with the known names filled in and melted into the text around them; nothing where others belong."""
    found = [pieces[0]]
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in known:
            found[-1] += known[name] + text
        else:
            found += ["", text]
    return [text.encode() for text in found]


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


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _refresh(crowd: Crowd) -> str:
    """The reload without JavaScript; RGAA 13.1: it can be suspended and slowed down by the links of the page."""
    if not crowd.refresh_s:
        return ""
    target = f";url={escape(crowd.back)}" if crowd.sent_something else ""
    return f'<noscript><meta http-equiv="refresh" content="{crowd.refresh_s}{target}"></noscript>'


def _intro(crowd: Crowd) -> str:
    if crowd.words.voice == "tu" and crowd.lane == 1:
        return _("Beaucoup d’élèves arrivent en même temps. Ta classe entre ensemble.")
    return _("Toutes les places sont occupées pour le moment.")


def _sent_notice(crowd: Crowd) -> str:
    if not crowd.sent_something:
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


@lru_cache(STANDINGS_MAX)
def _noted(since_s: int, said: Words) -> bytes:
    clock = f'<time id="since" data-at="{since_s}">{clock_text(since_s)}</time>'
    return f'<p class="soft">{escape(said.noted).format(clock=clock)}</p>'.encode()


def _about_the_wait(told: Told) -> str:
    known = _("durée encore inconnue") if told.interval is None else _("d’attente")
    return f"{known}. {_('Moins de places se libèrent que prévu.')}" if told.is_slower else known


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


def _controls(crowd: Crowd) -> dict[str, str]:
    back = quote(crowd.back, safe="")
    paused, slow = not crowd.refresh_s, crowd.refresh_s == SLOW_REFRESH_S
    if paused:
        pace = _("L’actualisation est suspendue.")
    elif slow:
        pace = _("Cette page se met à jour toutes les 5\u00a0min.")
    else:
        pace = _("Cette page se met à jour toute seule.")
    return {
        "pause_href": escape(crowd.back if paused else f"/attente/?pause=1&vers={back}"),
        "pause": _("Reprendre") if paused else _("Suspendre"),
        "pause_of": _("l’actualisation"),
        "slow_href": escape(crowd.back if slow else f"/attente/?rythme={SLOW_REFRESH_S}&vers={back}"),
        "slow": _("Toutes les 30\u00a0s") if slow else _("Toutes les 5\u00a0min"),
        "pace": pace,
    }
