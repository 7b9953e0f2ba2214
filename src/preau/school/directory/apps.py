"""Registers the application."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "preau.school.directory"
    label = "directory"
    verbose_name = "Annuaire"
