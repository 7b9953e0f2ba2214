from datetime import date, timedelta
from pathlib import Path

import pytest

from preau.school.directory.models import ClassGroup, Guardianship, Membership, Person, Profile, School
from preau.school.directory.oneroster import ImportReport, import_folder
from preau.school.directory.selectors import class_groups_of, pupils_of, pupils_of_guardian
from school import factories
from school.directory.oneroster.folders import CLASSES, ENROLMENTS, ORGS, SMALL, USERS, write_folder

pytestmark = [pytest.mark.data, pytest.mark.django_db]
NOW, TODAY = factories.NOW, factories.NOW.date()
TOMORROW = NOW + timedelta(days=1)
SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "oneroster"


def imported(folder: Path, now: object = NOW, **options: bool) -> ImportReport:
    return import_folder(folder, now=now, apply=True, **options)  # type: ignore[arg-type]


def codes(report: ImportReport) -> set[str]:
    return {finding.code for finding in report.findings}


def without(name: str, start: str) -> str:
    """The small folder's file without the lines that begin so."""
    return "".join(line for line in SMALL[name].splitlines(keepends=True) if not line.startswith(start))


def rows() -> dict[str, list[str]]:
    models = (School, Person, ClassGroup, Membership, Guardianship)
    return {model.__name__: sorted(map(str, model._default_manager.values_list())) for model in models}


class TestFirstImport:
    def test_a_dry_run_says_what_would_happen_and_writes_nothing(self, tmp_path: Path) -> None:
        report = import_folder(write_folder(tmp_path), now=NOW)
        assert report.findings == []
        assert not report.is_applied
        assert not report.is_refused
        assert {table: counts["added"] for table, counts in report.changes.items()} == {
            "School": 1,
            "Person": 4,
            "ClassGroup": 2,
            "Membership": 3,
            "Guardianship": 1,
        }
        assert all(not table for table in rows().values())

    def test_applied_the_directory_holds_what_the_dry_run_said(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path)
        dry = import_folder(folder, now=NOW)
        report = imported(folder)
        assert report.is_applied
        assert report.changes == dry.changes
        school = School.objects.get()
        assert (school.uai, school.kind) == ("0751234J", "ecole")
        group = ClassGroup.objects.get(name="CM2 B")
        assert (group.grade, group.school_year, len(group.sign_in_code)) == ("CM2", 2026, 8)
        assert [pupil.full_name for pupil in pupils_of(group, TODAY)] == ["Malo Kerbrat", "Inès Martin"]
        ines = Person.objects.get(given_name="Inès")
        assert (ines.profile, ines.login, ines.has_usable_password()) == (Profile.PUPIL, None, False)
        assert pupils_of_guardian(Person.objects.get(login="sophie.m")) == [ines]
        assert class_groups_of(Person.objects.get(login="claire.l"), TODAY) == [group]

    def test_lines_are_counted_by_their_state(self, tmp_path: Path) -> None:
        users = SMALL["users"] + "u9,active,TRUE,o1,student,,Zoé,,\n" + "u10,active,TRUE,o1,wizard,,Merlin,X,\n"
        report = import_folder(write_folder(tmp_path, users=users), now=NOW)
        assert (report.files["users"].ok, report.files["users"].warnings, report.files["users"].errors) == (5, 1, 1)
        assert codes(report) == {"family_name_missing", "unknown_role"}

    def test_version_1_2_reads_posts_from_the_roles_file(self, tmp_path: Path) -> None:
        users = (
            "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,primaryOrgSourcedId\n"
            "u1,active,2026-09-01,true,ines,Inès,Martin,o1\nt1,active,2026-09-01,true,claire,Claire,Lefèvre,o1\n"
        )
        roles = (
            "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId\n"
            "r0,active,,t1,secondary,guardian,,,o1\nr1,active,,u1,primary,student,,,o1\nr2,active,,t1,primary,teacher,,,o1\n"
        )
        manifest = SMALL["manifest"].replace("version,1.1", "version,1.2") + "file.roles,bulk\n"
        enrolments = ENROLMENTS + "e1,active,c1,o1,u1,student,2026-09-01,2027-07-03\n"
        folder = write_folder(tmp_path, users=users, roles=roles, manifest=manifest, enrollments=enrolments)
        report = imported(folder)
        assert report.findings == []
        assert Person.objects.get(login="claire").profile == Profile.TEACHER
        membership = Membership.objects.get()
        assert (membership.since, membership.until) == (date(2026, 9, 1), date(2027, 7, 3))
        assert imported(folder).rows_changed == 0

    def test_a_folder_without_a_manifest_is_read_as_complete(self, tmp_path: Path) -> None:
        report = imported(write_folder(tmp_path, manifest=None))
        assert codes(report) == {"no_manifest"}
        assert report.changes["Person"]["added"] == 4

    def test_byte_order_mark_semicolons_crlf_and_other_capitals_are_read(self, tmp_path: Path) -> None:
        orgs = SMALL["orgs"].replace(",", ";").replace("\n", "\r\n").replace("sourcedId", "SourcedID")
        report = imported(write_folder(tmp_path, orgs=b"\xef\xbb\xbf" + orgs.encode()))
        assert report.is_applied
        assert report.findings == []

    def test_the_school_year_is_that_of_the_term(self, tmp_path: Path) -> None:
        sessions = (
            "sourcedId,status,title,type,startDate,endDate,schoolYear\ns1,active,2025,schoolYear,2025-09-01,,2026\n"
        )
        manifest = SMALL["manifest"] + "file.academicSessions,bulk\n"
        classes = CLASSES + "c1,active,CM2 B,CM2,o1,s1\nc2,active,CM1 A,CM1,o1,s9\n"
        report = imported(write_folder(tmp_path, academicSessions=sessions, classes=classes, manifest=manifest))
        assert codes(report) == {"unknown_term"}
        assert dict(ClassGroup.objects.values_list("name", "school_year")) == {"CM2 B": 2025, "CM1 A": 2026}

    def test_grades_are_guessed_with_a_warning_where_none_can_be_read(self, tmp_path: Path) -> None:
        classes = CLASSES + "c1,active,Les Hiboux,2,o1,\nc2,active,CM1 A,,o1,\nc3,active,Les Chats,,o1,\n"
        report = imported(write_folder(tmp_path, classes=classes))
        assert [finding.line for finding in report.findings if finding.code == "grade_guessed"] == [2, 4]
        assert dict(ClassGroup.objects.values_list("name", "grade")) == {
            "Les Hiboux": "CE1",
            "CM1 A": "CM1",
            "Les Chats": "CE1",
        }

    def test_schools_that_are_each_other_s_parent_are_imported_with_a_warning(self, tmp_path: Path) -> None:
        orgs = ORGS + "o1,,École A,school,,o2\no2,,École B,school,,o1\no3,,Rectorat,district,,o9\n"
        report = imported(write_folder(tmp_path, orgs=orgs))
        assert codes(report) == {"parent_loop", "unknown_parent"}
        assert School.objects.count() == 2

    @pytest.mark.skipif(not SHARED.is_dir(), reason=f"the OneRoster set is not at {SHARED}")
    def test_the_set_of_another_maker_is_imported_sensibly_and_again_changes_nothing(self) -> None:
        dry = import_folder(SHARED, now=NOW)
        assert not School.objects.exists()
        report = imported(SHARED)
        assert not any(file.errors for file in report.files.values())
        assert report.changes == dry.changes
        assert (School.objects.count(), Person.objects.count(), ClassGroup.objects.count()) == (2, 2, 3)
        assert ClassGroup.objects.get(name="Class 1 title").grade == "CE1"
        assert imported(SHARED, TOMORROW).rows_changed == 0


class TestAgain:
    def test_the_same_folder_changes_nothing(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path)
        imported(folder)
        before = rows()
        assert imported(folder, TOMORROW).rows_changed == 0
        assert rows() == before

    def test_a_corrected_name_is_changed_and_nothing_else(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        code = ClassGroup.objects.get(name="CM2 B").sign_in_code
        report = imported(write_folder(tmp_path, users=SMALL["users"].replace("Kerbrat", "Le Bihan")))
        assert report.rows_changed == report.changes["Person"]["changed"] == 1
        assert Person.objects.filter(family_name="Le Bihan").exists()
        assert ClassGroup.objects.get(name="CM2 B").sign_in_code == code

    def test_who_is_missing_from_a_complete_file_is_closed_and_kept(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        folder = write_folder(tmp_path, users=without("users", "u2"), enrollments=without("enrollments", "e2"))
        report = imported(folder, TOMORROW)
        assert report.changes["Person"]["closed"] == report.changes["Membership"]["closed"] == 1
        malo = Person.objects.get(given_name="Malo")
        assert malo.closed_at == TOMORROW
        assert malo.memberships.get().until == TODAY
        assert imported(folder, TOMORROW).rows_changed == 0

    @pytest.mark.parametrize("gone", ["u2,tobedeleted,TRUE", "u2,active,FALSE", "u2,inactive,TRUE"])
    def test_who_is_marked_as_gone_is_closed(self, tmp_path: Path, gone: str) -> None:
        imported(write_folder(tmp_path))
        users = SMALL["users"].replace("u2,active,TRUE", gone)
        enrolments = without("enrollments", "e2")
        assert imported(write_folder(tmp_path, users=users, enrollments=enrolments)).changes["Person"]["closed"] == 1

    def test_who_comes_back_is_reopened_with_a_new_membership(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        imported(
            write_folder(tmp_path, users=without("users", "u2"), enrollments=without("enrollments", "e2")), TOMORROW
        )
        back = NOW + timedelta(days=30)
        folder = write_folder(tmp_path, users=SMALL["users"], enrollments=SMALL["enrollments"])
        report = imported(folder, back)
        assert report.changes["Person"]["reopened"] == report.changes["Membership"]["added"] == 1
        malo = Person.objects.get(given_name="Malo")
        assert malo.closed_at is None
        periods = list(malo.memberships.order_by("since").values_list("since", "until"))
        assert periods == [(TODAY, TODAY), (back.date(), None)]
        assert imported(folder, back + timedelta(days=1)).rows_changed == 0

    def test_a_pupil_who_changes_class_is_moved(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        enrolments = SMALL["enrollments"].replace("c1,o1,u2", "c2,o1,u2")
        imported(write_folder(tmp_path, enrollments=enrolments), TOMORROW)
        malo = Person.objects.get(given_name="Malo")
        assert [group.name for group in class_groups_of(malo, TOMORROW.date())] == ["CM1 A"]

    def test_a_class_that_is_missing_is_closed_and_comes_back(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        assert imported(write_folder(tmp_path, classes=without("classes", "c2"))).changes["ClassGroup"]["closed"] == 1
        report = imported(write_folder(tmp_path, classes=SMALL["classes"]))
        assert report.changes["ClassGroup"]["reopened"] == report.rows_changed == 1

    def test_a_guardian_who_is_no_longer_named_loses_sight_of_the_pupil(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        report = imported(write_folder(tmp_path, users=SMALL["users"].replace("Martin,g1", "Martin,")))
        assert report.changes["Guardianship"]["closed"] == 1
        assert pupils_of_guardian(Person.objects.get(login="sophie.m")) == []
        assert imported(write_folder(tmp_path, users=SMALL["users"])).changes["Guardianship"]["reopened"] == 1

    def test_a_partial_file_closes_nobody_who_is_not_in_it(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        manifest = (
            SMALL["manifest"].replace("users,bulk", "users,delta").replace("enrollments,bulk", "enrollments,delta")
        )
        users = USERS + "u3,active,TRUE,o1,student,,Aya,Diallo,\n"
        enrolments = ENROLMENTS + "e9,active,c1,o1,u3,student,,\ne2,tobedeleted,c1,o1,u2,student,,\n"
        report = imported(write_folder(tmp_path, manifest=manifest, users=users, enrollments=enrolments), TOMORROW)
        assert report.changes["Person"] == {"added": 1, "changed": 0, "closed": 0, "reopened": 0}
        assert report.changes["Membership"] == {"added": 1, "changed": 0, "closed": 1, "reopened": 0}

    def test_an_import_of_one_school_says_nothing_of_another(self, tmp_path: Path, pupil: Person) -> None:
        imported(write_folder(tmp_path))
        other = write_folder(
            tmp_path / "other",
            orgs=ORGS + "o2,,Collège B,school,0010856A,\n",
            classes=CLASSES + "k1,,6e 1,6E,o2,\n",
            users=USERS + "x1,,,o2,student,,Noé,Petit,\n",
            enrollments=ENROLMENTS + "y1,,k1,o2,x1,student,,\n",
        )
        report = imported(other)
        assert sum(counts["closed"] for counts in report.changes.values()) == 0
        pupil.refresh_from_db()
        assert pupil.closed_at is None

    def test_a_line_in_error_is_not_a_departure(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        users = SMALL["users"].replace("Malo,Kerbrat", "=cmd,Kerbrat")
        folder = write_folder(tmp_path, users=users)
        assert imported(folder).is_refused
        report = imported(folder, skip_errors=True)
        assert report.is_applied
        assert report.rows_changed == 0
        assert Person.objects.get(given_name="Malo").closed_at is None

    def test_the_period_that_goes_on_wins_over_one_that_is_over(self, tmp_path: Path) -> None:
        enrolments = ENROLMENTS + "a,,c1,o1,u1,student,2026-09-01,2026-10-01\nb,,c1,o1,u1,student,2026-11-01,\n"
        folder = write_folder(tmp_path, enrollments=enrolments)
        assert codes(imported(folder)) == {"duplicate_enrolment"}
        assert Membership.objects.get().since == date(2026, 11, 1)
        assert imported(folder, TOMORROW).rows_changed == 0


class TestConflicts:
    def test_a_school_made_by_hand_is_found_again_by_its_uai(self, tmp_path: Path) -> None:
        by_hand = factories.make_school(uai="0751234J", name="Jules-Ferry")
        report = imported(write_folder(tmp_path))
        assert report.changes["School"] == {"added": 0, "changed": 1, "closed": 0, "reopened": 0}
        by_hand.refresh_from_db()
        assert by_hand.source_id == "o1"

    def test_a_school_of_another_source_is_not_taken_over(self, tmp_path: Path) -> None:
        factories.make_school(uai="0751234J", source="demo", source_id="x")
        report = imported(write_folder(tmp_path))
        assert report.is_refused
        assert "uai_taken" in codes(report)
        assert not Person.objects.exists()

    def test_a_login_that_somebody_has_is_not_given_away(self, tmp_path: Path, school: School) -> None:
        factories.make_person(school, Profile.HEAD, login="claire.l")
        folder = write_folder(tmp_path)
        assert "login_taken" in codes(imported(folder))
        assert Person.objects.get(given_name="Claire").login is None
        assert imported(folder).rows_changed == 0


class TestRefusals:
    """Each hostile folder: refused with its code, nothing changed, even when asked to leave out what is wrong."""

    @pytest.mark.parametrize(
        ("files", "code"),
        [
            ({"users": SMALL["users"] + "u1,active,TRUE,o1,student,,Bis,Martin,\n"}, "duplicate_id"),
            ({"users": USERS + f"u1,active,TRUE,o1,student,,{'x' * 300},Martin,\n"}, "name_too_long"),
            ({"users": USERS + "u1,active,TRUE,o1,student,,Inès 🦊,Martin,\n"}, "odd_character"),
            ({"users": USERS + "u1,active,TRUE,o1,student,,I\u202enès,Martin,\n"}, "odd_character"),
            ({"users": USERS + "u1,active,TRUE,o1,student,,=cmd|'/c calc'!A1,Martin,\n"}, "formula"),
            ({"users": USERS + "u1,active,TRUE,o1,student,,Inès,@SUM(A1),\n"}, "formula"),
            ({"users": USERS + "../../etc/passwd,active,TRUE,o1,student,,Inès,Martin,\n"}, "bad_id"),
            ({"users": USERS + f"{'i' * 101},active,TRUE,o1,student,,Inès,Martin,\n"}, "id_too_long"),
            ({"users": USERS + ",active,TRUE,o1,student,,Inès,Martin,\n"}, "id_missing"),
            ({"users": USERS + "u1,perhaps,TRUE,o1,student,,Inès,Martin,\n"}, "unknown_status"),
            ({"users": USERS + "u1,active,TRUE,o1,student,,,,\n"}, "name_missing"),
            ({"users": USERS + "u1,active,TRUE,o9,student,,Inès,Martin,\n"}, "unknown_school"),
            ({"users": USERS + "u1,active,TRUE,o1,systemAdministrator,,Inès,Martin,\n"}, "unknown_role"),
            ({"users": USERS + "u1,active,TRUE,o1,student,,Inès,Martin,,,,,too,many\n"}, "too_many_cells"),
            ({"users": USERS + f"u1,active,TRUE,o1,student,,Inès,{'x' * 5000},\n"}, "cell_too_long"),
            ({"classes": CLASSES + "c1,active,,CM2,o1,\n"}, "name_missing"),
            ({"classes": CLASSES + "c1,active,CM2 B,CM2,o9,\n"}, "unknown_school"),
            ({"enrollments": ENROLMENTS + "e1,active,c9,o1,u1,student,,\n"}, "unknown_class"),
            ({"enrollments": ENROLMENTS + "e1,active,c1,o1,u9,student,,\n"}, "unknown_user"),
            ({"enrollments": ENROLMENTS + "e1,active,c1,o1,u1,teacher,,\n"}, "role_mismatch"),
            ({"enrollments": ENROLMENTS + "e1,active,c1,o1,u1,student,01/09/2026,\n"}, "bad_date"),
            ({"enrollments": ENROLMENTS + "e1,active,c1,o1,u1,student,2027-01-01,2026-01-01\n"}, "dates_reversed"),
            ({"orgs": ORGS + "o1,,,school,,\n"}, "name_missing"),
        ],
    )
    def test_a_bad_line_refuses_the_import(self, tmp_path: Path, files: dict[str, str], code: str) -> None:
        report = imported(write_folder(tmp_path, **files))
        assert report.is_refused
        assert code in codes(report)
        assert all(not table for table in rows().values())

    @pytest.mark.parametrize(
        ("files", "code"),
        [
            ({"users": SMALL["users"].encode() + b"u\x00,,,,,,,,\n"}, "nul_byte"),
            ({"users": SMALL["users"].encode("latin-1")}, "not_utf8"),
            ({"users": SMALL["users"].encode("utf-16")}, "nul_byte"),
            ({"users": "nom,prenom\nMartin,Inès\n"}, "missing_column"),
            ({"users": SMALL["users"].replace("username", "role")}, "duplicate_column"),
            ({"users": "a" + ",a" * 300 + "\n"}, "too_many_columns"),
            ({"users": SMALL["users"] + 'u7,"never closed\n'}, "malformed_csv"),
            ({"users": SMALL["users"] + "u7," + "x" * 200_000}, "malformed_csv"),
            ({"users": None}, "file_missing"),
            ({"manifest": SMALL["manifest"].replace("users,bulk", "users,everything")}, "unknown_mode"),
            ({"manifest": "propertyName,value\nfile.users,absent\nfile.orgs,absent\n"}, "nothing_to_read"),
        ],
    )
    def test_a_file_that_is_not_read_to_its_end_refuses_it_whatever_is_asked(
        self, tmp_path: Path, files: dict[str, str | bytes | None], code: str
    ) -> None:
        report = imported(write_folder(tmp_path, **files), skip_errors=True)
        assert report.is_refused
        assert code in codes(report)
        assert report.rows_changed == 0
        assert all(not table for table in rows().values())

    def test_a_truncated_file_closes_nobody(self, tmp_path: Path) -> None:
        imported(write_folder(tmp_path))
        before = rows()
        imported(write_folder(tmp_path, users=USERS + 'u1,"'), skip_errors=True)
        assert rows() == before

    def test_a_link_out_of_the_folder_is_not_followed(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text(SMALL["users"], "utf-8")
        folder = write_folder(tmp_path / "roster", users=None)
        (folder / "users.csv").symlink_to(secret)
        report = imported(folder)
        assert "not_a_plain_file" in codes(report)
        assert report.is_refused

    def test_a_path_in_the_manifest_opens_nothing(self, tmp_path: Path) -> None:
        manifest = SMALL["manifest"] + "file.../../secret,bulk\n"
        assert codes(imported(write_folder(tmp_path, manifest=manifest))) == {"file_not_used"}

    def test_a_huge_file_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path)
        with (folder / "users.csv").open("r+b") as file:
            file.truncate(65 << 20)  # sparse: takes no room
        assert "file_too_big" in codes(imported(folder))

    def test_what_is_no_folder_is_refused(self, tmp_path: Path) -> None:
        assert codes(imported(tmp_path / "nowhere")) == {"not_a_folder"}
        assert codes(imported(tmp_path)) >= {"nothing_to_read"}

    def test_an_endless_list_of_mistakes_is_counted_and_not_kept(self, tmp_path: Path) -> None:
        users = USERS + "".join(f"u{n},active,TRUE,o1,student,,=x,Martin,\n" for n in range(1200))
        report = imported(write_folder(tmp_path, users=users, enrollments=ENROLMENTS))
        assert len(report.findings) == 1000
        assert report.findings_left_out == 200
        assert report.files["users"].errors == 1200
