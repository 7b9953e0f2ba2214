"""Which files and columns of OneRoster 1.1 and 1.2 (CSV binding) the import reads. All others are ignored, and said so.

Source: 1EdTech, *OneRoster CSV Tables*, versions 1.1 and 1.2. ``grade`` and ``agents`` are what older exports write.
"""

from typing import Final

_COMMON: Final = frozenset({"sourcedId", "status", "dateLastModified"})

REQUIRED: Final[dict[str, frozenset[str]]] = {
    "orgs": frozenset({"sourcedId", "name", "type"}),
    "academicSessions": frozenset({"sourcedId"}),
    "courses": frozenset({"sourcedId"}),
    "classes": frozenset({"sourcedId", "title", "schoolSourcedId"}),
    "users": frozenset({"sourcedId", "givenName", "familyName"}),
    "roles": frozenset({"userSourcedId", "roleType", "role", "orgSourcedId"}),
    "enrollments": frozenset({"classSourcedId", "userSourcedId", "role"}),
    "demographics": frozenset({"userSourcedId"}),
}
"""The files that are read, in the order of reading, with the columns they cannot do without.

``demographics`` is checked and not kept: the school does not need birth dates or origins.
"""

READ: Final[dict[str, frozenset[str]]] = {
    "orgs": _COMMON | {"name", "type", "identifier", "parentSourcedId"},
    "academicSessions": _COMMON | {"title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"},
    "courses": _COMMON | {"schoolYearSourcedId", "title", "courseCode", "grade", "grades", "orgSourcedId"},
    "classes": _COMMON
    | {"title", "grade", "grades", "courseSourcedId", "classCode", "classType", "schoolSourcedId", "termSourcedIds"},
    "users": _COMMON
    | {"enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName", "grades"}
    | {"preferredGivenName", "preferredFamilyName", "agentSourcedIds", "agents", "primaryOrgSourcedId"},
    "roles": _COMMON | {"userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"},
    "enrollments": _COMMON
    | {"classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"},
    "demographics": _COMMON | {"userSourcedId"},
}

STANDARD_UNREAD: Final = frozenset(
    """
    userIds userId middleName identifier email sms phone password userMasterIdentifier resourceSourcedIds
    preferredMiddleName pronouns location subjects subjectCodes periods schoolYearId birthDate birthdate sex
    americanIndianOrAlaskaNative asian blackOrAfricanAmerican nativeHawaiianOrOtherPacificIslander white
    demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth
    publicSchoolResidenceStatus userProfileSourcedId
    """.split()  # noqa: SIM905  forty quotation marks would be read by nobody
)
"""Columns of the standard that are left unread without a word: nothing of the school needs them."""

MANIFEST: Final = "manifest"
