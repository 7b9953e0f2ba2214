"""The daily lottery of the classes, open to audit: a key for each term, promised before and shown after.

The rank of a class comes from a secret key (``gate.rules.places.rank``). So that nobody has to believe that the key was
not chosen to please a class, its SHA-256 is published before the term begins, and the key itself once the term is over:
then anybody recomputes the order of every day of it. Nobody draws a key: it follows from the installation's secret.

A school year has two terms, August to December and January to July. Both boundaries lie in the holidays of every
academy on the European clock, so no week of lessons spans two keys: the five days over which the mean rank of a class
stays at most 0.64 are days of one term.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from preau.gate.rules.places import rank
from preau.tokens.keyring import Keyring

AUGUST: Final = 8
SHOWN_TERMS: Final = 4
"""Past terms whose keys the public file shows: two school years. The command shows older ones."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_TERM: Final = re.compile(r"([0-9]{4})-([0-9]{4})-([12])", re.ASCII)


class Drawn(NamedTuple):
    """A class group and its rank of a day, in [0, 1,000,000): the smallest enters first."""

    rank: int
    group: str


@lru_cache(maxsize=64)
def term_of(day: int) -> str:
    """The term of ``day`` (days since 1970-01-01 UTC): ``2026-2027-1`` from August to December, ``…-2`` to July."""
    when = date.fromordinal(_EPOCH + day)
    first = when.year if when.month >= AUGUST else when.year - 1
    return f"{first}-{first + 1}-{1 if when.month >= AUGUST else 2}"


def first_day(term: str) -> int | None:
    """The first day of ``term`` (days since 1970-01-01 UTC); None if this is the name of no term."""
    shape = _TERM.fullmatch(term)
    if shape is None:
        return None
    first, second, half = (int(part) for part in shape.groups())
    if second != first + 1 or not 1970 <= first < 9999:  # noqa: PLR2004  years that a date can have
        return None
    begins = date(first, AUGUST, 1) if half == 1 else date(second, 1, 1)
    return begins.toordinal() - _EPOCH


def next_term(term: str) -> str:
    """The term after ``term``, which must be one."""
    first, half = int(term[:4]), term[-1]
    return f"{first}-{first + 1}-2" if half == "1" else f"{first + 1}-{first + 2}-1"


def is_past(term: str, *, today: int) -> bool:
    """Whether every day of ``term`` is over on ``today``, so that its key decides nothing any more."""
    begins = first_day(next_term(term)) if first_day(term) is not None else None
    return begins is not None and today >= begins


def past_terms(today: int, *, most: int = SHOWN_TERMS) -> list[str]:
    """The latest ``most`` terms that are over on ``today``, the latest first."""
    found: list[str] = []
    begins = first_day(term_of(today))
    while begins is not None and len(found) < most:
        term = term_of(begins - 1)
        found.append(term)
        begins = first_day(term)
    return found


def rank_key(keyring: Keyring, term: str) -> bytes:
    """The key of a term, 32 bytes. The keyring remembers what it has derived."""
    return keyring.standing_key(f"rank|{term}")


def rank_keys(keyring: Keyring) -> Callable[[int], bytes]:
    """The key by day (days since 1970-01-01 UTC), as ``places.known_place`` asks for it."""
    return lambda day: rank_key(keyring, term_of(day))


def commitment(key: bytes) -> str:
    """What is published before the term: SHA-256 of its key, in hexadecimal. Nobody guesses the 256 bits of a key."""
    return hashlib.sha256(key).hexdigest()


def order(key: bytes, groups: Iterable[str], *, day: int) -> list[Drawn]:
    """The class groups (pseudonyms) in the order in which those of one starting time enter on ``day``."""
    return sorted(Drawn(rank(key, group, day=day), group) for group in set(groups))
