"""URLs of this application."""

from django.urls import URLPattern, path

from preau.school.signin import paper_views, pupil_views, staff_views

urlpatterns: list[URLPattern] = [
    path("connexion/", pupil_views.profiles, name="sign_in"),
    path("connexion/eleve/", pupil_views.class_code, name="class_code"),
    path("connexion/eleve/code/", pupil_views.pupil_code, name="pupil_code"),
    path("connexion/personnel/", staff_views.password, name="password"),
    path("deconnexion/", staff_views.sign_out, name="sign_out"),
    path("c/<str:token>", pupil_views.paper_card, name="paper_card"),
    path("classes/<uuid:class_group_id>/cartes/", paper_views.cards, name="cards"),
]
