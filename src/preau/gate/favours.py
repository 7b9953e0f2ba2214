"""Two ways to a better place without being known: the class link, ``/l/<token>``, and the challenge.

Both answer with another ticket and nothing else: a place is not an entry, and neither opens a live class.
"""

from typing import Final, NamedTuple

import msgspec

from preau.gate.answers import JSON, Answer, headers_of_kind, redirect, refusal_json
from preau.gate.doorkeeper import Doorkeeper
from preau.gate.msgid import msgid as _
from preau.gate.request import Request
from preau.gate.visitor import is_same_origin, query_of
from preau.tokens import class_link
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import Keyring

LINK: Final = "/l/"
CHALLENGE_PATH: Final = "/attente/defi"
CHALLENGE_HEADER: Final = b"preau-challenge"
"""A header of our own: no other site's page can send it without asking, and it needs no decoding at an edge."""

CHALLENGE_REFUSED: Final = refusal_json("challenge_refused", _("Le calcul n’est pas retenu : la place reste la même."))
AGAIN: Final = "encore"
_JSON_HEADERS: Final = headers_of_kind(JSON, ("cache-control", "no-store"))


class Notice(NamedTuple):
    """What to tell somebody whose link gives no place."""

    status: int
    code: str
    title: str
    text: str
    cookies: tuple[str, ...] = ()


class Favours:
    """Answers to class links and solved challenges.

    Args:
        keeper: who gives places.
        keyring: keys of the links.
    """

    def __init__(self, *, keeper: Doorkeeper, keyring: Keyring) -> None:
        self._keeper = keeper
        self._keyring = keyring

    async def follow(self, request: Request) -> Answer | Notice:
        """The answer to a class link: the place of the class, and on to the sign-in or to the page of the day."""
        link = class_link.verify(self._keyring, request.path[len(LINK) :], now_s=request.now_s)
        if isinstance(link, Refusal):
            return link_notice(link)
        visitor, now_s = request.visitor, request.now_s
        onward = request.school.day if visitor.card else request.school.sign_in[0]
        inside = await self._keeper.stay(visitor, now_s=now_s)
        if inside is not None:
            return redirect(onward, cookies=inside.cookies)
        if visitor.bare:
            return await self._once_more(request, onward)
        moved = await self._keeper.place_by_link(visitor, link, now_s=now_s)
        if moved is None:
            return used_up_notice(link.cap)
        return redirect(onward, cookies=moved.cookies)

    async def _once_more(self, request: Request, onward: str) -> Answer:
        """Link previews keep no cookies: a device shows a ticket first, or a message to 30 phones costs 30 places."""
        if AGAIN in query_of(request.scope):
            return redirect(onward)
        cookies = await self._keeper.greet(request.visitor, now_s=request.now_s)
        return redirect(f"{request.path}?{AGAIN}=1", cookies=cookies)

    async def solve(self, request: Request) -> Answer:
        """The answer to a solved challenge, for the script of the waiting page."""
        moved = None
        if is_same_origin(request.headers):
            text = request.headers.get(CHALLENGE_HEADER, b"").decode("latin-1")
            moved = await self._keeper.place_by_challenge(request.visitor, text, now_s=request.now_s)
        if moved is None:
            return Answer(status=403, body=CHALLENGE_REFUSED, headers=_JSON_HEADERS)
        body = msgspec.json.encode({"lane": moved.ticket.lane, "order_key": moved.ticket.order_key})
        return Answer(status=200, body=body, headers=_JSON_HEADERS, cookies=moved.cookies)


def link_notice(refusal: Refusal) -> Notice:
    """What to tell who follows a link that is refused."""
    if refusal is Refusal.EXPIRED or refusal is Refusal.UNKNOWN_KEY:
        text = _("Il valait pour un cours qui est terminé. Le lien du prochain cours sera un autre.")
        return Notice(410, "link_expired", _("Ce lien ne sert plus"), text)
    text = _("Il manque peut-être un morceau de l’adresse. L’enseignant peut le renvoyer ; l’accueil reste ouvert.")
    return Notice(404, "link_unknown", _("Ce lien n’est pas complet"), text)


def used_up_notice(cap: int | str) -> Notice:
    """What to tell who comes after the ``cap`` people of a class and their second devices."""
    text = _(
        "Ce lien est prévu pour une classe de {cap} personnes, et davantage d’appareils l’ont déjà suivi. "
        "On entre aussi sans lui : la place suit alors l’ordre d’arrivée, ou le carnet après la connexion."
    ).format(cap=cap)
    return Notice(200, "link_used_up", _("Ce lien a déjà servi à toute la classe"), text)
