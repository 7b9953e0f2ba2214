"""Registers the application."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "preau.school.work"
    label = "work"
    verbose_name = "Travail"
