"""The ladder second by second: entered quickly, left slowly, and always with the reason."""

import msgspec
import pytest

from preau.gate.rules.ladder import FREE, PRIORITY, REFUGE, SIEGE, SMOOTHING, Rung, Signs, need, step
from preau.gate.rules.verdict import ATTACK, CROWD, HOST

CALM = Signs(
    utilisation=0.2,
    queue_s=0.01,
    target_queue_s=0.05,
    waiting=0,
    expected_per_s=0.0,
    rate_per_s=10.0,
    pupils_wait_s=0.0,
)


def lives(rung: Rung, signs: Signs, *, from_s: int, seconds: int) -> Rung:
    for second in range(seconds):
        rung = step(rung, signs, now_s=float(from_s + second))
    return rung


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, FREE),
        ({"utilisation": 0.7}, SMOOTHING),
        ({"expected_per_s": 10.1}, SMOOTHING),
        ({"waiting": 1}, SMOOTHING),
        ({"waiting": 1, "queue_s": 0.06}, PRIORITY),
        ({"pupils_wait_s": 301.0}, PRIORITY),
        ({"verdict": ATTACK, "queue_s": 1.0}, SIEGE),
        ({"verdict": ATTACK, "answers": False}, REFUGE),
    ],
)
def test_each_sign_needs_its_level(change: dict[str, object], level: int) -> None:
    assert need(CALM._replace(**change)).level == level  # type: ignore[arg-type]


def test_a_level_is_entered_after_five_seconds_and_not_for_one_bad_second() -> None:
    queueing = CALM._replace(queue_s=0.2)
    assert lives(Rung(), queueing, from_s=100, seconds=5).level == FREE
    rung = lives(Rung(), queueing, from_s=100, seconds=6)
    assert (rung.level, rung.since_s) == (PRIORITY, 105.0)
    assert rung.reason == "queueing"
    flutter = Rung()
    for second in range(60):
        flutter = step(flutter, queueing if second % 4 else CALM, now_s=float(second))
    assert flutter.level == FREE


def test_a_level_is_left_after_a_minute_of_calm_and_not_before() -> None:
    rung = Rung(level=PRIORITY, since_s=0.0)
    assert lives(rung, CALM, from_s=100, seconds=60).level == PRIORITY
    assert lives(rung, CALM, from_s=100, seconds=61).level == FREE
    interrupted = lives(rung, CALM, from_s=100, seconds=50)
    interrupted = lives(interrupted, CALM._replace(queue_s=0.2), from_s=150, seconds=1)
    assert lives(interrupted, CALM, from_s=151, seconds=60).level == PRIORITY


def test_what_burns_now_does_not_climb_rung_by_rung() -> None:
    assert lives(Rung(), CALM._replace(answers=False), from_s=0, seconds=6).level == REFUGE


def test_a_clock_that_goes_back_neither_climbs_nor_stays_for_ever() -> None:
    rung = lives(Rung(), CALM._replace(queue_s=0.2), from_s=1000, seconds=3)
    rung = step(rung, CALM._replace(queue_s=0.2), now_s=10.0)
    assert rung.level == FREE
    assert lives(rung, CALM._replace(queue_s=0.2), from_s=11, seconds=6).level == PRIORITY


def test_the_reason_is_of_today_also_when_the_level_stays() -> None:
    rung = Rung(level=SMOOTHING, since_s=0.0, reason="autre chose")
    assert step(rung, CALM._replace(expected_per_s=11.0), now_s=5.0).reason == "forecast"
    assert msgspec.json.encode(rung)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"verdict": CROWD, "waiting": 1}, "crowd"), ({"verdict": HOST, "queue_s": 1.0}, "host")],
)
def test_a_verdict_is_the_reason_of_a_level_and_never_its_cause(change: dict[str, object], reason: str) -> None:
    assert need(CALM._replace(**change)).reason == reason  # type: ignore[arg-type]
    assert need(CALM._replace(verdict=str(change["verdict"]))).level == FREE
