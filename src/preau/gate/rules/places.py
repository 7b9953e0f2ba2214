"""Who stands where: lanes and order keys. Smaller keys come first; a lane is a queue of its own.

- Lane 0: teachers and staff (card role ``t`` or ``s``). Always called: a class without its teacher is no class.
- Lane 1: pupils whose card has a lesson in the present UTC hour, or in the next one when it begins within 30 minutes.
  The key is made of the lesson and the class group alone, so that everyone of a class has the same key, on every edge,
  without asking anybody. Drawing ten tickets gains nothing.
- Lane 2: card holders without a lesson (guardians, pupils in the afternoon), first come first served.
- Lane 3: everybody else, first come first served, each further unclaimed ticket of one source set back by 50 ms.

The order of the classes of one start time is a daily lottery that nobody has to draw: a fixed random rank by HMAC,
turned every day by the golden ratio, so that a class that is late today is early in the days after.
Source: research on the gate, 3.3; the rotation is the classical low-discrepancy sequence of Weyl and Kronecker.
"""

import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from preau.tokens.card import NO_GROUP, Card, Role, busy_in_hour
from preau.tokens.class_link import ClassLink
from preau.tokens.keyring import DAY_S
from preau.tokens.ticket import Ticket

HOUR_S: Final = 3600
LESSON_SOON_S: Final = 1800
"""Half an hour before its lesson a class stands in lane 1: early enough to spread the arrivals of 8:30."""

RANKS: Final = 1_000_000
ROTATION: Final = 618_034
"""RANKS / golden ratio: the daily step whose multiples keep farthest apart. It is even, and so it visits half a million
ranks before it repeats: no school year is that long."""

SETBACK_MS: Final = 50
"""A family of four loses 0.2 s, a school of 1,200 behind one address 60 s at its end, a hoarder of 100,000 83 min."""

TIES: Final = 1000
KEPT: Final = 4096
"""Timetables and ranks of classes that are not worked out again for each pupil: under 300 bytes each."""
PLACE_LIFE_S: Final = 12 * HOUR_S
"""A place is kept this long: from eight in the morning to eight in the evening."""

LESSON_PLACE_S: Final = 4 * HOUR_S
"""A ticket alone is one of lane 1 for so long from the start of its lessons: a half-day is the longest run of them. Who
comes later, by a class link or signed out, has none to be in time for."""

KEYS_PER_S: Final = 1_000_000
"""Order keys are microseconds of the wall clock."""

STAFF, PUPILS, CARDS, OTHERS = range(4)


class Place(NamedTuple):
    """A place in the queue. ``order_key`` in [0, 2**53): browsers compare it as a number."""

    lane: int
    order_key: int


class LessonRun(NamedTuple):
    """Consecutive hours of lessons, wall seconds, end excluded."""

    starts_at_s: int
    ends_at_s: int


def lesson_run(card: Card, *, now_s: float) -> LessonRun | None:
    """The run of busy hours that contains now (or begins within 30 minutes), cut at the start of the UTC day."""
    hour = int(now_s // HOUR_S)
    return _run_of(card.hours, hour, (hour + 1) * HOUR_S - now_s <= LESSON_SOON_S)


@lru_cache(KEPT)
def _run_of(hours: str, hour: int, next_is_soon: bool) -> LessonRun | None:  # noqa: FBT001  quicker to look up by
    if not busy_in_hour(hours, hour):
        hour += 1
        if not next_is_soon or not busy_in_hour(hours, hour):
            return None
    first = last = hour
    while first % 24 and busy_in_hour(hours, first - 1):
        first -= 1
    while last - hour < 24 and busy_in_hour(hours, last + 1):  # noqa: PLR2004  hours of a day: a full mask must end too
        last += 1
    return LessonRun(first * HOUR_S, (last + 1) * HOUR_S)


@lru_cache(KEPT)
def rank(rank_key: bytes, group: str, *, day: int) -> int:
    """The rank in [0, RANKS) of a class group on ``day`` (days since 1970-01-01 UTC)."""
    digest = hmac.digest(rank_key, group.encode("ascii"), hashlib.sha256)
    return (int.from_bytes(digest[:4], "big") % RANKS + ROTATION * day) % RANKS


def lesson_key(rank_key: bytes, group: str, *, starts_at_s: int) -> int:
    """The key that everybody of ``group`` shares for the lessons that begin at ``starts_at_s``."""
    return starts_at_s * KEYS_PER_S + rank(rank_key, group, day=starts_at_s // DAY_S)


def arrival_key(*, now_s: float, earlier: int, tie: int) -> int:
    """The key of an arrival in lane 2 or 3.

    Args:
        now_s: wall clock of the arrival.
        earlier: tickets that the same source has drawn and not yet claimed (0 in lane 2: a card is a price already).
        tie: a random number in [0, TIES): two arrivals of one millisecond are not ordered by anything else.
    """
    return (int(now_s * 1000) + earlier * SETBACK_MS) * TIES + tie


def known_place(card: Card | None, rank_key_on: Callable[[int], bytes], *, now_s: float) -> Place | None:
    """The place that a card gives by itself, or None: then a place of lane 3 has to be drawn.

    ``rank_key_on``: the key of the lottery by day (``lottery.rank_keys``); the day is that of the lesson.
    """
    if card is None:
        return None
    run = lesson_run(card, now_s=now_s)
    group = card.subject if card.group == NO_GROUP else card.group
    if card.role in {Role.TEACHER, Role.STAFF}:
        starts_at_s = run.starts_at_s if run else int(now_s // HOUR_S) * HOUR_S
        return Place(STAFF, lesson_key(rank_key_on(starts_at_s // DAY_S), group, starts_at_s=starts_at_s))
    if card.role is Role.PUPIL and run:
        return Place(PUPILS, lesson_key(rank_key_on(run.starts_at_s // DAY_S), group, starts_at_s=run.starts_at_s))
    return None


def lane_of_stay(lane: int, known: Place | None, *, has_card: bool) -> int:
    """The lane that somebody inside counts in, given that of the pass and the place known from the card.

    Without the card a teacher's pass, or a guardian's, is one like others: a signed-out tablet is not a teacher's any
    more. With one nobody is of lane 3. A place of lane 1 may be of a class link, and needs no card.
    """
    if known is not None:
        return known.lane
    return PUPILS if lane == PUPILS else CARDS if has_card else OTHERS


def link_place(link: ClassLink, rank_key_on: Callable[[int], bytes]) -> Place:
    """The place of the class that a link stands for: the very one that the pupils' cards give."""
    rank_key = rank_key_on(link.starts_at_s // DAY_S)
    return Place(PUPILS, lesson_key(rank_key, link.room, starts_at_s=link.starts_at_s))


def keeps_tid(ticket: Ticket | None, *, has_card: bool) -> bool:
    """Whether a verified ``ticket`` says who its holder is; else the card does, and without one nobody is known.

    Tickets of lanes 0 to 2 were minted for a card or by a class link, both bounded. One of lane 3 costs nothing:
    if it stayed a person of its own beside a card, one card and fifty tickets would be fifty people of its lane.
    """
    return ticket is not None and not (has_card and ticket.lane == OTHERS)


def kept_place(ticket: Ticket | None, known: Place | None, *, has_card: bool, now_s: float) -> Place | None:
    """The place to stand in with a verified ``ticket`` and the place known from the card; None: draw one.

    The card decides where it can (a lesson has begun, a new run of lessons). Else the ticket is kept for 12 hours,
    except one of lane 0: that lane needs its card each time, or a borrowed tablet would stay a teacher's. Who signs in
    while waiting goes over to lane 2 with the same time of arrival, and back without the card; so does who waits in
    lane 1 when the lessons are over. Ages are in whole seconds, as an edge counts them.
    """
    if known is not None:
        return known
    if ticket is None or ticket.lane == STAFF:
        return None
    age_s = int(now_s) - ticket.order_key // KEYS_PER_S
    if age_s >= PLACE_LIFE_S:
        return None
    in_time = ticket.lane == PUPILS and age_s < LESSON_PLACE_S
    return Place(PUPILS if in_time else CARDS if has_card else OTHERS, ticket.order_key)
