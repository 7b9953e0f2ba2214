"""What the timetable lets expect at the gate."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from preau.published.files import read_published
from preau.published.shapes import EXPECTED_ARRIVALS_FILE, ExpectedArrivals
from preau.school.demo.seed import seed
from preau.school.directory.expected import arrivals, expected_arrivals, publish_expected_arrivals
from preau.school.directory.models import Membership, TimetableSlot
from preau.school.directory.occurrences import Occurrence

FIRST = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CM2, SIXTH = UUID(int=1), UUID(int=2)


def lesson(group: UUID, start: int, minutes: int = 55) -> Occurrence:
    """A lesson ``start`` minutes after seven."""
    starts_at = FIRST + timedelta(minutes=start)
    slot = SimpleNamespace(class_group_id=group)
    return Occurrence(slot=slot, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))  # type: ignore[arg-type]


def test_a_class_comes_round_three_minutes_before_its_lesson_and_whole() -> None:
    found = arrivals([lesson(CM2, 90)], {CM2: 26}, first=FIRST, minutes=180)
    assert sum(found.per_minute) == pytest.approx(26, abs=0.2)
    busiest = max(range(180), key=lambda minute: found.per_minute[minute])
    assert busiest in {86, 87}
    assert sum(found.per_minute[83:91]) == pytest.approx(26 * 0.68, abs=0.3)


def test_the_next_lesson_of_a_class_that_is_inside_brings_nobody_and_the_afternoon_brings_it_again() -> None:
    morning = [lesson(CM2, 60), lesson(CM2, 120), lesson(CM2, 180, minutes=60)]
    both = arrivals([*morning, lesson(CM2, 330)], {CM2: 30}, first=FIRST, minutes=600)
    assert sum(both.per_minute[:240]) == pytest.approx(30, abs=0.2)
    assert sum(both.per_minute[240:]) == pytest.approx(30, abs=0.2)


def test_per_second_and_nothing_is_known_outside_its_time() -> None:
    found = ExpectedArrivals(first_minute_s=600, per_minute=[60.0, 120.0])
    assert [found.per_s(now_s) for now_s in (599, 600, 660, 719.9, 720)] == [None, 1.0, 2.0, 2.0, None]


@pytest.mark.data
@pytest.mark.django_db
def test_the_demo_expects_its_classes_and_the_file_is_read_back(settings: object, tmp_path: object) -> None:
    now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    settings.PREAU_PUBLISHED = tmp_path  # type: ignore[attr-defined]
    seed(now)
    assert sum(expected_arrivals(now).per_minute) == 0  # the demo has lessons day and night: everybody is inside
    first = TimetableSlot.objects.filter(weekday=now.weekday()).order_by("starts_at").first()
    assert first is not None
    TimetableSlot.objects.exclude(id=first.id).delete()
    expected = expected_arrivals(first_minute := now - timedelta(days=1))
    members = Membership.objects.filter(class_group=first.class_group, until=None).count()
    assert members > 20
    assert sum(expected.per_minute) == pytest.approx(members, abs=0.3)
    assert expected.first_minute_s == int(first_minute.timestamp()) - 3600
    publish_expected_arrivals(first_minute)
    assert read_published(tmp_path / EXPECTED_ARRIVALS_FILE, ExpectedArrivals) == expected  # type: ignore[operator]
