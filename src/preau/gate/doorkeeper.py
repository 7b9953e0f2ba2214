"""The doorkeeper: a visitor in, a decision out. Rules decide, the ledger counts, tokens are minted here."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from preau.gate.ledger.interface import PRESENT_S, Holder, Ledger, Room, Wait, Waiter
from preau.gate.porter import Porter
from preau.gate.rules.admission import UNPROVEN_S, is_worn, may_enter, pass_expiry
from preau.gate.rules.controller import ENTRY_S
from preau.gate.rules.discount import discounted_key, is_on_offer
from preau.gate.rules.lottery import rank_keys
from preau.gate.rules.places import (
    CARDS,
    OTHERS,
    TIES,
    Place,
    arrival_key,
    keeps_tid,
    kept_place,
    known_place,
    lane_of_stay,
    lesson_run,
    link_place,
)
from preau.gate.rules.state import in_sample, lot_of
from preau.gate.visitor import Visitor
from preau.tokens import admission, challenge, ticket
from preau.tokens.admission import Pass
from preau.tokens.challenge import LIFE_S, MAX_NUMBER, Challenge, Puzzle
from preau.tokens.class_link import ClassLink
from preau.tokens.cookies import CookieNames
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket, tid_of_card

NEWCOMER_S: Final = ENTRY_S
NEWCOMERS_MAX: Final = 20_000
"""Who entered so lately that the requests are still the work of the entry; above the bound it counts as background."""

TICKET_COOKIE_S: Final = 2 * 86_400
"""As long as the ticket's key is accepted: today and tomorrow."""


class Admitted(msgspec.Struct, frozen=True):
    """Come in. ``cookies``: Set-Cookie values for this response."""

    admission: Pass
    cookies: tuple[str, ...]


class Waits(msgspec.Struct, frozen=True):
    """Not yet.

    Attributes:
        ticket: the place.
        wait: since when the card's holder has been seen at the door, if there is a card.
        cookies: Set-Cookie values for this response.
        puzzle: a challenge on offer with the place just drawn.
    """

    ticket: Ticket
    wait: Wait | None
    cookies: tuple[str, ...]
    puzzle: Puzzle | None = None


class Moved(NamedTuple):
    """Another place than before: by a class link, or by a solved challenge."""

    ticket: Ticket
    cookies: tuple[str, ...]


class Doorkeeper:
    """Decides about one visitor at a time.

    Args:
        keyring, ledger, porter, cookies: as the engine's.
        secure: whether cookies are for TLS only.
        pass_idle_s: how long somebody silent counts as inside.
    """

    def __init__(
        self, *, keyring: Keyring, ledger: Ledger, porter: Porter, cookies: CookieNames, secure: bool, pass_idle_s: int
    ) -> None:
        self._keyring = keyring
        self._ledger = ledger
        self._porter = porter
        self._names = cookies
        self._attributes = f"; Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"
        self._pass_idle_s = pass_idle_s
        self._rank_key_on = rank_keys(keyring)
        self._random_text: Callable[[int], str] = secrets.token_urlsafe
        self._entered_at_s = OrderedDict[str, float]()

    async def admit(self, visitor: Visitor, *, now_s: float) -> Admitted | Waits:
        """The one way in: who is inside stays, in the lane that the card now gives; who is called enters."""
        return await self.stay(visitor, now_s=now_s) or await self.enter(visitor, now_s=now_s)

    async def stay(self, visitor: Visitor, *, now_s: float) -> Admitted | None:
        """Who is inside stays; None for everybody else."""
        held = _shown(visitor)
        staying = None if held is None else await self._stay_as(held, visitor, now_s=now_s)
        if staying is not None or visitor.card is None or keeps_tid(visitor.ticket, has_card=True):
            return staying
        # A card's holder may be inside by another device, or keep no cookies: that is neither a claim nor an entry.
        of_the_card = Pass(expires_at_s=0, lane=CARDS, sid=tid_of_card(self._keyring, visitor.card.subject))
        return await self._stay_as(of_the_card, visitor, now_s=now_s)

    async def _stay_as(self, held: Pass, visitor: Visitor, *, now_s: float) -> Admitted | None:
        known = known_place(visitor.card, self._rank_key_on, now_s=now_s)
        lane = lane_of_stay(held.lane, known, has_card=visitor.card is not None)
        until_s = now_s + self._pass_idle_s
        goes_on = self._ledger.touch if held is visitor.admission else self._ledger.resume
        if not await goes_on(Holder(held.sid, lane), until_s=until_s, now_s=now_s):
            return None
        sid = held.sid
        if visitor.card is not None and held.lane == OTHERS:
            sid = tid_of_card(self._keyring, visitor.card.subject)
        if sid != held.sid:
            # One card is one person by its passes too: else it would make as many of its lane as came in without it.
            await self._ledger.leave(held.sid, now_s=now_s)
            if not await self._ledger.touch(Holder(sid, lane), until_s=until_s, now_s=now_s):
                return None
        fresh = self._fresh_pass(visitor, lane, sid, now_s)
        if lane == held.lane and not is_worn(held.expires_at_s, fresh.expires_at_s, now_s=now_s):
            return Admitted(held, ())
        return Admitted(fresh, (self._pass_cookie(fresh, now_s),))

    async def enter(self, visitor: Visitor, *, now_s: float) -> Admitted | Waits:
        """A place for who has none, and entry if it is called and one is free."""
        known = known_place(visitor.card, self._rank_key_on, now_s=now_s)
        place = kept_place(visitor.ticket, known, has_card=visitor.card is not None, now_s=now_s)
        earlier = 0
        if place is None:
            place, earlier = await self._draw(visitor, now_s)
        held = self._ticket_at(place, visitor)
        if visitor.ticket is not None and visitor.ticket.tid != held.tid:
            await self._ledger.stop_waiting(visitor.ticket.tid)
        cookies = (self._ticket_cookie(held, visitor, now_s),)
        outlook = self._porter.outlook
        if may_enter(place, outlook.plan, now_s=now_s):
            granted = await self._ledger.claim(
                Holder(held.tid, place.lane),
                source=visitor.source,
                room=self._room(visitor, now_s),
                until_s=now_s + (UNPROVEN_S if visitor.bare else self._pass_idle_s),
                now_s=now_s,
            )
            if granted:
                self._note_newcomer(held.tid, now_s)
                fresh = self._fresh_pass(visitor, place.lane, held.tid, now_s)
                return Admitted(fresh, (*cookies, self._pass_cookie(fresh, now_s)))
            if not visitor.bare:  # robots that are turned away say nothing about the places that people have
                self._porter.house_is_full(place.lane)
        puzzle = self._puzzle(held, place, earlier=earlier, level=outlook.level, now_s=now_s)
        return Waits(held, await self._note(visitor, held, now_s, PRESENT_S), cookies, puzzle)

    async def greet(self, visitor: Visitor, *, now_s: float) -> tuple[str, ...]:
        """A place in the order of arrival for a device that showed nothing yet; returns its cookie."""
        place, _earlier = await self._draw(visitor, now_s)
        return (self._ticket_cookie(self._ticket_at(place, visitor), visitor, now_s),)

    async def place_by_link(self, visitor: Visitor, link: ClassLink, *, now_s: float) -> Moved | None:
        """The place of the class for who holds its link; None once a fifth more devices than the class took it.

        Who goes first already, by a card or by this link, takes nothing from the others.
        """
        place = link_place(link, self._rank_key_on)
        known = known_place(visitor.card, self._rank_key_on, now_s=now_s)
        if known is not None:
            place = known
        elif kept_place(visitor.ticket, None, has_card=visitor.card is not None, now_s=now_s) != place:
            room = f"{link.room}.{link.starts_at_s}"
            if not await self._ledger.take_by_link(room, most=link.most, until_s=link.expires_at_s, now_s=now_s):
                return None
        held = self._ticket_at(place, visitor)
        return Moved(held, (self._ticket_cookie(held, visitor, now_s),))

    async def place_by_challenge(self, visitor: Visitor, text: str, *, now_s: float) -> Moved | None:
        """The better place that a solved challenge gives to the ticket it was made for; None: the old one stays."""
        held, solved = visitor.ticket, challenge.verify(self._keyring, text, now_s=now_s)
        if not isinstance(solved, Challenge) or held is None or held.lane != OTHERS:
            return None
        if self._known_tid(visitor) != solved.tid:  # another ticket's, or who solved it has signed in since
            return None
        if not await self._ledger.spend(solved.nonce, until_s=solved.expires_at_s, now_s=now_s):
            return None
        moved = Ticket(lane=OTHERS, order_key=solved.order_key, tid=held.tid)
        await self._note(visitor, moved, now_s, PRESENT_S)
        return Moved(moved, (self._ticket_cookie(moved, visitor, now_s),))

    def is_newcomer(self, sid: str, *, now_s: float) -> bool:
        """Whether the holder of this pass entered, here, a moment ago."""
        entered_at_s = self._entered_at_s.get(sid)
        return entered_at_s is not None and now_s - entered_at_s < NEWCOMER_S

    def _note_newcomer(self, sid: str, now_s: float) -> None:
        while self._entered_at_s and now_s - next(iter(self._entered_at_s.values())) >= NEWCOMER_S:
            self._entered_at_s.popitem(last=False)
        if len(self._entered_at_s) < NEWCOMERS_MAX:
            self._entered_at_s[sid] = now_s

    async def hear(self, visitor: Visitor, *, now_s: float) -> None:
        """A heartbeat of the waiting page."""
        held, tid = visitor.ticket, self._known_tid(visitor)
        if held is not None and tid is not None and visitor.admission is None:
            await self._note(visitor, msgspec.structs.replace(held, tid=tid), now_s, PRESENT_S)

    async def stay_present(self, waits: Waits, *, now_s: float, for_s: float) -> None:
        """A page without JavaScript says how seldom it will come back."""
        if in_sample(lot_of(waits.ticket.tid), self._porter.outlook.sample):
            await self._ledger.note_waiting(_waiter(waits.ticket), until_s=now_s + for_s, now_s=now_s)

    async def give_back(self, visitor: Visitor, *, now_s: float) -> tuple[str, ...]:
        """Who asks for it leaves, inside or waiting; returns the cookies as ``release`` does, none for a stranger."""
        staying = await self.stay(visitor, now_s=now_s)
        sid = staying.admission.sid if staying else visitor.sid
        return () if sid is None else await self.release(sid, now_s=now_s)

    async def release(self, sid: str, *, now_s: float) -> tuple[str, ...]:
        """Gives the place back; returns the cookies that forget pass and ticket."""
        await self._ledger.leave(sid, now_s=now_s)
        return tuple(f"{name}=; Max-Age=0{self._attributes}" for name in (self._names.admission, self._names.ticket))

    async def touch(self, held: Pass, *, now_s: float) -> None:
        """Somebody's websocket is open."""
        await self._ledger.touch(Holder(held.sid, held.lane), until_s=now_s + self._pass_idle_s, now_s=now_s)

    def _room(self, visitor: Visitor, now_s: float) -> Room:
        outlook = self._porter.outlook
        return Room(
            capacity=outlook.capacity,
            unproven=outlook.unproven if visitor.bare else None,
            claims_per_s=int(outlook.plan.claims_at(now_s=now_s)),
            others=outlook.others,
        )

    def _ticket_at(self, place: Place, visitor: Visitor) -> Ticket:
        held = visitor.ticket
        if held is not None and (held.lane, held.order_key) == place:
            return held
        return Ticket(lane=place.lane, order_key=place.order_key, tid=self._tid(visitor, place.lane))

    def _puzzle(self, held: Ticket, place: Place, *, earlier: int, level: int, now_s: float) -> Puzzle | None:
        if not is_on_offer(place, earlier=earlier, level=level):
            return None
        about = Challenge(
            expires_at_s=int(now_s) + LIFE_S,
            nonce=self._random_text(8),
            tid=held.tid,
            order_key=discounted_key(held.order_key, earlier=earlier),
        )
        return challenge.issue(self._keyring, about, number=secrets.randbelow(MAX_NUMBER + 1), now_s=now_s)

    async def _draw(self, visitor: Visitor, now_s: float) -> tuple[Place, int]:
        tie = secrets.randbelow(TIES)
        if visitor.card is not None:
            return Place(CARDS, arrival_key(now_s=now_s, earlier=0, tie=tie)), 0
        earlier = await self._ledger.draw_place(visitor.source, now_s=now_s)
        return Place(OTHERS, arrival_key(now_s=now_s, earlier=earlier, tie=tie)), earlier

    def _tid(self, visitor: Visitor, lane: int) -> str:
        if visitor.ticket is None:
            self._porter.desk.tally.arrived(lane)
        return self._known_tid(visitor) or self._random_text(8)

    def _known_tid(self, visitor: Visitor) -> str | None:
        """The one id of a person, whatever the lane: one person inside, one person waiting."""
        held, card = visitor.ticket, visitor.card
        if held is not None and keeps_tid(held, has_card=card is not None):
            return held.tid
        return None if card is None else tid_of_card(self._keyring, card.subject)

    async def _note(self, visitor: Visitor, held: Ticket, now_s: float, for_s: float) -> Wait | None:
        if in_sample(lot_of(held.tid), self._porter.outlook.sample):
            await self._ledger.note_waiting(_waiter(held), until_s=now_s + for_s, now_s=now_s)
        if visitor.card is None:
            return None
        return await self._ledger.note_at_the_door(visitor.card.subject, now_s=now_s)

    def _fresh_pass(self, visitor: Visitor, lane: int, sid: str, now_s: float) -> Pass:
        if visitor.bare:
            return Pass(expires_at_s=int(now_s + UNPROVEN_S), lane=lane, sid=sid)
        run = None if visitor.card is None else lesson_run(visitor.card, now_s=now_s)
        return Pass(expires_at_s=pass_expiry(lane, run, now_s=now_s, idle_s=self._pass_idle_s), lane=lane, sid=sid)

    def _ticket_cookie(self, held: Ticket, visitor: Visitor, now_s: float) -> str:
        text = visitor.ticket_text if held is visitor.ticket else None
        text = text or ticket.mint(self._keyring, held, now_s=now_s)
        return f"{self._names.ticket}={text}; Max-Age={TICKET_COOKIE_S}{self._attributes}"

    def _pass_cookie(self, held: Pass, now_s: float) -> str:
        return f"{self._names.admission}={admission.mint(self._keyring, held, now_s=now_s)}{self._attributes}"


def _shown(visitor: Visitor) -> Pass | None:
    """What says who this is: the pass, else one that is over by now, either its own expiry or that of its cookie."""
    if visitor.ticket is None:
        return visitor.admission or visitor.lapsed
    of_the_ticket = Pass(expires_at_s=0, lane=visitor.ticket.lane, sid=visitor.ticket.tid)
    return visitor.admission or visitor.lapsed or of_the_ticket


def _waiter(held: Ticket) -> Waiter:
    return Waiter(held.lane, held.order_key, held.tid)
