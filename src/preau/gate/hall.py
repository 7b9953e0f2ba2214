"""The hall in front of the door: what is answered to who waits, and the pages under ``/attente/``."""

from collections import OrderedDict
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from preau.gate.answers import HTML, JSON, SCRIPT, Answer, Headers, headers_of_kind, redirect, refusal_json
from preau.gate.body import BodyRefusal
from preau.gate.doorkeeper import Doorkeeper, Waits
from preau.gate.favours import CHALLENGE_PATH, LINK, Favours, Notice
from preau.gate.ledger.interface import WAITING_MAX
from preau.gate.msgid import msgid as _
from preau.gate.page.lessons import LessonsOfTheDay
from preau.gate.page.render import REFRESH_S, SLOW_REFRESH_S, SOLVER_PATH, Crowd, Pages, Standing, WaitingView
from preau.gate.page.words import words
from preau.gate.porter import Porter
from preau.gate.public_draw import public_draw
from preau.gate.request import Request
from preau.gate.rules.places import PUPILS, Place
from preau.gate.rules.standing import people_before
from preau.gate.rules.state import OVERDUE_S, lot_of
from preau.gate.rules.wait import Told, WaitInterval, tell, wait_interval
from preau.gate.visitor import is_same_origin, local_path, query_of, wanted_path
from preau.tokens.card import NO_GROUP
from preau.tokens.keyring import Keyring

ROOM: Final = "/attente/"
STATE_PATH: Final = "/attente/etat.json"
LEAVE_PATH: Final = "/attente/quitter"
DRAW_PATH: Final = "/attente/tirage.json"
SOLVER_CACHED_S: Final = 3600
OWN_PATHS: Final = (ROOM, LINK)
"""The beginnings of the paths that the gate answers itself."""

WAITING_HEADER: Final = ("preau-gate", "waiting")
RETRY_AFTER_S: Final = 10
"""What scripts are told: the pace of polling when many wait."""

TOO_MANY: Final = 429
_VARY: Final = ("vary", "accept-encoding")
_STATE_HEADERS: Final = headers_of_kind(JSON, ("cache-control", "public, max-age=1"), _VARY)
_HEARD_HEADERS: Final = headers_of_kind(JSON, ("cache-control", "no-store"), _VARY)
_REFUSED_HEADERS: Final = headers_of_kind(
    JSON, ("cache-control", "no-store"), ("retry-after", str(RETRY_AFTER_S)), WAITING_HEADER
)

TOLD_MAX: Final = WAITING_MAX
"""Waits remembered, so that nobody is told a longer one without the reason."""


class Hall:
    """Answers of the gate itself.

    Args:
        keeper, porter: who decides, and who knows how many wait.
        keyring: keys of class links, and of the lottery.
        published: the folder with the lessons of the day.
    """

    def __init__(self, *, keeper: Doorkeeper, porter: Porter, keyring: Keyring, published: Path) -> None:
        self._keeper = keeper
        self._favours = Favours(keeper=keeper, keyring=keyring)
        self._keyring = keyring
        self._porter = porter
        self._lessons = LessonsOfTheDay(published)
        self._pages = Pages()
        self._page_headers = _page_headers(self._pages.csp)
        self._puzzle_headers = _page_headers(self._pages.csp_with_solver)
        self._best_told_s = OrderedDict[str, float]()

    async def answer(self, request: Request) -> Answer:
        """The answer to a request under one of ``OWN_PATHS``."""
        if request.path == STATE_PATH and request.is_safe:
            return await self._state(request)
        if request.path == LEAVE_PATH and request.method == "POST":
            return await self._leave(request)
        if request.path == CHALLENGE_PATH and request.method == "POST":
            return await self._favours.solve(request)
        if request.path == SOLVER_PATH and request.is_safe:
            headers = headers_of_kind(SCRIPT, ("cache-control", f"public, max-age={SOLVER_CACHED_S}"))
            return Answer(status=200, body=self._pages.solver, headers=headers)
        if request.path == DRAW_PATH and request.is_safe:
            return public_draw(self._keyring, now_s=request.now_s)
        if request.path == ROOM and request.is_safe:
            return await self._room(request)
        if request.path.startswith(LINK) and request.is_safe:
            return await self._link(request)
        return self._notice(
            404, "gate_not_found", title=_("Cette page n’existe pas"), text=_("L’adresse est peut-être incomplète.")
        )

    def state(self) -> Answer:
        """``STATE_PATH`` for who says nothing: the same for everybody."""
        return Answer(status=200, body=self._porter.outlook.state_json, headers=_STATE_HEADERS)

    def waiting(self, request: Request, waits: Waits) -> Answer:
        """The answer in place of the page asked for."""
        if not request.wants_page:
            again = _("réessaie dans un instant") if request.is_pupil else _("réessayez dans un instant")
            message = _("La place est gardée : {again}.").format(again=again)
            return refused(503, "gate_waiting", message, waits.cookies)
        back = wanted_path(request.scope) if request.is_safe else _referring_path(request)
        return self._page(request, waits, back=back, refresh_s=REFRESH_S, sent_something=not request.is_safe)

    def resting(self, request: Request) -> Answer:
        """The answer when the application behind does not answer."""
        again = _("réessaie dans une minute") if request.is_pupil else _("réessayez dans une minute")
        return self._notice(
            503,
            "app_unavailable",
            title=_("Préau reprend son souffle"),
            text=_("Cette page n’a pas pu être préparée. Rien n’est perdu : {again}.").format(again=again),
            href=wanted_path(request.scope),
            action=_("Réessayer"),
        )

    def not_received(self, request: Request, refusal: BodyRefusal, cookies: tuple[str, ...] = ()) -> Answer:
        """The answer to who sent too much, too slowly or only half of it."""
        again = _("recommence") if request.is_pupil else _("recommencez")
        text = {
            BodyRefusal.TOO_LARGE: _("Cet envoi est trop gros pour être reçu ici."),
            BodyRefusal.UPLOADS_FULL: _(
                "D’autres envois sont encore en cours : celui-ci pourra repartir quand ils seront arrivés."
            ),
            BodyRefusal.SLOW: _("L’envoi a pris trop de temps : {again} quand la connexion va mieux."),
        }.get(refusal, _("L’envoi s’est interrompu : {again}.")).format(again=again)
        if not request.wants_page:
            return _told_in_json(refusal.status, refusal, text, cookies)
        return self._notice(
            refusal.status,
            refusal,
            title=_("L’envoi n’est pas arrivé"),
            text=text,
            action=_("Recommencer"),
            href=wanted_path(request.scope),
            cookies=cookies,
        )

    def too_many_at_once(self, request: Request, cookies: tuple[str, ...]) -> Answer:
        """The answer to who is inside and has too many requests under way: they would hold up everybody's."""
        again = _("réessaie dans un instant") if request.is_pupil else _("réessayez dans un instant")
        text = _("D’autres demandes du même appareil sont encore en cours : {again}.").format(again=again)
        if not request.wants_page:
            return _told_in_json(TOO_MANY, "too_many_at_once", text, cookies)
        return self._notice(
            TOO_MANY,
            "too_many_at_once",
            title=_("Trop de demandes à la fois"),
            text=text,
            action=_("Réessayer"),
            href=wanted_path(request.scope) if request.is_safe else _referring_path(request),
            cookies=cookies,
        )

    async def _state(self, request: Request) -> Answer:
        if "b" not in query_of(request.scope):
            return self.state()
        await self._keeper.hear(request.visitor, now_s=request.now_s)
        return Answer(status=200, body=self._porter.outlook.state_json, headers=_HEARD_HEADERS)

    async def _leave(self, request: Request) -> Answer:
        if not is_same_origin(request.headers):
            return self._notice(
                403,
                "cross_site",
                title=_("Demande refusée"),
                text=_("Cette demande vient d’un autre site : rien n’a changé."),
            )
        cookies = await self._keeper.give_back(request.visitor, now_s=request.now_s)
        return self._notice(
            200,
            "place_given_back",
            title=_("La place est rendue"),
            text=_("Merci : quelqu’un d’autre entre. Pour revenir, il suffit de rouvrir Préau."),
            cookies=cookies,
        )

    async def _link(self, request: Request) -> Answer:
        followed = await self._favours.follow(request)
        if not isinstance(followed, Notice):
            return followed
        status, code, title, text, cookies = followed
        return self._notice(status, code, title=title, text=text, cookies=cookies)

    async def _room(self, request: Request) -> Answer:
        query = query_of(request.scope)
        back = local_path(query.get("vers", "/"))
        back = "/" if back.startswith(ROOM) else back
        decision = await self._keeper.admit(request.visitor, now_s=request.now_s)
        if isinstance(decision, Waits):
            return await self._paced_page(request, decision, query, back=back)
        return redirect(back, cookies=decision.cookies)

    async def _paced_page(self, request: Request, waits: Waits, query: dict[str, str], *, back: str) -> Answer:
        refresh_s = REFRESH_S
        if "pause" in query:
            refresh_s = 0
        elif query.get("rythme") == str(SLOW_REFRESH_S):
            refresh_s = SLOW_REFRESH_S
            await self._keeper.stay_present(waits, now_s=request.now_s, for_s=SLOW_REFRESH_S + OVERDUE_S)
        return self._page(request, waits, back=back, refresh_s=refresh_s, sent_something=False)

    def _page(self, request: Request, waits: Waits, *, back: str, refresh_s: int, sent_something: bool) -> Answer:
        held, card = waits.ticket, request.visitor.card
        outlook = self._porter.outlook
        before = people_before(outlook.curves, Place(held.lane, held.order_key))
        group = None if card is None or card.group == NO_GROUP else card.group
        crowd = Crowd(
            held.lane,
            words(
                pupil=request.is_pupil,
                with_class=held.lane == PUPILS and group is not None,
                suspended=outlook.suspended,
            ),
            self._lessons.offers(group, now_s=request.now_s),
            back,
            sent_something,
            refresh_s,
            "" if card else _sign_in_path(request, back),
        )
        view = WaitingView(
            crowd,
            Standing(before, self._told(held.tid, wait_interval(before, outlook.entries))),
            held.order_key,
            lot_of(held.tid),
            None if waits.wait is None else waits.wait.first_s,
            waits.puzzle,
        )
        return Answer(
            status=503 if sent_something else 200,
            body=self._pages.waiting(view),
            headers=self._puzzle_headers if waits.puzzle else self._page_headers,
            cookies=waits.cookies,
        )

    def _told(self, tid: str, fresh: WaitInterval | None) -> Told:
        """What this ticket is told, given what it was told before by this process; a restart forgets only that."""
        told = tell(fresh, best_s=self._best_told_s.pop(tid, None))
        if told.best_s is not None:
            if len(self._best_told_s) >= TOLD_MAX:
                self._best_told_s.popitem(last=False)  # the one that asked longest ago
            self._best_told_s[tid] = told.best_s
        return told

    def _notice(  # noqa: PLR0913  one sentence per part of a notice
        self,
        status: int,
        code: str,
        *,
        title: str,
        text: str,
        action: str = "",
        href: str = "/",
        cookies: tuple[str, ...] = (),
    ) -> Answer:
        body = self._pages.notice(title=title, text=text, code=code, action=action or _("Aller à l’accueil"), href=href)
        headers = [("cache-control", "no-store"), ("content-security-policy", self._pages.csp)]
        if status == 503:  # noqa: PLR2004  HTTP
            headers += [("retry-after", str(RETRY_AFTER_S)), WAITING_HEADER]
        return Answer(status=status, body=body, headers=headers_of_kind(HTML, *headers), cookies=cookies)


def _told_in_json(status: int, code: str, text: str, cookies: tuple[str, ...]) -> Answer:
    headers = headers_of_kind(JSON, ("cache-control", "no-store"))
    return Answer(status=status, body=refusal_json(code, text), headers=headers, cookies=cookies)


def refused(status: int, code: str, message: str, cookies: tuple[str, ...] = ()) -> Answer:
    """A refusal for a script: JSON, and when to try again."""
    return Answer(status=status, body=refusal_json(code, message), headers=_REFUSED_HEADERS, cookies=cookies)


def _page_headers(policy: str) -> Headers:
    return headers_of_kind(
        HTML,
        ("cache-control", "no-store"),
        WAITING_HEADER,
        ("content-security-policy", policy),
        ("referrer-policy", "same-origin"),
    )


def _sign_in_path(request: Request, back: str) -> str:
    """Where to sign in; who was on the way there, say by a paper card, goes on to that very page."""
    places = request.school.sign_in
    return back if back.startswith(places) else places[0]


def _referring_path(request: Request) -> str:
    """Where a form was sent from, if that was here: a page to come back to, since the form cannot be sent again."""
    try:
        referrer = urlsplit(request.headers.get(b"referer", b"")[:4096].decode("latin-1"))
    except ValueError:  # an address that is none, like http://[
        return "/"
    if referrer.netloc != request.headers.get(b"host", b"").decode("latin-1"):
        return "/"
    path = local_path(referrer.path or "/")
    return "/" if path.startswith(ROOM) else path
