"""In which order people stand: the lane and key of everybody, by the gate's own rules or as other systems do it."""

import base64
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from preau.gate.rules.places import CARDS, HOUR_S, OTHERS, PUPILS, STAFF, TIES, lesson_key, lesson_run
from preau.gate.simulation.world import GUARDIAN, PUPIL, STRANGER, TEACHER, Bytes, Longs, World
from preau.tokens.card import Card, Role, hours_mask

RANK_KEY: Final = bytes(range(32))
"""Of the simulation alone."""


class Order(StrEnum):
    """How keys are made."""

    PLACES = "places"
    """By the gate's rules: teachers first, classes together by daily rank, the others as they come."""
    ARRIVAL = "arrival"
    """One lane, first come first served."""
    MINUTE = "minute"
    """One lane, everybody of one minute has the same key."""
    POSITION = "position"
    """One lane, numbered as they come."""


class Standing(NamedTuple):
    """Lane and key of everybody, in the order of arrival."""

    lane: Bytes
    key: Longs


def stand(world: World, order: Order) -> Standing:
    """Gives everybody their place."""
    if order is Order.PLACES:
        return _by_rules(world)
    lane = np.full(world.people, OTHERS, dtype=np.uint8)
    if order is Order.MINUTE:
        return Standing(lane, world.arrival_ms.astype(np.int64) // 60_000)
    if order is Order.POSITION:
        return Standing(lane, np.arange(world.people, dtype=np.int64))
    return Standing(lane, _arrival_keys(world))


def _arrival_keys(world: World) -> Longs:
    """``places.arrival_key`` of everybody at once (a test holds the two together)."""
    ties = (np.arange(world.people, dtype=np.int64) * 7919) % TIES
    return (np.int64(world.origin_s * 1000) + world.arrival_ms) * TIES + ties


def _by_rules(world: World) -> Standing:
    lane = np.full(world.people, OTHERS, dtype=np.uint8)
    lane[world.kind == TEACHER] = STAFF
    lane[world.kind == PUPIL] = PUPILS
    lane[world.kind == GUARDIAN] = CARDS
    key = _arrival_keys(world)
    in_class = (world.kind != GUARDIAN) & (world.kind != STRANGER)
    key[in_class] = class_keys(world)[world.class_of[in_class]]
    return Standing(lane, key)


def group_name(index: int) -> str:
    """The pseudonym of a class group: 64 bits, as a card has it."""
    return base64.urlsafe_b64encode((index * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big")).decode().rstrip("=")


def class_keys(world: World) -> Longs:
    """The key of each class, from its card's timetable by ``lesson_run`` and its rank of the day by ``lesson_key``."""
    starts_at = {int(start): _run_start(world.origin_s + int(start)) for start in np.unique(world.class_start_s)}
    keys = (
        lesson_key(RANK_KEY, group_name(index), starts_at_s=starts_at[start])
        for index, start in enumerate(world.class_start_s.tolist())
    )
    return np.fromiter(keys, dtype=np.int64, count=len(world.class_start_s))


def _run_start(lesson_s: int) -> int:
    """When the run of lessons begins, for the key, as the gate reads it from a card of four hours from ``lesson_s``."""
    hour = lesson_s // HOUR_S
    hours = hours_mask(set(range(hour, hour + 4)))
    card = Card(expires_at_s=lesson_s + HOUR_S, role=Role.PUPIL, subject="a" * 11, group="a" * 11, hours=hours)
    run = lesson_run(card, now_s=lesson_s)
    if run is None:
        raise ValueError("the timetable of the simulation has no lesson at its own start")
    return run.starts_at_s
