"""The school's pages. What the edge answers before Django is in docs/reference/interfaces.md."""

from django.urls import include, path

from preau.project.canary_view import canary

urlpatterns = [
    path("__canary__", canary),  # the edge keeps this path from the outside
    path("", include("preau.school.home.urls")),
    path("", include("preau.school.signin.urls")),
    path("", include("preau.school.directory.urls")),
    path("", include("preau.school.classroom.urls")),
    path("", include("preau.school.work.urls")),
    path("", include("preau.school.operations.urls")),
]
handler400 = "preau.school.pages.refusals.bad_request"
handler403 = "preau.school.pages.refusals.forbidden"
handler404 = "preau.school.pages.refusals.not_found"
handler500 = "preau.school.pages.refusals.failure"
