"""Registers the application."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "preau.school.content"
    label = "content"
    verbose_name = "Parcours"
