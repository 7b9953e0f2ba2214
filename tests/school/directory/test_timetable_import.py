"""A school enters its timetable: what is read, what is refused, what is only wondered at."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from preau.school.directory.models import ClassGroup, Person, Subject, TimetableSlot
from preau.school.directory.timetable_import import import_timetable
from school import factories
from school.directory.timetable_sheets import DATED, FRENCH, HEADING, MATHS, NOW, codes, periods, run, slots

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]


@pytest.mark.usefixtures("group")
class TestReading:
    def test_a_dry_run_says_what_would_happen_and_writes_nothing(self, sheet: Path) -> None:
        report = run(sheet, HEADING + MATHS, apply=False)
        assert report.findings == []
        assert not report.is_applied
        assert report.changes["TimetableSlot"]["added"] == report.changes["Subject"]["added"] == 1
        assert slots() == []
        assert not Subject.objects.exists()

    def test_a_line_is_a_lesson_of_each_week_of_the_school_year(self, sheet: Path) -> None:
        dry = run(sheet, HEADING + MATHS, apply=False)
        report = run(sheet, HEADING + MATHS)
        assert (report.is_applied, report.changes) == (True, dry.changes)
        year = date(2026, 9, 1), date(2027, 8, 31)
        assert slots() == [("CM2 B", "Mathématiques", "claire.l", 1, time(8, 30), 55, True, *year)]

    def test_importing_again_changes_nothing(self, sheet: Path) -> None:
        run(sheet, HEADING + MATHS + FRENCH)
        before = list(TimetableSlot.objects.values_list())
        report = run(sheet, HEADING + MATHS + FRENCH, now=NOW + timedelta(days=30))
        assert report.rows_changed == 0
        assert list(TimetableSlot.objects.values_list()) == before

    @pytest.mark.parametrize(
        ("heading", "line"),
        [
            ("Jour;Durée;CLASSE;Enseignant;Début;Matière", "Mardi;55;cm2b;Claire  Lefèvre;08:30;Mathématiques"),
            ("jour,duree,classe,professeur,debut,matiere", "mar.,55 min,CM2 B,LEFÈVRE Claire,8 h 30,Mathématiques"),
            ("classe\tmatière\tenseignant\tjour\tdébut\tfin", "CM2 B\tMathématiques\tclaire.l\tMARDI\t8H30\t9h25"),
            ("classe;matière;enseignant;jour;début;fin", "CM2 B;Mathématiques;claire.l;mardi;8,5;09:25:00"),
            ("classe;matière;enseignant;jour;début;durée", "CM2 B;Mathématiques;claire.l;mardi;0,354166666666667;0h55"),
            ("uai;classe;matière;enseignant;jour;début;durée;fin", ";CM2 B;Mathématiques;claire.l;mardi;8h30;55;9h25"),
        ],
    )
    def test_the_many_ways_of_writing_the_same_lesson(self, sheet: Path, heading: str, line: str) -> None:
        report = run(sheet, f"{heading}\n{line}\n")
        assert codes(report) == []
        assert slots()[0][:7] == ("CM2 B", "Mathématiques", "claire.l", 1, time(8, 30), 55, True)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
    def test_a_spreadsheets_mark_line_ends_and_empty_lines_do_no_harm(self, sheet: Path, encoding: str) -> None:
        content = (HEADING + "\n;;;;;\n" + MATHS).replace("\n", "\r\n").encode(encoding)
        report = run(sheet, content)
        assert codes(report) == []
        assert report.files["emploi.csv"].numbers == [1, 4]

    def test_the_encoding_of_windows_is_read_and_said(self, sheet: Path) -> None:
        assert codes(run(sheet, (HEADING + MATHS).encode("cp1252"))) == ["read_as_windows"]
        assert slots()[0][1] == "Mathématiques"

    def test_dates_and_live_or_not(self, sheet: Path) -> None:
        heading = DATED.replace("\n", ";en direct\n")
        run(sheet, heading + MATHS.replace("\n", ";01/12/2026;2027-01-29;non\n"))
        assert slots()[0][6:] == (False, date(2026, 12, 1), date(2027, 1, 29))

    def test_a_time_with_two_meanings_is_read_as_a_decimal_and_said(self, sheet: Path) -> None:
        report = run(sheet, HEADING + MATHS.replace("8h30", '"8,25"'))
        assert codes(report) == ["time_guessed"]
        assert "8 h 15" in report.findings[0].sentence
        assert slots()[0][4] == time(8, 15)

    def test_a_subject_keeps_the_spelling_that_it_has(self, sheet: Path, group: ClassGroup) -> None:
        Subject.objects.create(school=group.school, name="Mathématiques")
        run(sheet, HEADING + MATHS.replace("Mathématiques", "MATHEMATIQUES"))
        assert [slot[1] for slot in slots()] == ["Mathématiques"]


REFUSED = {
    "unknown_class": MATHS.replace("CM2 B", "CM9 Z"),
    "class_missing": MATHS.replace("CM2 B", ""),
    "unknown_teacher": MATHS.replace("claire.l", "Merlin"),
    "teacher_missing": MATHS.replace("claire.l", ""),
    "subject_missing": MATHS.replace("Mathématiques", ""),
    "odd_character": MATHS.replace("Mathématiques", "Maths \N{BELL}\N{SKULL}"),
    "name_too_long": MATHS.replace("Mathématiques", "m" * 61),
    "formula": MATHS.replace("Mathématiques", "=HYPERLINK(A1)"),
    "bad_day": MATHS.replace("mardi", "mardredi"),
    "bad_time": MATHS.replace("8h30", "8h75"),
    "bad_minutes": MATHS.replace(";55", ";longtemps"),
    "length_missing": MATHS.replace(";55", ";"),
    "outside_the_day": MATHS.replace("8h30", "5h00"),
    "too_many_cells": MATHS.replace("\n", ";x;y;z\n"),
    "cell_too_long": MATHS.replace("claire.l", "c" * 5000),
}


@pytest.mark.usefixtures("group")
class TestRefusing:
    @pytest.mark.parametrize("code", REFUSED)
    def test_a_wrong_line_refuses_the_file_and_changes_nothing(self, sheet: Path, code: str) -> None:
        report = run(sheet, HEADING + FRENCH + REFUSED[code])
        assert codes(report)[0] == code
        assert (report.findings[0].line, report.is_refused, slots()) == (3, True, [])
        assert all(finding.sentence.isprintable() and len(finding.sentence) < 200 for finding in report.findings)

    @pytest.mark.parametrize(
        ("start", "length", "code"),
        [
            ("20h30", "60", "outside_the_day"),
            ("24h00", "60", "bad_time"),
            ("8.30", "60", "bad_time"),
            ("8,333", "60", "bad_time"),
            ("-8", "60", "formula"),
            ("٨h٣٠", "60", "bad_time"),
            ("1e400", "60", "bad_time"),
            ("99", "60", "bad_time"),
            ("8h30", "0", "bad_minutes"),
            ("8h30", "9999", "bad_minutes"),
            ("8h30", "99999999999", "bad_minutes"),
            ("8h30", "-55", "formula"),
        ],
    )
    def test_hours_that_no_lesson_has(self, sheet: Path, start: str, length: str, code: str) -> None:
        assert codes(run(sheet, HEADING + f"CM2 B;Maths;claire.l;mardi;{start};{length}\n"))[0] == code

    @pytest.mark.parametrize(
        ("end", "code"), [("8h00", "times_reversed"), ("8h30", "times_reversed"), ("10h", "length_mismatch")]
    )
    def test_an_end_that_contradicts(self, sheet: Path, end: str, code: str) -> None:
        heading, line = HEADING.replace("\n", ";fin\n"), MATHS.replace("\n", f";{end}\n")
        assert codes(run(sheet, heading + line))[0] == code

    @pytest.mark.parametrize(
        ("since", "until", "code"),
        [
            ("31/02/2027", "", "bad_date"),
            ("demain", "", "bad_date"),
            ("", "01/13/2026", "bad_date"),
            ("01/12/2026", "01/10/2026", "dates_reversed"),
            ("0001-01-01", "", "date_far"),
            ("", "9999-12-31", "date_far"),
        ],
    )
    def test_dates_that_no_school_year_has(self, sheet: Path, since: str, until: str, code: str) -> None:
        assert codes(run(sheet, DATED + MATHS.replace("\n", f";{since};{until}\n")))[0] == code

    def test_all_that_is_wrong_with_a_line_is_said_at_once(self, sheet: Path) -> None:
        report = run(sheet, HEADING + "CM2 B;;Merlin;samedu;8h30;55\n")
        assert codes(report)[:3] == ["subject_missing", "unknown_teacher", "bad_day"]
        assert report.files["emploi.csv"].errors == 1

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty_file"),
            (b"\x00" * 20, "nul_byte"),
            ((HEADING + MATHS).encode("utf-16"), "nul_byte"),
            (b"x;y\n1;2\n", "missing_column"),
            (b"classe;mati\xc3\xa8re;enseignant;jour;d\xc3\xa9but\n", "missing_column"),
            (b"classe;" + HEADING.encode() + b";;;;;;\n", "duplicate_column"),
            (b"x;" * 300 + b"\n", "too_many_columns"),
            (HEADING.encode() + b'CM2 B;"Maths;claire.l\n', "malformed_csv"),
            (HEADING.encode() + b"x;" * 70_000 + b"\n", "too_many_cells"),
            (HEADING.encode() + MATHS.encode() * 20_001, "too_many_lines"),
            (b"x" * ((4 << 20) + 1), "file_too_big"),
        ],
    )
    def test_a_file_that_is_no_timetable(self, sheet: Path, content: bytes, code: str) -> None:
        report = run(sheet, content)
        assert code in codes(report)
        assert (report.is_refused, slots()) == (True, [])

    def test_a_file_that_was_not_read_to_its_end_refuses_even_when_errors_may_be_skipped(self, sheet: Path) -> None:
        report = run(sheet, HEADING + MATHS + 'CM2 B;"Maths;claire.l\n', skip_errors=True)
        assert (report.is_refused, slots()) == (True, [])

    def test_a_link_to_another_file_is_not_followed(self, sheet: Path, tmp_path: Path) -> None:
        (tmp_path / "secret.csv").write_text(HEADING + MATHS, "utf-8")
        sheet.symlink_to(tmp_path / "secret.csv")
        assert codes(import_timetable(sheet, now=NOW, apply=True)) == ["not_a_plain_file"]

    def test_with_skipped_errors_the_good_lines_are_taken_and_nothing_of_their_class_ends(self, sheet: Path) -> None:
        run(sheet, HEADING + FRENCH)
        report = run(sheet, HEADING + MATHS + REFUSED["bad_day"], skip_errors=True)
        assert report.is_applied
        assert "nothing_ended" in codes(report)
        assert {slot[1]: slot[-1] for slot in slots()} == {
            "Français": date(2027, 8, 31),
            "Mathématiques": date(2027, 8, 31),
        }

    def test_a_refused_line_of_an_unknown_class_ends_nothing_anywhere(self, sheet: Path) -> None:
        run(sheet, HEADING + FRENCH)
        run(sheet, HEADING + MATHS + REFUSED["unknown_class"], skip_errors=True)
        assert periods()["Français"][1] == date(2027, 8, 31)


class TestNaming:
    def test_with_two_schools_the_line_has_to_say_which(self, sheet: Path, group: ClassGroup) -> None:
        factories.make_school()
        assert codes(run(sheet, HEADING + MATHS)) == ["school_missing"]
        school = group.school
        for said in (str(school.uai).lower(), school.name.upper()):
            report = run(sheet, "établissement;" + HEADING + f"{said};" + MATHS, apply=False)
            assert (codes(report), report.changes["TimetableSlot"]["added"]) == ([], 1)
        assert codes(run(sheet, "UAI;" + HEADING + "0000000A;" + MATHS)) == ["unknown_school"]

    def test_a_class_and_a_teacher_of_another_school_are_unknown(self, sheet: Path, group: ClassGroup) -> None:
        other = factories.make_class_group(factories.make_school(), name="CE1 A")
        factories.make_teacher(other, login="karim.h")
        at = "UAI;" + HEADING, f"{group.school.uai};"
        assert codes(run(sheet, at[0] + at[1] + MATHS.replace("CM2 B", "CE1 A"))) == ["unknown_class"]
        assert codes(run(sheet, at[0] + at[1] + MATHS.replace("claire.l", "karim.h")))[0] == "unknown_teacher"

    def test_two_teachers_of_one_name_are_told_apart_by_their_login(self, sheet: Path, group: ClassGroup) -> None:
        factories.make_teacher(group, given_name="Claire", family_name="Lefèvre", login="claire.l2")
        assert codes(run(sheet, HEADING + MATHS.replace("claire.l", "Claire Lefèvre")))[0] == "ambiguous_teacher"
        assert codes(run(sheet, HEADING + MATHS)) == []

    def test_pupils_heads_and_the_departed_teach_nothing(self, sheet: Path, group: ClassGroup) -> None:
        factories.make_pupil(group, given_name="Inès", family_name="Martin")
        Person.objects.filter(login="claire.l").update(closed_at=NOW)
        for name in ("Inès Martin", "claire.l"):
            assert codes(run(sheet, HEADING + MATHS.replace("claire.l", name)))[0] == "unknown_teacher"

    def test_among_classes_of_one_name_the_dates_decide(self, sheet: Path, group: ClassGroup) -> None:
        factories.make_class_group(group.school, name="CM2 B", school_year=2025)
        run(sheet, HEADING + MATHS)
        assert TimetableSlot.objects.get().class_group == group
        factories.make_class_group(group.school, name="CM2 B")
        assert codes(run(sheet, HEADING + MATHS)) == ["ambiguous_class"]

    def test_who_is_not_enrolled_in_the_class_may_teach_it_with_a_warning(self, sheet: Path, group: ClassGroup) -> None:
        factories.make_teacher(factories.make_class_group(group.school, name="CM1"), login="remplacant")
        report = run(sheet, HEADING + MATHS.replace("claire.l", "remplacant"))
        assert (codes(report), report.is_applied) == (["teacher_not_in_class"], True)


@pytest.mark.usefixtures("group")
class TestWondering:
    def test_a_line_twice_is_one_lesson(self, sheet: Path) -> None:
        report = run(sheet, HEADING + MATHS + MATHS)
        assert (codes(report), len(slots()), report.is_applied) == (["duplicate_line"], 1, True)

    def test_a_lesson_twice_at_overlapping_dates_is_refused(self, sheet: Path) -> None:
        second = MATHS.replace("\n", ";01/12/2026;\n")
        assert codes(run(sheet, DATED + MATHS.replace("\n", ";;\n") + second))[0] == "duplicate_lesson"

    def test_two_lessons_at_once_are_said_and_taken(self, sheet: Path) -> None:
        report = run(sheet, HEADING + MATHS + MATHS.replace("Mathématiques", "Français").replace("8h30", "9h00"))
        assert codes(report) == ["class_overlap", "teacher_overlap"]
        assert all(finding.line == 3 and "ligne 2" in finding.sentence for finding in report.findings)
        assert len(slots()) == 2

    def test_lessons_that_touch_or_share_no_day_do_not_overlap(self, sheet: Path) -> None:
        next_hour = MATHS.replace("8h30", "9h25").replace("\n", ";;18/12/2026\n")
        after_christmas = MATHS.replace("8h30", "9h00").replace("Math", "Arith").replace("\n", ";04/01/2027;\n")
        before = MATHS.replace("\n", ";;18/12/2026\n")
        assert codes(run(sheet, DATED + before + next_hour + after_christmas)) == []

    def test_a_teacher_who_has_another_class_at_that_time_is_said(self, sheet: Path, group: ClassGroup) -> None:
        other = factories.make_class_group(group.school, name="CM1 A")
        factories.make_slot(other, Person.objects.get(login="claire.l"))
        report = run(sheet, HEADING + MATHS)
        assert codes(report) == ["teacher_overlap"]
        assert "déjà dans l’emploi du temps" in report.findings[0].sentence

    @pytest.mark.parametrize(
        ("since", "until", "day", "code"),
        [
            ("01/09/2026", "30/09/2026", "mardi", "period_over"),
            ("02/12/2026", "04/12/2026", "mardi", "never_takes_place"),
            ("", "", "dimanche", "sunday"),
        ],
    )
    def test_what_is_lawful_and_perhaps_not_meant(
        self, sheet: Path, since: str, until: str, day: str, code: str
    ) -> None:
        line = MATHS.replace("mardi", day).replace("\n", f";{since};{until}\n")
        assert codes(run(sheet, DATED + line)) == [code]

    def test_many_lessons_at_the_same_time_are_compared_in_bounded_time(self, sheet: Path) -> None:
        lines = "".join(f"CM2 B;Groupe {n};claire.l;mardi;8h30;55\n" for n in range(3_000))
        assert run(sheet, HEADING + lines, apply=False).files["emploi.csv"].warnings == 2_999
