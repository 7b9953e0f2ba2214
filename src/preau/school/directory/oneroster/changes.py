"""What an import will write: rows to add, rows to change, and the counts of both in words."""

from typing import Any

import msgspec
from django.db.models import Model

from preau.school.directory.models import ClassGroup, Guardianship, Membership, Person, School


class Table(msgspec.Struct, kw_only=True):
    """The changes of one table. ``closed`` and ``reopened`` are among ``changed``."""

    model: type[Model]
    fields: tuple[str, ...]
    added: list[Any] = []
    changed: list[Any] = []
    closed: int = 0
    reopened: int = 0

    def counts(self) -> dict[str, int]:
        """Rows by what happens to them; each row once."""
        changed = len(self.changed) - self.closed - self.reopened
        return {"added": len(self.added), "changed": changed, "closed": self.closed, "reopened": self.reopened}


class Changes(msgspec.Struct, kw_only=True):
    """The changes of an import, in the order in which they can be written."""

    schools: Table
    people: Table
    groups: Table
    memberships: Table
    guardianships: Table

    def tables(self) -> tuple[Table, ...]:
        """Parents first."""
        return self.schools, self.people, self.groups, self.memberships, self.guardianships

    def counts(self) -> dict[str, dict[str, int]]:
        """Counts by table name."""
        return {table.model.__name__: table.counts() for table in self.tables()}


def no_changes() -> Changes:
    """An import that would write nothing."""
    return Changes(
        schools=Table(model=School, fields=("name", "kind", "uai", "source", "source_id")),
        people=Table(model=Person, fields=("school", "profile", "given_name", "family_name", "login", "closed_at")),
        groups=Table(model=ClassGroup, fields=("school", "name", "grade", "school_year", "closed_at")),
        memberships=Table(model=Membership, fields=("since", "until")),
        guardianships=Table(model=Guardianship, fields=("closed_at",)),
    )
