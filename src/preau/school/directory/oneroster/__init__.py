"""Imports a folder of OneRoster 1.1 or 1.2 CSV files into the directory. Start at ``importing.import_folder``."""

from preau.school.directory.oneroster.importing import ImportReport, import_folder

__all__ = ["ImportReport", "import_folder"]
