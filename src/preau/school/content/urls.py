"""URLs of this application."""

from django.urls import path

from preau.school.content import views

urlpatterns = [
    path("parcours/", views.courses, name="courses"),
    path("parcours/<uuid:course_id>/", views.course, name="course"),
]
