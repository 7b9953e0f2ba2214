"""The grade of a class: from its line, its course, its name, or the other classes of its school. Pure."""

from collections import Counter
from collections.abc import Callable

from preau.school.directory.grades import Grade
from preau.school.directory.models import SchoolKind
from preau.school.directory.oneroster import levels, roster
from preau.school.directory.oneroster.cells import read_list
from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.oneroster.tables import Line, Tables, shown


def grade_of_class(tables: Tables, found: roster.Roster, findings: Findings) -> Callable[[Line], Grade]:
    """How to tell the grade of a line of classes; every guess is a warning on that line."""
    courses = {line["sourcedId"]: line["grades"] or line["grade"] for line in tables.lines.get("courses", [])}
    kinds = {school.id: school.kind for school in found.schools.values()}
    usual = _usual_grades(tables, kinds)

    def warn(line: Line, code: str, sentence: str) -> None:
        findings.warn("classes", line.number, code, sentence)

    def grade_of(line: Line) -> Grade:
        kind = kinds.get(line["schoolSourcedId"])
        written = read_list(line["grades"] or line["grade"] or courses.get(line["courseSourcedId"], ""))
        reads = [read for text in written if (read := levels.read_grade(text, kind))]
        if len({read.grade for read in reads}) > 1:
            warn(line, "several_grades", f"Plusieurs niveaux : le premier est retenu, {reads[0].grade.label}.")
        if reads:
            if reads[0].is_guess:
                warn(line, "grade_guessed", f"Niveau « {shown(written[0])} » lu comme {reads[0].grade.label}.")
            return reads[0].grade
        in_title = levels.grade_in_title(line["title"])
        if in_title is not None:
            if written:
                warn(line, "grade_guessed", f"Niveau illisible : {in_title.label} est lu dans le nom de la classe.")
            return in_title
        guess = usual.get(line["schoolSourcedId"]) or levels.YOUNGEST[kind or SchoolKind.ECOLE]
        warn(line, "grade_guessed", f"Niveau absent ou illisible : {guess.label} est supposé.")
        return guess

    return grade_of


def _usual_grades(tables: Tables, kinds: dict[str, SchoolKind]) -> dict[str, Grade]:
    """School -> the grade that most of its classes have."""
    counters: dict[str, Counter[Grade]] = {}
    for line in tables.lines.get("classes", []):
        school = line["schoolSourcedId"]
        read = levels.read_grade(line["grades"] or line["grade"], kinds.get(school))
        if read:
            counters.setdefault(school, Counter())[read.grade] += 1
    return {school: counter.most_common(1)[0][0] for school, counter in counters.items()}
