"""URLs of this application."""

from django.urls import URLPattern, path

from preau.school.operations import views

urlpatterns: list[URLPattern] = [
    path("exploitation/portail/", views.gate_page, name="gate_page"),
    path("exploitation/portail/etat.json", views.gate_state, name="gate_state"),
    path("exploitation/portail/ordre", views.give, name="gate_order"),
]
