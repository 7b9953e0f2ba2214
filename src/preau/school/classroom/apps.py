"""Registers the application."""

from django.apps import AppConfig
from django.db.models.signals import post_save


class ClassroomConfig(AppConfig):
    name = "preau.school.classroom"
    label = "classroom"
    verbose_name = "Classes virtuelles"

    def ready(self) -> None:
        """From now on the live room is told whose seats are no longer good."""
        from preau.school.classroom import services  # noqa: PLC0415  needs the models
        from preau.school.directory.models import Person  # noqa: PLC0415  likewise
        from preau.school.directory.seats import seating_changed  # noqa: PLC0415  likewise

        post_save.connect(services.on_person_saved, sender=Person, dispatch_uid="classroom.departures")
        seating_changed.connect(services.on_seating_changed, dispatch_uid="classroom.rosters")
