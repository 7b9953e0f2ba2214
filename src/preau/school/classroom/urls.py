"""URLs of this application. Ids are the 32 hexadecimal digits of the live class."""

from django.urls import path, re_path

from preau.school.classroom import views

_ID = r"(?P<live_class_id>[0-9a-f]{32})"
urlpatterns = [
    path("classe/ouvrir/", views.open_class, name="open_class"),
    re_path(rf"^classe/{_ID}/\Z", views.live_class, name="live_class"),
    re_path(rf"^classe/{_ID}/appel/\Z", views.register, name="register"),
    re_path(rf"^classe/{_ID}/appel\.csv\Z", views.register_csv, name="register_csv"),
]
