"""People and structure of a school.

Four ideas: a School is the tenant; a Person has one profile; a ClassGroup belongs to one school year; a Membership says
who is in it, as what, from when to when. Departures are closed, never deleted.
"""

from preau.school.directory.models.group import ClassGroup, Membership, MembershipRole
from preau.school.directory.models.person import Guardianship, Person, Profile
from preau.school.directory.models.school import School, SchoolKind
from preau.school.directory.models.timetable import Subject, TimetableSlot

__all__ = [
    "ClassGroup",
    "Guardianship",
    "Membership",
    "MembershipRole",
    "Person",
    "Profile",
    "School",
    "SchoolKind",
    "Subject",
    "TimetableSlot",
]
