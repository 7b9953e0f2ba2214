"""Entry and stay."""

from preau.gate.rules.admission import is_worn, may_enter, pass_expiry, unproven_places
from preau.gate.rules.calling import OPEN
from preau.gate.rules.places import LessonRun, Place
from preau.gate.rules.plan import Plan

NOW_S = 1_795_422_600.0
MINUTE_S = 60


def test_a_place_is_called_when_its_key_is_below_the_watermark() -> None:
    plan = Plan(int(NOW_S), ((OPEN, 100, 0, 50),))
    assert may_enter(Place(0, 2**63 - 2), plan, now_s=NOW_S)
    assert may_enter(Place(1, 99), plan, now_s=NOW_S)
    assert not may_enter(Place(1, 100), plan, now_s=NOW_S)
    assert not may_enter(Place(2, 0), plan, now_s=NOW_S)
    assert not may_enter(Place(3, 60), plan, now_s=NOW_S)


def test_a_pupil_s_pass_outlives_the_lesson_as_long_as_the_class_may_run_over() -> None:
    run = LessonRun(int(NOW_S) - 600, int(NOW_S) + 50 * MINUTE_S)
    assert pass_expiry(1, run, now_s=NOW_S, idle_s=900) == NOW_S + 80 * MINUTE_S


def test_a_whole_morning_of_lessons_is_promised_two_hours_at_a_time() -> None:
    run = LessonRun(int(NOW_S), int(NOW_S) + 4 * 3600)
    assert pass_expiry(1, run, now_s=NOW_S, idle_s=900) == NOW_S + 150 * MINUTE_S
    assert pass_expiry(0, run, now_s=NOW_S, idle_s=900) == NOW_S + 150 * MINUTE_S


def test_near_the_end_of_a_lesson_the_pass_still_lasts_the_idle_time() -> None:
    run = LessonRun(int(NOW_S) - 3000, int(NOW_S) + 60)
    assert pass_expiry(1, run, now_s=NOW_S, idle_s=2700) == NOW_S + 2700


def test_without_a_lesson_a_pass_lasts_the_idle_time() -> None:
    run = LessonRun(int(NOW_S), int(NOW_S) + 3600)
    assert pass_expiry(3, None, now_s=NOW_S, idle_s=900) == NOW_S + 900
    assert pass_expiry(3, run, now_s=NOW_S, idle_s=900) == NOW_S + 900


def test_a_pass_is_worn_when_less_than_half_remains() -> None:
    assert not is_worn(int(NOW_S) + 450, int(NOW_S) + 900, now_s=NOW_S)
    assert is_worn(int(NOW_S) + 449, int(NOW_S) + 900, now_s=NOW_S)


def test_devices_without_a_cookie_have_a_quarter_and_a_tenth_of_the_entries_of_each_second() -> None:
    assert unproven_places(400) == 100
    assert unproven_places(400, rate_per_s=100.0) == 10
    assert unproven_places(400, rate_per_s=100.0, inside=60) == 70
    assert unproven_places(400, rate_per_s=100.0, inside=95) == 100
    assert unproven_places(400, rate_per_s=0.0) == 5
    assert unproven_places(1) == 1


def test_while_others_wait_they_have_one_place_and_under_siege_a_fiftieth() -> None:
    assert unproven_places(400, others_wait=True) == 1
    assert unproven_places(400, siege=True) == 8
    assert unproven_places(400, siege=True, others_wait=True) == 1
