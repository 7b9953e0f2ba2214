"""The numbers of the rules and of the ledger, by the names that the templates have for them: each is written once."""

from typing import Final

from preau.gate.haproxy.maps import OLDEST_DAYS
from preau.gate.ledger import interface
from preau.gate.rules import admission, places
from preau.tokens.challenge import LIFE_S
from preau.tokens.class_link import DEVICE_TENTHS
from preau.tokens.keyring import FUTURE_DAYS
from preau.tokens.seat import AFTER_LESSON_S

FREED_S: Final = 900
"""A place given back is remembered until an agent has cleared it; while none is there, as long as it counts unused."""


def rule_numbers() -> dict[str, str]:
    """What the templates put in for ``$name``."""
    numbers = {
        "unproven_s": admission.UNPROVEN_S,
        "longest_run_s": admission.LONGEST_RUN_S,
        "after_lesson_s": AFTER_LESSON_S,
        "place_life_s": places.PLACE_LIFE_S,
        "lesson_place_s": places.LESSON_PLACE_S,
        "next_lesson_from_s": places.HOUR_S - places.LESSON_SOON_S,
        "ranks": places.RANKS,
        "rotation": places.ROTATION,
        "setback_ms": places.SETBACK_MS,
        "ties": places.TIES,
        "keys_per_s": places.KEYS_PER_S,
        "device_tenths": DEVICE_TENTHS,
        "inside_most": interface.INSIDE_MAX,
        "freed_s": FREED_S,
        "left_most": interface.LEFT_MAX,
        "left_s": interface.LEFT_MEMORY_S,
        "waiting_most": interface.WAITING_MAX,
        "present_s": int(interface.PRESENT_S),
        "door_most": interface.AT_THE_DOOR_MAX,
        "wait_gap_s": interface.WAIT_GAP_S,
        "sources_most": interface.SOURCES_MAX,
        "source_s": interface.SOURCE_MEMORY_S,
        "links_most": interface.LINK_ROOMS_MAX,
        "spent_most": interface.SPENT_MAX,
        "challenge_life_s": LIFE_S,
    }
    # Days from the signing to tomorrow, both ends included: today minus the oldest day to the day of a clock ahead.
    ages = {f"days_of_{kind}": f"0:{oldest + FUTURE_DAYS}" for kind, oldest in OLDEST_DAYS.items()}
    return {name: str(number) for name, number in numbers.items()} | ages
