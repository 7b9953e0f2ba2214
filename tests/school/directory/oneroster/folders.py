"""Writes small OneRoster folders for the tests."""

from pathlib import Path
from typing import Any

ORGS = "sourcedId,status,name,type,identifier,parentSourcedId\n"
CLASSES = "sourcedId,status,title,grades,schoolSourcedId,termSourcedIds\n"
USERS = "sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName,agentSourcedIds\n"
ENROLMENTS = "sourcedId,status,classSourcedId,schoolSourcedId,userSourcedId,role,beginDate,endDate\n"

SMALL: dict[str, str] = {
    "manifest": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n"
    "file.orgs,bulk\nfile.classes,bulk\nfile.users,bulk\nfile.enrollments,bulk\nfile.results,absent\n",
    "orgs": ORGS + "o1,active,École Jules-Ferry,school,0751234J,\n",
    "classes": CLASSES + "c1,active,CM2 B,CM2,o1,\nc2,active,CM1 A,CM1,o1,\n",
    "users": USERS
    + "u1,active,TRUE,o1,student,,Inès,Martin,g1\n"
    + "u2,active,TRUE,o1,student,,Malo,Kerbrat,\n"
    + "t1,active,TRUE,o1,teacher,claire.l,Claire,Lefèvre,\n"
    + "g1,active,TRUE,o1,guardian,sophie.m,Sophie,Martin,\n",
    "enrollments": ENROLMENTS
    + "e1,active,c1,o1,u1,student,,\n"
    + "e2,active,c1,o1,u2,student,,\n"
    + "e3,active,c1,o1,t1,teacher,,\n",
}


def write_folder(folder: Path, **files: str | bytes | None) -> Path:
    """The small folder, with some files replaced, or left out (None)."""
    folder.mkdir(exist_ok=True)
    contents: dict[str, Any] = SMALL | files
    for name, content in contents.items():
        path = folder / f"{name}.csv"
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
