"""URLs of this application."""

from django.urls import URLPattern, path, re_path

from preau.school.home import course_views, day_views, family_views, school_views, views

urlpatterns: list[URLPattern] = [
    path("", views.front, name="front"),
    re_path(r"^(?P<name>ecole|college|lycee)/\Z", views.section, name="section"),
    path("aide/", views.help_page, name="help"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("confort/", views.comfort, name="comfort"),
    path("journee/", day_views.my_day, name="my_day"),
    path("famille/", family_views.family, name="family"),
    path("parcours/", course_views.courses, name="courses"),
    path("parcours/<uuid:course_id>/", course_views.course, name="course"),
    path("etablissement/", school_views.my_school, name="my_school"),
]
