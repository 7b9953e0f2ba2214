from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from preau.school.directory import selectors
from preau.school.directory.models import ClassGroup, Person, Profile, School, TimetableSlot
from preau.tokens.card import Card, Role
from school import factories

pytestmark = [pytest.mark.data, pytest.mark.django_db]
TUESDAY = date(2026, 11, 24)


def card_with(hours: str) -> Card:
    return Card(expires_at_s=1, role=Role.PUPIL, subject="a" * 11, group="-", hours=hours)


def busy_hours(hours: str, first: datetime) -> list[str]:
    """The busy UTC hours of the week from ``first``, written ``Tue 07``."""
    card, start = card_with(hours), int(first.timestamp() // 3600)
    instants = [datetime.fromtimestamp(3600 * (start + n), UTC) for n in range(168) if card.busy_in_hour(start + n)]
    return [f"{instant:%a %H}" for instant in instants]


class TestOccurrences:
    def test_a_slot_takes_place_on_its_weekday_at_the_local_hour(self, slot: TimetableSlot) -> None:
        (lesson,) = selectors.occurrences([slot.class_group], TUESDAY)
        assert lesson.starts_at == datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
        assert lesson.ends_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

    def test_a_slot_does_not_take_place_on_other_days_nor_outside_its_dates(self, slot: TimetableSlot) -> None:
        assert selectors.occurrences([slot.class_group], TUESDAY + timedelta(days=1)) == []
        assert selectors.occurrences([slot.class_group], date(2026, 8, 25)) == []
        assert selectors.occurrences([slot.class_group], date(2027, 7, 6)) == []

    def test_the_same_lesson_is_an_hour_earlier_in_utc_once_summer_time_has_come(self, slot: TimetableSlot) -> None:
        before, after = (
            selectors.occurrences([slot.class_group], day)[0] for day in (date(2027, 3, 23), date(2027, 3, 30))
        )
        assert (before.starts_at.hour, after.starts_at.hour) == (7, 6)

    def test_a_school_overseas_keeps_its_own_clock(self) -> None:
        school = factories.make_school(timezone="Indian/Reunion")
        group = factories.make_class_group(school)
        factories.make_slot(group, factories.make_teacher(group))
        (lesson,) = selectors.occurrences([group], TUESDAY)
        assert lesson.starts_at == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)

    def test_a_lesson_in_the_hour_that_summer_time_leaves_out_does_not_take_place(
        self, class_group: ClassGroup, teacher: Person
    ) -> None:
        factories.make_slot(class_group, teacher, weekday=6, starts_at=time(2, 0))
        assert selectors.occurrences([class_group], date(2027, 3, 28)) == []
        assert len(selectors.occurrences([class_group], date(2027, 3, 21))) == 1

    def test_a_lesson_over_the_repeated_hour_lasts_as_long_as_the_wall_clock_says(
        self, class_group: ClassGroup, teacher: Person
    ) -> None:
        factories.make_slot(class_group, teacher, weekday=6, starts_at=time(2, 0), valid_until=date(2028, 1, 1))
        (lesson,) = selectors.occurrences([class_group], date(2027, 10, 31))
        assert lesson.ends_at - lesson.starts_at == timedelta(hours=2)

    def test_lessons_of_several_groups_come_in_order_with_one_query(
        self,
        school: School,
        class_group: ClassGroup,
        teacher: Person,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        other = factories.make_class_group(school, name="CM1 A", grade="CM1")
        factories.make_slot(class_group, teacher, starts_at=time(14, 0))
        factories.make_slot(other, teacher, starts_at=time(10, 0))
        factories.make_slot(class_group, teacher, starts_at=time(8, 30))
        with django_assert_num_queries(1):
            lessons = selectors.occurrences([class_group, other], TUESDAY)
            names = [(lesson.slot.class_group.name, lesson.slot.teacher.full_name) for lesson in lessons]
        assert [name for name, _ in names] == ["CM2 B", "CM1 A", "CM2 B"]

    def test_a_closed_group_has_no_lessons(self, slot: TimetableSlot) -> None:
        slot.class_group.closed_at = factories.NOW
        slot.class_group.save()
        assert selectors.occurrences([slot.class_group], TUESDAY) == []


class TestCurrentOccurrence:
    def test_it_is_the_lesson_under_way_from_its_first_second_to_its_last(self, slot: TimetableSlot) -> None:
        start = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
        zero = timedelta(0)
        found = [
            selectors.current_occurrence(slot.class_group, start + timedelta(seconds=s), before=zero) is not None
            for s in (-1, 0, 3599, 3600)
        ]
        assert found == [False, True, True, False]

    def test_a_lesson_counts_ten_minutes_ahead(self, slot: TimetableSlot) -> None:
        start = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
        assert selectors.current_occurrence(slot.class_group, start - timedelta(minutes=10)) is not None
        assert selectors.current_occurrence(slot.class_group, start - timedelta(minutes=11)) is None

    def test_the_lesson_under_way_comes_before_the_next_one(self, slot: TimetableSlot) -> None:
        factories.make_slot(slot.class_group, slot.teacher, subject="Français", starts_at=time(9, 30))
        found = selectors.current_occurrence(slot.class_group, datetime(2026, 11, 24, 8, 25, tzinfo=UTC))
        assert found is not None
        assert found.slot == slot

    def test_a_lesson_past_midnight_is_found_after_midnight(self, class_group: ClassGroup, teacher: Person) -> None:
        factories.make_slot(class_group, teacher, starts_at=time(23, 30))
        after_midnight = datetime(2026, 11, 24, 23, 15, tzinfo=UTC)  # Wednesday 0:15 in Paris
        assert selectors.current_occurrence(class_group, after_midnight) is not None

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Noumea", "Pacific/Marquesas", "Europe/Paris"])
    def test_it_is_found_in_every_zone_with_one_query(
        self, zone: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        group = factories.make_class_group(factories.make_school(timezone=zone))
        slot = factories.make_slot(group, factories.make_teacher(group))
        (lesson,) = selectors.occurrences([group], TUESDAY)
        with django_assert_num_queries(1):
            found = selectors.current_occurrence(group, lesson.starts_at)
        assert found is not None
        assert found.slot == slot


class TestPeople:
    def test_a_membership_holds_from_its_first_day_to_its_last(self, class_group: ClassGroup) -> None:
        pupil = factories.make_person(class_group.school, Profile.PUPIL)
        factories.enrol(pupil, class_group, since=date(2026, 10, 1), until=date(2026, 10, 31))
        days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1)]
        assert [selectors.pupils_of(class_group, day) == [pupil] for day in days] == [False, True, True, False]
        assert [selectors.class_groups_of(pupil, day) == [class_group] for day in days] == [False, True, True, False]

    def test_pupils_are_listed_by_name_without_teachers_and_departed(
        self, class_group: ClassGroup, teacher: Person, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        zoe = factories.make_pupil(class_group, given_name="Zoé", family_name="Weber")
        adam = factories.make_pupil(class_group, given_name="Adam", family_name="Benali")
        factories.make_pupil(class_group, closed_at=factories.NOW)
        with django_assert_num_queries(1):
            assert selectors.pupils_of(class_group, TUESDAY) == [adam, zoe]
        assert selectors.teachers_of(class_group, TUESDAY) == [teacher]

    def test_someone_who_left_and_came_back_is_listed_once(self, class_group: ClassGroup) -> None:
        pupil = factories.make_person(class_group.school, Profile.PUPIL)
        factories.enrol(pupil, class_group, until=TUESDAY)
        factories.enrol(pupil, class_group, since=TUESDAY)
        assert selectors.pupils_of(class_group, TUESDAY) == [pupil]
        assert selectors.class_groups_of(pupil, TUESDAY) == [class_group]

    def test_a_guardian_sees_their_children_of_two_schools_and_no_others(
        self, pupil: Person, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        elder = factories.make_pupil(factories.make_class_group(name="5e 1", grade="5E"), family_name="Zidi")
        factories.make_pupil(factories.make_class_group())
        guardian = factories.make_guardian(pupil, elder)
        with django_assert_num_queries(1):
            children = selectors.pupils_of_guardian(guardian)
            schools = {child.school.name for child in children}
        assert children == [pupil, elder]
        assert len(schools) == 2

    @pytest.mark.parametrize(
        ("day", "year"), [(date(2026, 7, 31), 2025), (date(2026, 8, 1), 2026), (date(2027, 2, 1), 2026)]
    )
    def test_the_school_year_turns_in_august(self, day: date, year: int) -> None:
        assert selectors.school_year_of(day) == year


class TestCardHours:
    def test_the_lead_and_the_lesson_are_marked_in_utc(
        self, slot: TimetableSlot, pupil: Person, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        slot.starts_at = time(8, 10)
        slot.save()
        monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
        with django_assert_num_queries(1):
            hours = selectors.card_hours(pupil, monday)
        assert busy_hours(hours, monday) == ["Tue 06", "Tue 07", "Tue 08"]

    def test_a_lesson_ending_on_the_hour_does_not_mark_the_next(self, slot: TimetableSlot, pupil: Person) -> None:
        slot.starts_at = time(9, 0)
        slot.save()
        monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert busy_hours(selectors.card_hours(pupil, monday), monday) == ["Tue 07", "Tue 08"]

    def test_the_week_of_the_clock_change_is_marked_by_date(self, class_group: ClassGroup, pupil: Person) -> None:
        teacher = factories.make_teacher(class_group)
        factories.make_slot(class_group, teacher, weekday=4, starts_at=time(10, 15), minutes=45)
        factories.make_slot(class_group, teacher, weekday=0, starts_at=time(10, 15), minutes=45)
        thursday = datetime(2027, 3, 25, 12, tzinfo=UTC)
        assert busy_hours(selectors.card_hours(pupil, thursday), thursday) == ["Fri 09", "Mon 08"]

    def test_a_teacher_is_expected_at_their_own_lessons_only(
        self, slot: TimetableSlot, class_group: ClassGroup
    ) -> None:
        colleague = factories.make_teacher(class_group)
        monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert busy_hours(selectors.card_hours(slot.teacher, monday), monday) == ["Tue 07", "Tue 08"]
        assert selectors.card_hours(colleague, monday) == "0" * 42

    def test_today_s_lesson_that_is_over_is_not_marked_but_next_week_s_is(
        self, slot: TimetableSlot, pupil: Person
    ) -> None:
        evening = datetime(2026, 11, 24, 18, tzinfo=UTC)
        assert busy_hours(selectors.card_hours(pupil, evening), evening) == ["Tue 07", "Tue 08"]
        slot.valid_until = TUESDAY
        slot.save()
        assert selectors.card_hours(pupil, evening) == "0" * 42

    @pytest.mark.usefixtures("slot")
    def test_who_joins_the_group_this_week_is_expected(self, class_group: ClassGroup) -> None:
        pupil = factories.make_person(class_group.school, Profile.PUPIL)
        factories.enrol(pupil, class_group, since=TUESDAY)
        just_after_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # Tuesday 0:30 in Paris
        hours = selectors.card_hours(pupil, just_after_midnight)
        assert busy_hours(hours, just_after_midnight) == ["Tue 07", "Tue 08"]

    @pytest.mark.usefixtures("slot")
    def test_who_has_no_lessons_is_never_expected(self, pupil: Person) -> None:
        guardian = factories.make_guardian(pupil)
        assert selectors.card_hours(guardian, factories.NOW) == "0" * 42
