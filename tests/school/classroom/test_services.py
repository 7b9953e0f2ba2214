import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from msgspec import to_builtins

from preau.published.shapes import Roster, decode
from preau.school.classroom import selectors, services
from preau.school.classroom.models import LiveClass
from preau.school.classroom.refusals import Refusal
from preau.school.directory.models import Membership, Person, Profile, School, TimetableSlot
from preau.tokens import seat
from published.vectors import bad, good
from school import factories

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]
START = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
NOW = factories.NOW
BROWSER = "b" * 22


def opened(slot: TimetableSlot, now: datetime = NOW) -> LiveClass:
    live_class = services.open_live_class(slot=slot, now=now, opened_by=slot.teacher)
    assert isinstance(live_class, LiveClass)
    return live_class


def seat_for(person: Person, live_class: LiveClass, *, now: datetime = NOW) -> str | Refusal:
    return services.seat_for(person=person, live_class=live_class, browser_secret=BROWSER, now=now)


def roster_of(live_class: LiveClass) -> dict[str, object]:
    text = (settings.PREAU_PUBLISHED / "rosters" / f"{live_class.id.hex}.json").read_text("utf-8")
    roster: dict[str, object] = json.loads(text)
    return roster


class TestOpening:
    def test_the_teacher_opens_the_class_once_however_often_they_press(self, slot: TimetableSlot) -> None:
        first, second = opened(slot), opened(slot, NOW + timedelta(minutes=1))
        assert first == second
        assert LiveClass.objects.count() == 1
        assert first.opened_at == NOW
        assert (first.starts_at, first.ends_at) == (START, START + timedelta(hours=1))

    @pytest.mark.parametrize(
        ("minutes", "outcome"), [(-11, Refusal.NOT_NOW), (-10, None), (0, None), (59, None), (60, Refusal.NOT_NOW)]
    )
    def test_it_opens_from_ten_minutes_before_the_lesson_until_its_end(
        self, slot: TimetableSlot, minutes: int, outcome: Refusal | None
    ) -> None:
        found = services.open_live_class(slot=slot, now=START + timedelta(minutes=minutes), opened_by=slot.teacher)
        assert (found if isinstance(found, Refusal) else None) == outcome
        assert LiveClass.objects.exists() == (outcome is None)

    def test_the_lesson_of_next_week_is_another_class(self, slot: TimetableSlot) -> None:
        assert opened(slot) != opened(slot, NOW + timedelta(days=7))

    def test_the_head_of_the_school_opens_it_for_an_absent_teacher(self, slot: TimetableSlot, school: School) -> None:
        head = factories.make_person(school, Profile.HEAD)
        live_class = services.open_live_class(slot=slot, now=NOW, opened_by=head)
        assert isinstance(live_class, LiveClass)
        assert live_class.opened_by == head

    def test_nobody_else_opens_it(self, slot: TimetableSlot, school: School, pupil: Person) -> None:
        departed_head = factories.make_person(school, Profile.HEAD, closed_at=NOW)
        people = [
            pupil,
            factories.make_teacher(slot.class_group),
            factories.make_guardian(pupil),
            factories.make_person(school, Profile.SCHOOL_LIFE),
            factories.make_person(school, Profile.AUTHOR),
            factories.make_person(factories.make_school(), Profile.HEAD),
            departed_head,
        ]
        for person in people:
            assert services.open_live_class(slot=slot, now=NOW, opened_by=person) is Refusal.NOT_YOUR_CLASS
        assert not LiveClass.objects.exists()


class TestRoster:
    def test_it_is_published_as_the_live_room_reads_it(self, slot: TimetableSlot, pupil: Person) -> None:
        live_class = opened(slot)
        pseudonym = settings.PREAU_KEYRING.pseudonym
        assert roster_of(live_class) == {
            "v": 1,
            "live_class": live_class.id.hex,
            "title": "Mathématiques",
            "class_group": "CM2 B",
            "section": "ecole",
            "starts_at_s": int(START.timestamp()),
            "ends_at_s": int(START.timestamp()) + 3600,
            "members": [
                {
                    "person": slot.teacher.id.hex,
                    "role": "teacher",
                    "full_name": "Claire Lefèvre",
                    "short_name": "Claire Lefèvre",
                    "pseudonym": pseudonym("subject", slot.teacher.id.hex),
                    "seats_from_s": 0,
                },
                {
                    "person": pupil.id.hex,
                    "role": "pupil",
                    "full_name": pupil.full_name,
                    "short_name": "Inès M.",
                    "pseudonym": pseudonym("subject", pupil.id.hex),
                    "seats_from_s": 0,
                },
            ],
        }

    def test_it_has_the_fields_of_the_shared_vector_and_is_read_by_its_shape(
        self, slot: TimetableSlot, pupil: Person
    ) -> None:
        written = roster_of(opened(slot))
        wanted = json.loads(good("roster"))
        assert set(written) == set(wanted)
        read = decode(Roster, json.dumps(written).encode())
        assert isinstance(read, Roster)
        assert [member.person for member in read.members] == [slot.teacher.id.hex, pupil.id.hex]
        assert set(to_builtins(read.members[1])) == set(wanted["members"][1])

    def test_nothing_but_the_roster_is_left_in_the_folder(self, slot: TimetableSlot) -> None:
        live_class = opened(slot)
        services.publish_roster(live_class=live_class)
        names = [file.name for file in (settings.PREAU_PUBLISHED / "rosters").iterdir()]
        assert names == [f"{live_class.id.hex}.json"]

    def test_a_pupil_who_joins_the_group_meanwhile_is_published_when_they_come(self, slot: TimetableSlot) -> None:
        live_class = opened(slot)
        late = factories.make_pupil(slot.class_group)
        assert isinstance(seat_for(late, live_class), str)
        assert late.id.hex in json.dumps(roster_of(live_class))


class TestSeats:
    def test_pupil_and_teacher_get_their_seat(self, slot: TimetableSlot, pupil: Person) -> None:
        live_class = opened(slot)
        for person, role in ((pupil, seat.SeatRole.PUPIL), (slot.teacher, seat.SeatRole.TEACHER)):
            token = seat_for(person, live_class)
            assert isinstance(token, str)
            found = seat.verify(settings.PREAU_KEYRING, token, now_s=NOW.timestamp())
            assert isinstance(found, seat.Seat)
            assert (found.live_class, found.person, found.role) == (live_class.id.hex, person.id.hex, role)
            assert found.expires_at_s == int((live_class.ends_at + services.OVERRUN).timestamp())

    def test_nobody_off_the_roster_gets_one(self, slot: TimetableSlot, school: School, pupil: Person) -> None:
        live_class = opened(slot)
        strangers = [
            factories.make_pupil(factories.make_class_group(school, name="CM1 A", grade="CM1")),
            factories.make_pupil(factories.make_class_group()),
            factories.make_teacher(slot.class_group),
            factories.make_guardian(pupil),
            factories.make_person(school, Profile.HEAD),
            factories.make_person(school, Profile.SCHOOL_LIFE),
        ]
        refused = [seat_for(person, live_class) for person in strangers]
        assert refused == [Refusal.NOT_ON_ROSTER] * len(strangers)

    def test_a_pupil_who_has_left_the_group_or_the_school_gets_none(self, slot: TimetableSlot, pupil: Person) -> None:
        live_class = opened(slot)
        gone = factories.make_pupil(slot.class_group, closed_at=NOW)
        Membership.objects.filter(person=pupil).update(until=(NOW - timedelta(days=1)).date())
        for person in (pupil, gone):
            assert seat_for(person, live_class) is Refusal.NOT_ON_ROSTER

    def test_after_the_end_there_are_no_seats(self, slot: TimetableSlot, pupil: Person) -> None:
        live_class = opened(slot)
        too_late = live_class.ends_at + services.OVERRUN
        assert seat_for(pupil, live_class, now=too_late) is Refusal.CLASS_ENDED
        factories.publish_register(live_class)
        assert seat_for(pupil, live_class) is Refusal.CLASS_ENDED
        live_class.refresh_from_db()
        assert live_class.ended_at == NOW


class TestRegister:
    def test_there_is_none_before_the_end(self, slot: TimetableSlot) -> None:
        assert selectors.register_of(opened(slot)) is None

    def test_every_pupil_has_a_line_with_their_name(self, slot: TimetableSlot, pupil: Person) -> None:
        live_class = opened(slot)
        forgotten = factories.make_pupil(slot.class_group, family_name="Zola")
        entry = factories.register_entry(pupil, "late", first_seen_at_s=1795505700, present_s=1830)
        factories.publish_register(live_class, entry)
        lines = selectors.register_of(live_class)
        assert lines is not None
        assert [(line.person, line.status, line.present_min) for line in lines] == [
            (pupil, "late", 30),
            (forgotten, None, 0),
        ]

    def test_who_left_the_school_since_is_still_in_the_register_of_that_day(
        self, slot: TimetableSlot, pupil: Person
    ) -> None:
        live_class = opened(slot)
        factories.publish_register(live_class, factories.register_entry(pupil, "present"))
        pupil.closed_at = NOW + timedelta(days=30)
        pupil.save()
        lines = selectors.register_of(live_class)
        assert lines is not None
        assert [line.person for line in lines] == [pupil]

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"v":1}', b"\xff\x00", b'{"live_class":3}'])
    def test_a_register_that_cannot_be_read_is_none(
        self, slot: TimetableSlot, data_folder: Path, content: bytes
    ) -> None:
        live_class = opened(slot)
        (data_folder / "published" / "registers").mkdir()
        (data_folder / "published" / "registers" / f"{live_class.id.hex}.json").write_bytes(content)
        assert selectors.register_of(live_class) is None

    def test_the_shared_vectors_are_read_and_the_bad_ones_refused(
        self, slot: TimetableSlot, pupil: Person, data_folder: Path
    ) -> None:
        wanted = json.loads(good("register"))
        Person.objects.create(
            id=wanted["entries"][1]["person"],
            profile=Profile.PUPIL,
            given_name="K",
            family_name="P",
            school=pupil.school,
        )
        live_class = LiveClass.objects.create(
            id=wanted["live_class"], slot=slot, starts_at=START, ends_at=NOW, opened_at=NOW, opened_by=slot.teacher
        )
        live_class.refresh_from_db()
        file = data_folder / "published" / "registers" / f"{wanted['live_class']}.json"
        file.parent.mkdir(parents=True)
        file.write_bytes(good("register"))
        lines = selectors.register_of(live_class)
        assert lines is not None
        statuses = {line.person.id.hex: line.status for line in lines}
        assert statuses == {pupil.id.hex: None, wanted["entries"][1]["person"]: "at_the_door"}
        for content in bad("register").values():
            file.write_bytes(content)
            assert selectors.register_of(live_class) is None

    def test_ids_in_it_that_are_nobody_s_are_ignored(self, slot: TimetableSlot, pupil: Person) -> None:
        live_class = opened(slot)
        factories.publish_register(live_class, factories.register_entry(pupil, "present") | {"person": "0" * 32})
        lines = selectors.register_of(live_class)
        assert lines is not None
        assert [(line.person, line.status) for line in lines] == [(pupil, None)]


class TestOfADay:
    def test_pupil_and_teacher_find_the_opened_classes_of_their_day(self, slot: TimetableSlot, pupil: Person) -> None:
        live_class, day = opened(slot), NOW.date()
        opened(slot, NOW + timedelta(days=7))
        assert selectors.live_classes_of(pupil, day) == [live_class]
        assert selectors.live_classes_of(slot.teacher, day) == [live_class]
        assert selectors.live_classes_of(factories.make_pupil(factories.make_class_group()), day) == []

    def test_the_class_of_a_lesson_is_found_once_opened(self, slot: TimetableSlot) -> None:
        (lesson,) = selectors.occurrences_of_person(slot.teacher, NOW.date())
        assert selectors.live_class_of(lesson) is None
        live_class = opened(slot)
        assert selectors.live_class_of(lesson) == live_class
