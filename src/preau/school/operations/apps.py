"""Registers the application."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "preau.school.operations"
    label = "operations"
    verbose_name = "Exploitation"
