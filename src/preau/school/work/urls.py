"""URLs of this application."""

from django.urls import path

from preau.school.work import views

urlpatterns = [
    path("travail/journal", views.journal, name="work-journal"),
    path("travail/reponse", views.answer, name="work-answer"),
    path("travail/suivi", views.progress, name="work-progress"),
]
