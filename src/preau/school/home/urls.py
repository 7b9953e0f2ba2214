"""URLs of this application."""

from uuid import UUID

from django.urls import URLPattern, path, re_path, register_converter

from preau.school.home import class_work_views, course_views, day_views, family_views, school_views, views


class HexId:
    """The id of a course as lessons name it: 32 hex digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> UUID:
        return UUID(hex=value)

    def to_url(self, value: UUID) -> str:
        return value.hex


register_converter(HexId, "hex_id")

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
    path("classes/<uuid:class_group_id>/travail/", class_work_views.work_of_class, name="class_work"),
    path(
        "classes/<uuid:class_group_id>/travail/<hex_id:course_id>/<slug:lesson_key>/",
        class_work_views.work_of_lesson,
        name="lesson_work",
    ),
    path("etablissement/", school_views.my_school, name="my_school"),
]
