"""The token bucket, pure: a level that refills with time and pays for each thing let through."""

from typing import Final

import msgspec


class Rate(msgspec.Struct, frozen=True):
    """A limit: ``burst`` things at once (>= 1), then ``per_s`` of them each second (> 0)."""

    burst: int
    per_s: float


class Bucket(msgspec.Struct, frozen=True, array_like=True):
    """What is left: ``level`` in [0, burst] at the instant ``at_ms`` (wall milliseconds)."""

    level: float
    at_ms: int


CHAT_PUPIL: Final = Rate(burst=5, per_s=0.5)
"""A lively child writes a line every few seconds; a pasted flood stops at the sixth."""
CHAT_TEACHER: Final = Rate(burst=10, per_s=2.0)
COMMANDS: Final = Rate(burst=20, per_s=10.0)
"""Per seat, all commands together: no finger is faster, a script is."""
VOICE: Final = Rate(burst=150, per_s=60.0)
"""20 ms packets are 50 a second; the burst is what three seconds of a stalled network deliver at once."""


def level_at(bucket: Bucket | None, rate: Rate, now_ms: int) -> float:
    """The level at ``now_ms``; a bucket never seen is full, and time never runs backwards."""
    if bucket is None:
        return float(rate.burst)
    return min(float(rate.burst), bucket.level + rate.per_s * max(0, now_ms - bucket.at_ms) / 1000)


def spend(bucket: Bucket | None, rate: Rate, now_ms: int) -> Bucket:
    """The bucket after one thing was let through (the level never falls below 0)."""
    at_ms = now_ms if bucket is None else max(now_ms, bucket.at_ms)
    return Bucket(max(0.0, level_at(bucket, rate, now_ms) - 1), at_ms)


def wait_ms(bucket: Bucket | None, rate: Rate, now_ms: int) -> int:
    """Milliseconds until one thing may pass; 0 means now."""
    missing = 1 - level_at(bucket, rate, now_ms)
    return 0 if missing <= 0 else int(missing / rate.per_s * 1000) + 1
