"""Counting tries in the database: a try is taken before anything is verified, and given back when it was right.

So two hundred parallel tries are two hundred tries. The table holds windows of a day at most, and 20,000 of them.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from preau.school.signin import throttle
from preau.school.signin.models import TryWindow
from preau.school.signin.throttle import Held, Pace, Trickle, Window

_MOST_ROWS: Final = 20_000
"""2 MB. Whoever overflows it makes us forget single tries first: windows near their limit are kept longest."""
_SWEEP_EVERY: Final = 64
"""New rows between two sweeps."""


class Limit(NamedTuple):
    """A key under which tries are counted, and how many it bears when."""

    key: str
    pace: Pace | Trickle


class Taken(NamedTuple):
    """The try may be made; ``left`` further ones after it."""

    left: int


def limits_of_class(class_group_id: UUID, source: str, *, card: str = "") -> tuple[Limit, ...]:
    """What bears on a pupil's code. ``card``: the subject of the card of this class that the device holds, if it does.

    Such a device counts by itself, wherever it is: strangers' tries do not shut it out, nor its own the class.
    """
    name = class_group_id.hex
    if card:
        return (Limit(_key("class", name, "card", card), throttle.CLASS_AND_CARD),)
    return Limit(_key("class", name, source), throttle.CLASS_AND_SOURCE), Limit(_key("class", name), throttle.CLASS)


def limits_of_login(login: str, source: str, *, own_card: bool = False) -> tuple[Limit, ...]:
    """What bears on a password. ``own_card``: the browser holds the card of the very person whose login this is."""
    name = login.casefold()
    if own_card:
        return (Limit(_key("login", name, "card", ""), throttle.LOGIN_AND_CARD),)
    return Limit(_key("login", name, source), throttle.LOGIN_AND_SOURCE), Limit(_key("login", name), throttle.LOGIN)


def _key(*parts: str) -> str:
    """Fixed length, whatever was typed; no login and no address stays readable in the table."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:48]


def take(limits: Sequence[Limit], *, now_s: int) -> Taken | Held:
    """Counts one try under every limit, the sender's own first, or under none when one of them is reached."""
    with transaction.atomic():
        rows = _locked(limits)
        left: list[int] = []
        own_tries = 0
        for limit in limits:
            row = rows[limit.key]
            window = Window(row.tries, row.since_s) if row.tries else None
            pace = throttle.share(limit.pace, own_tries=own_tries)
            after = throttle.after_try(window, pace=pace, now_s=now_s)
            if isinstance(after, Held):
                transaction.set_rollback(True)
                return after
            row.tries, row.since_s = after
            own_tries = own_tries or after.tries
            left.append(throttle.tries_left(after, pace=pace, now_s=now_s))
        TryWindow.objects.bulk_update(rows.values(), ["tries", "since_s"])
        if any(row.pk % _SWEEP_EVERY == 0 for row in rows.values()):
            _sweep(now_s)
    return Taken(min(left))


def give_back(limits: Sequence[Limit]) -> None:
    """The try was right: it does not count."""
    with transaction.atomic():
        rows = _locked(limits)
        for row in rows.values():
            row.tries = max(0, row.tries - 1)
        TryWindow.objects.bulk_update(rows.values(), ["tries"])


def _locked(limits: Sequence[Limit]) -> dict[str, TryWindow]:
    """The rows of the keys, made where missing, locked in one order so that two tries cannot wait for each other."""
    keys = sorted(limit.key for limit in limits)
    TryWindow.objects.bulk_create([TryWindow(key=key, tries=0, since_s=0) for key in keys], ignore_conflicts=True)
    return {row.key: row for row in TryWindow.objects.select_for_update().filter(key__in=keys).order_by("key")}


def _sweep(now_s: int) -> None:
    TryWindow.objects.filter(since_s__lte=now_s - throttle.FORGIVEN_S).delete()
    surplus = TryWindow.objects.count() - _MOST_ROWS
    if surplus > 0:
        least = TryWindow.objects.order_by("tries", "since_s").values_list("pk", flat=True)[:surplus]
        TryWindow.objects.filter(pk__in=list(least)).delete()
