"""Registers the application."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "preau.school.home"
    label = "home"
    verbose_name = "Accueil"
