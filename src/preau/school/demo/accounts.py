"""The demo's accounts, as the table that is printed at the start and shown in the README. Public on purpose."""

import unicodedata
from typing import Final

import msgspec

from preau.school.demo import schools
from preau.school.demo.people import all_groups, group_named
from preau.school.demo.schools import PlannedGroup, PlannedSchool
from preau.school.directory import sign_in_code
from preau.school.signin.codes import spoken

PASSWORD: Final = "preau-demo"  # noqa: S105  the demo's, printed on its screens
"""Of every adult of the demo."""


class DemoAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table: ``login`` and ``password`` of adults, ``class_code`` and ``code`` of pupils.

    ``code_key`` is the code as ``signin.codes`` writes it.
    """

    who: str
    role: str
    lands_on: str
    login: str = ""
    password: str = ""
    class_code: str = ""
    code: str = ""
    code_key: str = ""

    @property
    def sign_in(self) -> str:
        """How to sign in, in words."""
        if self.login:
            return f"{self.login} / {self.password}"
        return f"{self.class_code} puis {self.code}"


def login_of(full_name: str) -> str:
    """``Claire Lefèvre`` -> ``claire.lefevre``."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", full_name.casefold()) if not unicodedata.combining(c))
    words = ("".join(c for c in word if c.isalnum()) for word in plain.replace("-", " ").split())
    return ".".join(words)


def demo_accounts() -> list[DemoAccount]:
    """A pupil of each grade that has its own course, a teacher of each section, a guardian, a head, an operator."""
    pupils = [_pupil(group) for group in all_groups() if group.pupils]
    teachers = [
        _adult(schools.SCHOOLS[0].teachers["CM1 A"], "enseignante du CM1 A", "/journee/"),
        _adult(schools.SCHOOLS[1].teachers["Mathématiques"], "enseignant de mathématiques, collège", "/journee/"),
        _adult(schools.SCHOOLS[2].teachers["SES"], "enseignante de SES, lycée", "/journee/"),
    ]
    others = [
        _adult(schools.GUARDIAN, "responsable de trois élèves dans deux établissements", "/famille/"),
        _adult(schools.SCHOOLS[0].head, f"directrice, {schools.SCHOOLS[0].name}", "/etablissement/"),
        _adult(schools.OPERATOR, "exploitant du portail", "/parcours/"),
    ]
    return [*pupils, *teachers, *others]


def pupil_accounts(group_name: str) -> list[DemoAccount]:
    """Every fixed pupil of a class group, for whoever needs several of one class."""
    group = group_named(group_name)
    return [_pupil(group, index) for index in range(len(group.pupils))]


def _pupil(group: PlannedGroup, index: int = 0) -> DemoAccount:
    pupil = group.pupils[index]
    return DemoAccount(
        who=f"{pupil.given_name} {pupil.family_name}",
        role=f"élève de {group.name}, {_school_of(group).name}",
        class_code=sign_in_code.written(group.sign_in_code),
        code=spoken(pupil.code),
        code_key=pupil.code,
        lands_on="/journee/",
    )


def _adult(full_name: str, role: str, lands_on: str) -> DemoAccount:
    return DemoAccount(who=full_name, role=role, login=login_of(full_name), password=PASSWORD, lands_on=lands_on)


def _school_of(group: PlannedGroup) -> PlannedSchool:
    return next(school for school in schools.SCHOOLS if group in school.groups)
