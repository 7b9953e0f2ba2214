"""Imports a timetable from one CSV file into the directory. Start at ``importing.import_timetable``."""

from preau.school.directory.timetable_import.importing import import_timetable

__all__ = ["import_timetable"]
