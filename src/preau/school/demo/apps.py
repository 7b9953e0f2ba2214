"""Registers the application."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "preau.school.demo"
    label = "demo"
    verbose_name = "Démonstration"
