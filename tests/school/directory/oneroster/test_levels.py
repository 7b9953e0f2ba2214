import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.school.directory.grades import Grade
from preau.school.directory.models import SchoolKind
from preau.school.directory.oneroster.levels import Read, grade_in_title, kind_in_name, read_grade


@pytest.mark.parametrize("grade", list(Grade))
def test_our_own_codes_and_labels_are_read_without_a_guess(grade: Grade) -> None:
    assert read_grade(grade.value, None) == Read(grade, is_guess=False)
    if grade.section.value != "ecole":
        assert read_grade(str(grade.label), None) == Read(grade, is_guess=False)


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("6EME", "6E"),
        ("6ème", "6E"),
        ("sixième", "6E"),
        ("2nde", "2DE"),
        ("2DE", "2DE"),
        ("1ère", "1RE"),
        ("TLE", "TLE"),
    ],
)
def test_french_spellings(text: str, grade: str) -> None:
    assert read_grade(text, None) == Read(Grade(grade), is_guess=False)


@pytest.mark.parametrize(
    ("text", "grade"),
    [("PK", "MS"), ("KG", "GS"), ("01", "CP"), ("2", "CE1"), ("05", "CM2"), ("06", "6E"), ("12", "TLE"), ("13", "TLE")],
)
def test_ceds_codes_are_guesses_by_age(text: str, grade: str) -> None:
    assert read_grade(text, None) == Read(Grade(grade), is_guess=True)


@pytest.mark.parametrize(
    ("text", "kind", "grade"),
    [
        ("6", SchoolKind.COLLEGE, "6E"),
        ("2", SchoolKind.LYCEE, "2DE"),
        ("2", SchoolKind.ECOLE, "CE1"),
        ("T", None, "TLE"),
    ],
)
def test_a_bare_digit_depends_on_the_school(text: str, kind: SchoolKind | None, grade: str) -> None:
    assert read_grade(text, kind) == Read(Grade(grade), is_guess=True)


@pytest.mark.parametrize("text", ["", "14", "0", "UG", "=1", "classe", "99999999"])
def test_other_texts_say_nothing(text: str) -> None:
    assert read_grade(text, None) is None


@pytest.mark.parametrize(
    ("title", "grade"),
    [("CM2 B", "CM2"), ("6e 2", "6E"), ("3EME4", "3E"), ("Tle G1", "TLE"), ("2nde 5", "2DE"), ("1re G3", "1RE")],
)
def test_the_grade_in_the_name_of_a_class(title: str, grade: str) -> None:
    assert grade_in_title(title) == grade


def test_the_kind_in_the_name_of_a_school() -> None:
    assert kind_in_name("Lycée Olympe-de-Gouges") is SchoolKind.LYCEE
    assert kind_in_name("COLLEGE Simone-Veil") is SchoolKind.COLLEGE
    assert kind_in_name("école Jules-Ferry") is SchoolKind.ECOLE
    assert kind_in_name("School 1") is None


@given(st.text(max_size=20), st.sampled_from([None, *SchoolKind]))
def test_any_text_is_read_or_not(text: str, kind: SchoolKind | None) -> None:
    read = read_grade(text, kind)
    assert read is None or read.grade in set(Grade)
