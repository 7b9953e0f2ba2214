"""Checks the lines of a OneRoster folder against each other. Pure: lines in, a roster and findings out.

A refused line is left out with what hangs on it; whoever it names is neither changed nor taken for departed. A guess
(grade, kind of school) is made where the school would otherwise have to retype, and is always a warning.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Final

from preau.school.directory import uai
from preau.school.directory.models import SchoolKind
from preau.school.directory.oneroster import levels, roster
from preau.school.directory.oneroster.cells import Bad, read_date, read_name
from preau.school.directory.oneroster.enrolling import check_enrolments
from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.oneroster.grading import grade_of_class
from preau.school.directory.oneroster.lines import lawful
from preau.school.directory.oneroster.people import check_people
from preau.school.directory.oneroster.tables import Line, Tables, shown

_MAX_SCHOOL_NAME: Final = 200
_MAX_GROUP_NAME: Final = 60
_NOT_SCHOOLS: Final = frozenset({"district", "local", "state", "national", "department"})


def check(tables: Tables, known: roster.Known, findings: Findings, today: date) -> roster.Roster:
    """The roster that the lawful lines make."""
    found = roster.Roster(bulk=tables.bulk)
    _check_parents(tables, findings)
    _check_schools(tables, found, findings)
    _check_ids_only(tables, findings)
    schools = frozenset(found.schools) | known.schools
    _check_groups(tables, found, findings, schools, today)
    check_people(tables, found, findings, schools)
    check_enrolments(tables, found, findings, known)
    return found


def _check_parents(tables: Tables, findings: Findings) -> None:
    """Parents are not kept; loops among them are worth a word, for they break other software."""
    parents = {line["sourcedId"]: line["parentSourcedId"] for line in tables.lines.get("orgs", [])}
    for line in tables.lines.get("orgs", []):
        parent = line["parentSourcedId"]
        if parent and parent not in parents:
            findings.warn("orgs", line.number, "unknown_parent", f"Rattachement inconnu, ignoré : « {shown(parent)} ».")
        elif parent and _comes_back(line["sourcedId"], parents):
            findings.warn("orgs", line.number, "parent_loop", "Ces établissements se rattachent en boucle : ignoré.")


def _comes_back(start: str, parents: dict[str, str]) -> bool:
    place = start
    for _ in range(len(parents)):
        place = parents.get(place, "")
        if place == start:
            return True
        if not place:
            return False
    return False


def _check_schools(tables: Tables, found: roster.Roster, findings: Findings) -> None:
    kinds, codes = _kinds_by_classes(tables), set[str]()
    for line, org_id, leaving in lawful(tables, "orgs", findings):
        if line["type"].casefold() in _NOT_SCHOOLS:
            continue
        if line["type"].casefold() != "school":
            findings.warn("orgs", line.number, "unknown_type", f"Type inconnu, ignoré : « {shown(line['type'])} ».")
            continue
        if leaving:
            findings.warn("orgs", line.number, "school_kept", "Un établissement n’est jamais fermé par un import.")
        name = read_name(line["name"], _MAX_SCHOOL_NAME)
        if isinstance(name, Bad) or not name:
            bad = name if isinstance(name, Bad) else Bad("name_missing", "Cet établissement n’a pas de nom.")
            findings.refuse("orgs", line.number, bad.code, bad.sentence)
            continue
        kind = levels.kind_in_name(name) or kinds.get(org_id)
        if kind is None:
            kind = SchoolKind.ECOLE
            findings.warn(
                "orgs", line.number, "kind_guessed", "Ni école, ni collège, ni lycée : « école » est supposé."
            )
        code = _uai(line, codes, findings)
        found.schools[org_id] = roster.School(id=org_id, name=name, kind=kind, uai=code)


def _uai(line: Line, codes: set[str], findings: Findings) -> str | None:
    code = line["identifier"].upper()
    if not code:
        return None
    if not uai.is_valid(code):
        findings.warn("orgs", line.number, "not_a_uai", f"Ce n’est pas un code UAI, ignoré : « {shown(code)} ».")
        return None
    if code in codes:
        findings.warn("orgs", line.number, "duplicate_uai", f"Code UAI déjà vu plus haut, ignoré : {code}.")
        return None
    codes.add(code)
    return code


def _kinds_by_classes(tables: Tables) -> dict[str, SchoolKind]:
    """School -> kind, by the grades that most of its classes say without a guess."""
    sections: dict[str, Counter[str]] = {}
    for line in tables.lines.get("classes", []):
        read = levels.read_grade(line["grades"] or line["grade"], None)
        grade = read.grade if read and not read.is_guess else levels.grade_in_title(line["title"])
        if grade is not None:
            sections.setdefault(line["schoolSourcedId"], Counter())[grade.section.value] += 1
    return {school: SchoolKind(counter.most_common(1)[0][0]) for school, counter in sections.items()}


def _check_ids_only(tables: Tables, findings: Findings) -> None:
    """Sessions and courses are only looked up; their ids and dates have to be lawful all the same."""
    for name in ("academicSessions", "courses"):
        for line, _id, _leaving in lawful(tables, name, findings):
            for column in ("startDate", "endDate"):
                day = read_date(line[column])
                if isinstance(day, Bad):
                    findings.refuse(name, line.number, day.code, day.sentence)


def _check_groups(
    tables: Tables, found: roster.Roster, findings: Findings, schools: frozenset[str], today: date
) -> None:
    year_of, grade_of = _years(tables, findings, today), grade_of_class(tables, found, findings)
    for line in tables.lines.get("classes", []):
        found.untouched_groups.add(line["sourcedId"])
    for line, class_id, leaving in lawful(tables, "classes", findings):
        if leaving:
            found.left_groups.add(class_id)
            continue
        name, school = read_name(line["title"], _MAX_GROUP_NAME), line["schoolSourcedId"]
        if isinstance(name, Bad):
            findings.refuse("classes", line.number, name.code, name.sentence)
        elif not name:
            findings.refuse("classes", line.number, "name_missing", "Cette classe n’a pas de nom.")
        elif school not in schools:
            findings.refuse("classes", line.number, "unknown_school", f"Établissement inconnu : « {shown(school)} ».")
        else:
            found.groups[class_id] = roster.Group(
                id=class_id, school=school, name=name, grade=grade_of(line), school_year=year_of(line)
            )
    found.untouched_groups -= found.groups.keys() | found.left_groups


def _years(tables: Tables, findings: Findings, today: date) -> Callable[[Line], int]:
    """How to tell the school year of a class: by its first known term; this year's where there is none."""
    this_year = today.year if today.month >= 8 else today.year - 1  # noqa: PLR2004  August, as directory.selectors
    years: dict[str, int] = {}
    for line in tables.lines.get("academicSessions", []):
        start = read_date(line["startDate"])
        if isinstance(start, date):
            years[line["sourcedId"]] = start.year if start.month >= 8 else start.year - 1  # noqa: PLR2004  as above
        elif line["schoolYear"].isdecimal() and len(line["schoolYear"]) == 4:  # noqa: PLR2004  digits of a year
            years[line["sourcedId"]] = int(line["schoolYear"]) - 1  # OneRoster names the year by its end

    def year_of(line: Line) -> int:
        terms = [term.strip() for term in line["termSourcedIds"].split(",") if term.strip()]
        known = [years[term] for term in terms if term in years]
        if terms and not known:
            sentence = f"Période inconnue : la classe est mise dans l’année {this_year}-{this_year + 1}."
            findings.warn("classes", line.number, "unknown_term", sentence)
        return known[0] if known else this_year

    return year_of
