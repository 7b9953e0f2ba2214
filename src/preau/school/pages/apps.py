"""Registers the application: what every page shares (frame, refusals, icons, words for hours and days). No tables."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "preau.school.pages"
    label = "pages"
    verbose_name = "Pages"
