"""A second timetable: what it changes and leaves, the command, and the way from two imports to an open class."""

from datetime import date, time, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from preau.cli import imports
from preau.cli.people import set_password
from preau.school.classroom import services
from preau.school.classroom.models import LiveClass
from preau.school.directory.models import ClassGroup, TimetableSlot
from preau.school.directory.oneroster import import_folder
from school import factories
from school.directory.oneroster.folders import write_folder
from school.directory.timetable_sheets import (
    DATED,
    FRENCH,
    HEADING,
    MATHS,
    NOW,
    TODAY,
    YESTERDAY,
    codes,
    periods,
    run,
    slots,
)

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]


class TestReplacing:
    """Tuesday, 24 November, 8:35: the class has had its timetable since September."""

    @pytest.fixture(autouse=True)
    def september(self, sheet: Path, group: ClassGroup) -> None:
        del group
        run(sheet, HEADING + MATHS + FRENCH, now=NOW - timedelta(days=80))

    def test_a_lesson_that_is_not_in_the_file_ended_yesterday(self, sheet: Path) -> None:
        report = run(sheet, HEADING + MATHS)
        assert report.changes["TimetableSlot"] == {"added": 0, "changed": 0, "closed": 1, "removed": 0}
        assert periods()["Français"] == (date(2026, 9, 1), YESTERDAY)
        assert run(sheet, HEADING + MATHS).rows_changed == 0

    def test_a_lesson_that_moves_is_at_its_new_hour_from_today_and_the_past_stays(self, sheet: Path) -> None:
        run(sheet, HEADING + MATHS.replace("8h30", "10h") + FRENCH)
        maths = [(slot[4], *slot[-2:]) for slot in slots() if slot[1] == "Mathématiques"]
        assert maths == [
            (time(8, 30), date(2026, 9, 1), YESTERDAY),
            (time(10, 0), TODAY, date(2027, 8, 31)),
        ]

    def test_the_lesson_that_is_being_taught_stays_for_today(self, sheet: Path) -> None:
        maths = TimetableSlot.objects.get(subject__name="Mathématiques")
        opened = services.open_live_class(slot=maths, now=NOW, opened_by=maths.teacher)
        assert isinstance(opened, LiveClass)
        run(sheet, HEADING + FRENCH)
        assert periods()["Mathématiques"][1] == TODAY
        assert run(sheet, HEADING + FRENCH).rows_changed == 0
        seat = services.seat_for(person=maths.teacher, live_class=opened, browser_secret="b" * 22, now=NOW)
        assert isinstance(seat, str)

    def test_a_new_timetable_from_january_ends_the_old_one_on_the_day_before(self, sheet: Path) -> None:
        line = FRENCH.replace("jeudi", "lundi").replace("\n", ";04/01/2027;\n")
        run(sheet, DATED + MATHS.replace("\n", ";04/01/2027;\n") + line)
        french = [(slot[3], *slot[-2:]) for slot in slots() if slot[1] == "Français"]
        assert french == [
            (0, date(2027, 1, 4), date(2027, 8, 31)),
            (3, date(2026, 9, 1), date(2027, 1, 3)),
        ]
        assert periods()["Mathématiques"] == (date(2026, 9, 1), date(2027, 8, 31))

    def test_a_lesson_that_never_began_is_removed(self, sheet: Path) -> None:
        january = DATED + MATHS.replace("\n", ";;\n") + FRENCH.replace("\n", ";04/01/2027;\n")
        run(sheet, january)
        assert periods()["Français"] == (date(2027, 1, 4), date(2027, 8, 31))
        report = run(sheet, HEADING + MATHS)
        assert report.changes["TimetableSlot"]["removed"] == 1
        assert len(slots()) == 2  # the mathematics, and the French of the autumn, that has been

    def test_shorter_and_longer_dates_change_the_slot_itself(self, sheet: Path) -> None:
        before = set(TimetableSlot.objects.values_list("id", flat=True))
        for until in ("18/12/2026", "02/07/2027"):
            report = run(sheet, DATED + (MATHS + FRENCH).replace("\n", f";;{until}\n"))
            assert report.changes["TimetableSlot"] == {"added": 0, "changed": 2, "closed": 0, "removed": 0}
        assert {until for _, until in periods().values()} == {date(2027, 7, 2)}
        assert set(TimetableSlot.objects.values_list("id", flat=True)) == before

    def test_a_file_for_one_week_says_that_the_lessons_it_ends_do_not_come_back(self, sheet: Path) -> None:
        report = run(sheet, DATED + MATHS.replace("8h30", "10h").replace("\n", ";30/11/2026;04/12/2026\n"))
        assert codes(report) == ["not_resumed"]
        assert periods()["Français"] == (date(2026, 9, 1), date(2026, 11, 29))

    def test_a_file_of_the_past_changes_nothing(self, sheet: Path) -> None:
        before = slots()
        report = run(sheet, DATED + MATHS.replace("8h30", "10h").replace("\n", ";01/09/2026;30/09/2026\n"))
        assert (report.rows_changed, slots()) == (0, before)

    def test_other_classes_and_schools_are_not_touched(self, sheet: Path, group: ClassGroup) -> None:
        beside = factories.make_class_group(group.school, name="CM1 A")
        kept = factories.make_slot(beside, factories.make_teacher(beside))
        run(sheet, HEADING + MATHS)
        kept.refresh_from_db()
        assert kept.valid_until == factories.YEAR_UNTIL

    def test_another_teacher_is_another_lesson(self, sheet: Path, group: ClassGroup) -> None:
        factories.make_teacher(group, login="karim.h")
        run(sheet, HEADING + MATHS.replace("claire.l", "karim.h") + FRENCH)
        maths = [(slot[2], slot[-2]) for slot in slots() if slot[1] == "Mathématiques"]
        assert maths == [("claire.l", date(2026, 9, 1)), ("karim.h", TODAY)]


@pytest.mark.usefixtures("group")
class TestTheCommand:
    def test_each_line_gets_a_word_and_a_refusal_exits_with_two(
        self, sheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sheet.write_text(
            HEADING + MATHS + "\n" + MATHS.replace("mardi", "mardredi") + MATHS.replace("mardi", "dimanche"), "utf-8"
        )
        assert imports.timetable(str(sheet), write=True, skip_errors=False) == 2
        said = capsys.readouterr()
        assert "bon     emploi.csv:2\n" in said.out
        assert "ERREUR  emploi.csv:4  Jour inconnu" in said.out
        assert "(bad_day)" in said.out
        assert "À VOIR  emploi.csv:5" in said.out
        assert "bon     emploi.csv:3" not in said.out  # the blank line is no line
        assert "Rien n’a été changé" in said.err
        assert slots() == []

    def test_a_trial_then_the_writing(self, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sheet.write_text(HEADING + MATHS, "utf-8")
        assert imports.timetable(str(sheet), write=False, skip_errors=False) == 0
        assert "Essai à blanc" in capsys.readouterr().out
        assert imports.timetable(str(sheet), write=True, skip_errors=False) == 0
        assert "Écrit." in capsys.readouterr().out
        assert len(slots()) == 1


def test_from_the_two_imports_to_an_open_class(
    client: Client, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A school that is no demonstration: roster, timetable, password, and Claire opens her class at 8:35."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    assert import_folder(write_folder(tmp_path / "roster"), now=NOW, apply=True).is_applied
    assert run(sheet, HEADING + MATHS.replace("claire.l", "Claire Lefèvre")).findings == []
    assert set_password("claire.l", "tableau-noir-42") == 0

    signed_in = client.post("/connexion/personnel/", {"identifiant": "claire.l", "mot_de_passe": "tableau-noir-42"})
    assert signed_in["Location"] == "/journee/"
    slot = TimetableSlot.objects.get()
    page = client.get("/journee/").content.decode()
    assert "Mathématiques" in page
    assert "Ouvrir la classe" in page
    assert f'name="slot" value="{slot.id.hex}"' in page

    opened = client.post("/classe/ouvrir/", {"slot": slot.id.hex}, follow=True)
    live_class = LiveClass.objects.get()
    assert opened.redirect_chain == [(f"/classe/{live_class.id.hex}/", HTTPStatus.FOUND)]
    assert "preau-room" in opened.content.decode()
    roster = (settings.PREAU_PUBLISHED / "rosters" / f"{live_class.id.hex}.json").read_text("utf-8")
    assert all(name in roster for name in ("Claire Lefèvre", "Inès Martin", "Malo Kerbrat"))
