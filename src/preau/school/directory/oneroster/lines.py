"""The lines of a file whose id and status are lawful. Pure."""

from collections.abc import Iterator

from preau.school.directory.oneroster.cells import Bad, is_leaving, read_id
from preau.school.directory.oneroster.findings import Findings
from preau.school.directory.oneroster.tables import Line, Tables, shown


def lawful(tables: Tables, name: str, findings: Findings) -> Iterator[tuple[Line, str, bool]]:
    """Line, sourcedId and whether it has gone, of the lines whose id and status can be read and come once."""
    seen: set[str] = set()
    for line in tables.lines.get(name, []):
        if findings.is_refused(name, line.number):
            continue
        found, leaving = read_id(line["sourcedId"]), is_leaving(line["status"])
        for bad in (found, leaving):
            if isinstance(bad, Bad):
                findings.refuse(name, line.number, bad.code, bad.sentence)
        if isinstance(found, Bad) or isinstance(leaving, Bad):
            continue
        if found in seen:
            findings.refuse(name, line.number, "duplicate_id", f"Identifiant déjà vu plus haut : « {shown(found)} ».")
            continue
        seen.add(found)
        yield line, found, leaving
