"""Draws the demo's pupils and their guardians: always the same ones. Pure.

Each class group has its own random sequence, seeded by its name, so that a change in one does not rename the others.
"""

import random
from collections.abc import Iterator
from typing import Final

import msgspec

from preau.school.demo import schools
from preau.school.demo.names import FAMILY_NAMES, GIVEN_NAMES
from preau.school.demo.schools import PlannedGroup, PlannedPupil
from preau.school.directory.grades import Section
from preau.school.signin.codes import CodeKind, draw_codes

_DRAWS: Final = 2_000
"""25 pupils out of 70 x 100 names: a draw is refused about once in ten."""


class Guardian(msgspec.Struct, frozen=True):
    """An adult who answers for pupils, each given as (group name, index in ``pupils_of_group``)."""

    given_name: str
    family_name: str
    children: tuple[tuple[str, int], ...]


def code_kind(group: PlannedGroup) -> CodeKind:
    """Pictures at the école, words for those who read and write at ease."""
    return CodeKind.PICTURES if group.grade.section is Section.ECOLE else CodeKind.WORDS


def pupils_of_group(group: PlannedGroup) -> list[PlannedPupil]:
    """The group's pupils, the fixed ones first; no two with the same short name, codes pairwise two places apart."""
    rng = random.Random(f"preau-demo/{group.name}")  # noqa: S311  invented people, the same each time
    count = rng.randint(schools.FEWEST_PUPILS, schools.MOST_PUPILS)
    names = [(pupil.given_name, pupil.family_name) for pupil in group.pupils]
    short_names = {(given_name, family_name[0]) for given_name, family_name in names}
    for _ in range(_DRAWS):
        if len(names) == count:
            break
        given_name, family_name = rng.choice(GIVEN_NAMES), rng.choice(FAMILY_NAMES).replace("-", " ")
        if (given_name, family_name[0]) not in short_names:
            short_names.add((given_name, family_name[0]))
            names.append((given_name, family_name))
    fixed = [pupil.code for pupil in group.pupils]
    codes = [*fixed, *draw_codes(rng, len(names) - len(fixed), code_kind(group), taken=fixed)]
    return [PlannedPupil(*name, code) for name, code in zip(names, codes, strict=True)]


def guardians() -> Iterator[Guardian]:
    """The guardian of three children in two schools, then one for each other pupil."""
    given_name, family_name = schools.GUARDIAN.split()
    theirs = tuple(
        (group, next(i for i, pupil in enumerate(pupils_of_group(group_named(group))) if pupil.given_name == name))
        for group, name in schools.CHILDREN_OF_GUARDIAN
    )
    yield Guardian(given_name, family_name, theirs)
    rng = random.Random("preau-demo/guardians")  # noqa: S311  invented people, the same each time
    for group in all_groups():
        for index, pupil in enumerate(pupils_of_group(group)):
            name = rng.choice(GIVEN_NAMES)
            if (group.name, index) not in theirs:
                yield Guardian(name, pupil.family_name, ((group.name, index),))


def all_groups() -> list[PlannedGroup]:
    """The ten class groups, from CP to Terminale."""
    return [group for school in schools.SCHOOLS for group in school.groups]


def group_named(name: str) -> PlannedGroup:
    """The class group of that name.

    Raises:
        KeyError: there is none.
    """
    return {group.name: group for group in all_groups()}[name]
