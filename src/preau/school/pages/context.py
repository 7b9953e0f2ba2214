"""What every page is given, as ``site``: who is signed in, where they can go, how they like to read.

Costs no query beyond the one that loads the person: section and given name are kept in the session at sign-in.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from preau.school.directory.grades import Section
from preau.school.directory.models import Person, Profile
from preau.school.directory.operators import is_operator

COMFORT_COOKIE = "confort"
CONTRAST = "contraste"
SPACING = "espacement"
ENGLISH = "anglais"

_VISITOR = (
    ("/ecole/", gettext_lazy("École"), "home"),
    ("/college/", gettext_lazy("Collège"), "school"),
    ("/lycee/", gettext_lazy("Lycée"), "book"),
    ("/connexion/", gettext_lazy("Connexion"), "key"),
)
_COURSES = ("/parcours/", gettext_lazy("Parcours"), "book")
_HELP = ("/aide/", gettext_lazy("Aide"), "help")
_GATE = ("/exploitation/portail/", gettext_lazy("Portail"), "state")
_MY_DAY = ("/journee/", gettext_lazy("Ma journée"), "day")
_SCHOOL = ("/etablissement/", gettext_lazy("Mon établissement"), "school")
PLACES = {
    Profile.PUPIL: (_MY_DAY, _COURSES, _HELP),
    Profile.TEACHER: (_MY_DAY, ("/parcours/", gettext_lazy("Parcours"), "book"), _HELP),
    Profile.GUARDIAN: (("/famille/", gettext_lazy("Ma famille"), "family"), _HELP),
    Profile.HEAD: (_SCHOOL, ("/parcours/", gettext_lazy("Parcours"), "book"), _HELP),
    Profile.SCHOOL_LIFE: (_SCHOOL, _HELP),
    Profile.AUTHOR: (("/parcours/", gettext_lazy("Parcours"), "book"), _HELP),
}
"""Where each profile can go: four at most, so that they fit under a thumb on a phone."""


def site(request: HttpRequest) -> dict[str, Any]:
    """The ``site`` of every template."""
    comfort = comfort_of(request)
    person = request.user if isinstance(request.user, Person) else None
    section = str(request.session.get("section", "")) if person else ""
    return {
        "site": {
            "is_pupil": person is not None and person.profile == Profile.PUPIL,
            "section": section,
            "section_label": Section(section).label if section in Section.values else "",
            "subject": settings.PREAU_KEYRING.pseudonym("subject", person.pk.hex) if person else "",
            "given_name": person.given_name if person else "",
            "full_name": person.full_name if person else "",
            "places": _places(request, person),
            "contrast": CONTRAST in comfort,
            "spacing": SPACING in comfort,
            "english": ENGLISH in comfort,
            "stylesheet": settings.PREAU_STYLESHEET,
        }
    }


def comfort_of(request: HttpRequest) -> list[str]:
    """What was chosen on /confort/: some of ``CONTRAST``, ``SPACING``, ``ENGLISH``, and whatever a stranger wrote."""
    return request.COOKIES.get(COMFORT_COOKIE, "").split("-")


def home_of(person: Person) -> str:
    """The page where a person's day begins."""
    return PLACES[Profile(person.profile)][0][0]


def _places(request: HttpRequest, person: Person | None) -> list[dict[str, Any]]:
    rows = PLACES[Profile(person.profile)] if person else _VISITOR
    if is_operator(person):
        rows = (*rows[:-1], _GATE, rows[-1])  # staff have three places at most: four fit under a thumb
    return [
        {"url": url, "label": str(label), "icon": f"icons/{icon}.svg", "current": request.path.startswith(url)}
        for url, label, icon in rows
    ]
