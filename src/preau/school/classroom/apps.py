"""Registers the application."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "preau.school.classroom"
    label = "classroom"
    verbose_name = "Classes virtuelles"
