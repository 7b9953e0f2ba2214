"""A folder becomes an edition, all or nothing."""

import hashlib
import json
import os
from pathlib import Path

import pytest

import preau.school.demo
from preau.school.content import inventory
from preau.school.content.models import Course, Edition, Lesson
from preau.school.content.report import Outcome, Report
from preau.school.content.services import import_markdown
from school.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.data]

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
ITEM = '```item\nkey = "{key}"\nkind = "choice"\nprompt = "?"\nchoices = ["x", "y"]\nanswer = [0]\n```\n'
DEMO = Path(preau.school.demo.__file__).parent / "courses"
NSI = Path(__file__).resolve().parents[4] / "shared" / "data" / "nsi_terminale"


@pytest.fixture
def folder(tmp_path: Path, data_folder: Path) -> Path:
    """A course of two lessons with a picture."""
    made = tmp_path / "mon-cours"
    (made / "img").mkdir(parents=True)
    (made / "course.toml").write_text('title = "Cours"\ngrade = "CM1"\nlicence = "CC-BY-4.0"\n', encoding="utf-8")
    (made / "01-un.md").write_text("# Un\n\n![a](img/a.png)\n\n" + ITEM.format(key="q"), encoding="utf-8")
    (made / "02-deux.md").write_text("# Deux\n\n[avant](01-un.md)\n", encoding="utf-8")
    (made / "img" / "a.png").write_bytes(PNG)
    return made


def _page(report: Report, data_folder: Path, key: str) -> str:
    return (data_folder / "colis" / "editions" / report.edition_sha256 / f"{key}.html").read_text(encoding="utf-8")


def _everything(data_folder: Path) -> list[Path]:
    return [path for path in data_folder.rglob("*") if path.is_file() and "colis" in path.parts]


def _accounted(report: Report, folder: Path) -> bool:
    present = sum(len(files) for _root, _folders, files in os.walk(folder))
    return sum(report.counts().values()) == len(report.files) == present


def test_a_folder_becomes_a_course_an_edition_and_a_package(folder: Path, data_folder: Path) -> None:
    report = import_markdown(folder, NOW)
    assert (report.ok, report.new_edition, report.lesson_count, report.item_count) == (True, True, 2, 1)
    assert _accounted(report, folder)
    assert [lesson.key for lesson in Lesson.objects.all()] == ["un", "deux"]
    edition = data_folder / "colis" / "editions" / report.edition_sha256
    manifest = (edition / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == report.edition_sha256 == Edition.objects.get().manifest_sha256
    for listed in json.loads(manifest)["files"]:
        content = (edition / listed["path"]).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (listed["sha256"], listed["size"])


def test_images_and_lessons_are_linked_inside_the_package(folder: Path, data_folder: Path) -> None:
    report = import_markdown(folder, NOW)
    assert f'src="/colis/fichiers/{hashlib.sha256(PNG).hexdigest()}.png"' in _page(report, data_folder, "un")
    assert 'href="un.html"' in _page(report, data_folder, "deux")


def test_importing_again_changes_nothing(folder: Path, data_folder: Path) -> None:
    first = import_markdown(folder, NOW)
    before = {path: path.read_bytes() for path in _everything(data_folder)}
    second = import_markdown(folder, NOW)
    assert (second.new_edition, second.edition_sha256, second.edition_number) == (False, first.edition_sha256, 1)
    assert {path: path.read_bytes() for path in _everything(data_folder)} == before
    assert (Course.objects.count(), Edition.objects.count(), Lesson.objects.count()) == (1, 1, 2)


def test_a_correction_is_a_new_edition_and_going_back_publishes_the_old_one_again(folder: Path) -> None:
    first = import_markdown(folder, NOW)
    original = (folder / "02-deux.md").read_text(encoding="utf-8")
    (folder / "02-deux.md").write_text(original + "\nEncore.\n", encoding="utf-8")
    second = import_markdown(folder, NOW)
    assert (second.edition_number, second.new_edition) == (2, True)
    (folder / "02-deux.md").write_text(original, encoding="utf-8")
    third = import_markdown(folder, NOW)
    assert (third.edition_sha256, third.edition_number, third.new_edition) == (first.edition_sha256, 3, False)
    current = Course.objects.get().current
    assert current is not None
    assert current.manifest_sha256 == first.edition_sha256


def test_a_dry_run_reports_the_same_and_writes_nothing(folder: Path, data_folder: Path) -> None:
    tried = import_markdown(folder, NOW, True)
    assert not Course.objects.exists()
    assert _everything(data_folder) == []
    assert import_markdown(folder, NOW).edition_sha256 == tried.edition_sha256


@pytest.mark.parametrize(
    ("name", "text", "line", "code"),
    [
        ("03-x.md", "Bonjour\n\n" + ITEM.format(key="q").replace("[0]", "[7]"), 8, "answer_invalid"),
        ("03-x.md", "+++\nweek = 0\n+++\n", 2, "number_out_of_range"),
        ("03-x.md", "+++\ntitle = 'x'\n", 1, "front_matter_open"),
        ("03-x.md", ITEM.format(key="r") + "\n" + ITEM.format(key="r"), 9, "item_key_duplicate"),
        ("03-x.md", "+++\nday = 1\n+++\n\n" + ITEM.format(key="q"), 5, "item_key_duplicate"),
        ("03-un.md", "# Un encore\n", 1, "lesson_key_duplicate"),
        ("03-x.md", "- liste\n\n  " + ITEM.format(key="q").replace("\n", "\n  "), 3, "item_nested"),
        ("course.toml", "title = ", 1, "toml_invalid"),
    ],
)
def test_a_broken_folder_changes_nothing_and_says_where(
    folder: Path, data_folder: Path, name: str, text: str, line: int, code: str
) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    report = import_markdown(folder, NOW)
    assert [(one.path, one.line, one.code) for one in report.problems if one.fatal] == [(name, line, code)]
    assert all(one.sentence.endswith(".") for one in report.problems)
    assert not Course.objects.exists()
    assert _everything(data_folder) == []


def test_what_cannot_be_taken_is_refused_with_a_reason_and_the_rest_is_imported(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n", encoding="utf-8")
    (folder / "lien.md").symlink_to(secret)
    (folder / "dossier").symlink_to(tmp_path)
    (folder / ".cache").write_bytes(b"x")
    (folder / "latin.md").write_bytes("# Été\n".encode("latin-1"))
    (folder / "programme.exe").write_bytes(b"MZ")
    (folder / "dessin.svg").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    (folder / "reste.pdf").write_bytes(b"%PDF-1.4")
    report = import_markdown(folder, NOW)
    assert report.ok
    refused = {entry.path: entry.code for entry in report.files if entry.outcome == Outcome.REFUSED}
    assert refused == {
        "lien.md": "symbolic_link",
        "dossier": "symbolic_link",
        ".cache": "hidden",
        "latin.md": "not_utf8",
        "programme.exe": "type_not_supported",
        "dessin.svg": "svg_unsafe",
    }
    assert report.counts() == {"lesson": 2, "course": 1, "image": 1, "attachment": 1, "refused": 6}
    assert all(entry.sentence.endswith(".") for entry in report.files if entry.outcome == Outcome.REFUSED)


@pytest.mark.parametrize("address", ["../secret.png", "/etc/passwd", "img/../../secret.png", "%2e%2e/secret.png"])
def test_no_image_outside_the_folder_is_ever_taken(
    folder: Path, data_folder: Path, tmp_path: Path, address: str
) -> None:
    (tmp_path / "secret.png").write_bytes(PNG + b"secret")
    (folder / "02-deux.md").write_text(f"# Deux\n\n![x]({address})\n", encoding="utf-8")
    report = import_markdown(folder, NOW)
    assert [(one.path, one.line, one.code) for one in report.problems] == [("02-deux.md", 3, "file_missing")]
    assert "secret" not in _page(report, data_folder, "deux")


def test_hostile_html_is_cleaned(folder: Path, data_folder: Path) -> None:
    hostile = (
        "# Deux\n\n<script>alert(1)</script>\n\n<b onclick='x()' style='color:red'>gras</b> <u>souligné</u>\n\n"
        "<iframe src='https://exemple.fr'></iframe>\n\n[lien](javascript:alert(1)) ![x](https://exemple.fr/x.png)\n\n"
        "<form action='/deconnexion/'><input name='x'></form>\n\n<img src=x onerror=alert(1)>\n\n"
        "<img src='absent.png' alt='> <script>alert(1)</script>'>\n\n"
        '```item\nkey = "r"\nkind = "match"\nprompt = "<script>alert(1)</script>"\n'
        'pairs = [["</script><script>alert(1)</script>", "<b>"], ["&", "2"]]\n```\n'
    )
    (folder / "02-deux.md").write_text(hostile, encoding="utf-8")
    report = import_markdown(folder, NOW)
    page = _page(report, data_folder, "deux")
    body = page.replace('<script type="module" src="/static/pupil.js"></script>', "")
    body = body.replace('<script type="application/json" id="preau-lesson">', "")
    assert "<script" not in body
    for trace in (
        "onclick",
        "style=",
        "<iframe",
        'href="javascript',
        "<img>",
        "exemple.fr/x.png",
        "onerror=",
        "deconnexion",
    ):
        assert trace not in body.replace("&lt;script&gt;", ""), trace
    assert "<u>souligné</u>" in body
    assert page.count("</script>") == 2


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("MAX_FILES", 3, "too_many_files"), ("MAX_FOLDER_BYTES", 60, "folder_too_large")],
)
def test_a_folder_beyond_the_caps_is_refused_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int, code: str
) -> None:
    monkeypatch.setattr(inventory, name, value)
    report = import_markdown(folder, NOW)
    assert [one.code for one in report.problems] == [code]
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("MAX_FILE_BYTES", 30, "file_too_large"), ("MAX_MARKDOWN_BYTES", 30, "markdown_too_large")],
)
def test_a_file_beyond_the_caps_is_refused_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int, code: str
) -> None:
    monkeypatch.setattr(inventory, name, value)
    report = import_markdown(folder, NOW)
    assert code in {entry.code for entry in report.files}


def test_an_absent_or_empty_folder_says_so(tmp_path: Path, data_folder: Path) -> None:
    assert [one.code for one in import_markdown(tmp_path / "rien", NOW).problems] == ["not_a_folder"]
    (tmp_path / "vide").mkdir()
    assert [one.code for one in import_markdown(tmp_path / "vide", NOW).problems] == ["no_lesson"]


def test_a_folder_that_says_nothing_of_itself_is_imported_all_the_same(tmp_path: Path, data_folder: Path) -> None:
    made = tmp_path / "Cours de NSI"
    made.mkdir()
    (made / "README.md").write_text("## Le manuel\n", encoding="utf-8")
    for name in ("c10a.md", "c2a.md", "c2b.md"):
        (made / name).write_text("### 1) Ce qu’il faut savoir\n\n<sub>2</sub>\n", encoding="utf-8")
    report = import_markdown(made, NOW, grade="TLE")
    course = Course.objects.get()
    assert (course.key, course.title, course.grade) == ("cours-de-nsi", "Le manuel", "TLE")
    titles = [(lesson.key, lesson.title) for lesson in Lesson.objects.all()]
    assert titles[0] == ("c2a", "Ce qu’il faut savoir (c2a)")
    assert [key for key, _title in titles] == ["c2a", "c2b", "c10a"]
    assert _accounted(report, made)


@pytest.mark.parametrize("declares", [True, False])
def test_a_level_that_does_not_exist_is_refused(folder: Path, data_folder: Path, declares: bool) -> None:  # noqa: FBT001  a case
    if not declares:
        (folder / "course.toml").unlink()
    report = import_markdown(folder, NOW, grade="XX")
    assert [(one.path, one.code) for one in report.problems] == [("", "grade_unknown")]
    assert "CM1" in report.problems[0].sentence
    assert not Course.objects.exists()
    assert _everything(data_folder) == []


@pytest.mark.parametrize("name", ["cp", "cm1", "sixieme", "troisieme", "seconde"])
def test_the_courses_of_the_demo_have_no_problem(data_folder: Path, name: str) -> None:
    report = import_markdown(DEMO / name, NOW)
    assert report.problems == []
    assert report.counts()["refused"] == 0
    assert report.lesson_count >= 3


def test_a_crash_before_the_last_rename_leaves_no_edition(
    folder: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(self: Path, target: Path) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", cut)
        with pytest.raises(OSError, match="power cut"):
            import_markdown(folder, NOW)
    assert not Course.objects.exists()
    assert import_markdown(folder, NOW).new_edition


@pytest.mark.skipif(not NSI.is_dir(), reason="the NSI folder is not on this machine")
def test_the_nsi_manual_is_imported_whole(data_folder: Path) -> None:
    report = import_markdown(NSI, NOW)
    assert report.ok
    assert _accounted(report, NSI)
    assert report.lesson_count == 80
    assert report.counts()["refused"] == 0
    keys = [lesson.key for lesson in Lesson.objects.all()]
    assert keys.index("c2a") < keys.index("c10a")
