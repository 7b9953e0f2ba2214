"""Opening and closing sessions, and the card that a sign-in leaves on the device."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from preau.school.directory.models import Person, Profile
from preau.school.directory.selectors import card_hours, class_groups_of
from preau.tokens import card
from preau.tokens.keyring import DAY_S

_ROLES: Final = {
    Profile.PUPIL: card.Role.PUPIL,
    Profile.TEACHER: card.Role.TEACHER,
    Profile.GUARDIAN: card.Role.GUARDIAN,
}
"""What the gate needs to know of a profile; everybody else works for the school."""


def issue_card(response: HttpResponse, person: Person, now: datetime) -> None:
    """Gives the device its card: who it is for the gate (a pseudonym), with whom it has class, and when this week."""
    now_s = now.timestamp()
    content = card.Card(
        expires_at_s=card.expiry(now_s),
        role=_ROLES.get(Profile(person.profile), card.Role.STAFF),
        subject=settings.PREAU_KEYRING.pseudonym("subject", person.pk.hex),
        group=_group(person, now),
        hours=card_hours(person, now),
    )
    response.set_cookie(
        settings.PREAU_COOKIES.card,
        card.mint(settings.PREAU_KEYRING, content, now_s=now_s),
        max_age=card.LIFE_DAYS * DAY_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _group(person: Person, now: datetime) -> str:
    """The class that enters together with a pupil. A teacher has several and enters before them: none."""
    if person.profile != Profile.PUPIL:
        return card.NO_GROUP
    groups = class_groups_of(person, timezone.localdate(now))
    return settings.PREAU_KEYRING.pseudonym("group", groups[0].pk.hex) if groups else card.NO_GROUP
