from preau.watch.signals.day import add_reading
from status_readings import HALF_PAST_EIGHT_S, PARIS, reading


def test_the_day_counts_admissions_from_its_first_reading_on() -> None:
    first = add_reading(None, reading(admitted_total=700), PARIS)
    second = add_reading(first, reading(admitted_total=760, measured_at_s=HALF_PAST_EIGHT_S + 5), PARIS)
    assert (second.since_s, second.admitted) == (HALF_PAST_EIGHT_S, 60)


def test_a_restart_in_the_middle_of_the_day_goes_on_counting() -> None:
    tally = add_reading(None, reading(admitted_total=700), PARIS)
    tally = add_reading(tally, reading(admitted_total=760), PARIS)
    tally = add_reading(tally, reading(admitted_total=4), PARIS)
    assert tally.admitted == 64


def test_midnight_in_the_zone_of_the_school_begins_a_new_day() -> None:
    before = add_reading(None, reading(measured_at_s=HALF_PAST_EIGHT_S + 15.4 * 3600), PARIS)
    after = add_reading(before, reading(measured_at_s=HALF_PAST_EIGHT_S + 15.6 * 3600), PARIS)
    assert (before.day, after.day, after.admitted) == ("2026-11-23", "2026-11-24", 0)


def test_the_time_with_a_queue_is_measured_and_a_silence_is_not_counted_in() -> None:
    tally = None
    for at_s in (0, 5, 10, 600, 605):
        tally = add_reading(tally, reading(measured_at_s=HALF_PAST_EIGHT_S + at_s, waiting=(0, 30, 0, 0)), PARIS)
    assert tally is not None
    assert tally.queue_s == 15
