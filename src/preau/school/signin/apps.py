"""Registers the application."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "preau.school.signin"
    label = "signin"
    verbose_name = "Connexion"
