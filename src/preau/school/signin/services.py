"""Recognising people, opening and closing their sessions, and the card that a sign-in leaves on the device."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from preau.school.directory import sign_in_code
from preau.school.directory.models import ClassGroup, Membership, MembershipRole, Person, Profile
from preau.school.directory.selectors import card_hours, class_groups_of
from preau.school.signin import attempts, codes, refusals
from preau.school.signin.refusals import Refusal
from preau.school.signin.throttle import Held
from preau.school.signin.verification import line_of_this_process
from preau.tokens import card, envelope, sign_in_card
from preau.tokens.keyring import DAY_S

PUPIL_SESSION_S: Final = 30 * DAY_S
"""A child does not type a code every morning; a lost device is shut out by « Refaire la carte »."""
CONFIRMATION_S: Final = 600
"""How long « C’est bien toi ? » waits for its answer."""
LONGEST_PASSWORD_CHARS: Final = 256
_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
_CONFIRMATION_SALT: Final = "preau.signin.confirmation"
_ROLES: Final = {
    Profile.PUPIL: card.Role.PUPIL,
    Profile.TEACHER: card.Role.TEACHER,
    Profile.GUARDIAN: card.Role.GUARDIAN,
}
"""What the gate needs to know of a profile; everybody else works for the school."""


def class_group_of_code(typed: str) -> ClassGroup | None:
    """The class group whose code was typed, however it was written."""
    stored = sign_in_code.read(typed)
    if stored is None:
        return None
    return ClassGroup.objects.select_related("school").filter(sign_in_code=stored, closed_at=None).first()


def sign_in_pupil(*, class_group: ClassGroup, code: str, source: str, now: datetime) -> Person | Refusal:
    """Who in the class group has this code (``codes.read_pictures`` or ``read_words``). Opens nothing yet."""
    limits = attempts.limits_of_class(class_group.pk, source)
    taken = attempts.take(limits, now_s=int(now.timestamp()))
    if isinstance(taken, Held):
        until = datetime.fromtimestamp(taken.until_s, UTC)
        return refusals.pupil_must_pause(until=timezone.localtime(until), now=now)
    person = _pupil_with(class_group, codes.digest(settings.PREAU_KEYRING, class_group.pk, code), now)
    if person is None:
        return refusals.wrong_code(taken.left)
    attempts.give_back(limits)
    return person


def _pupil_with(class_group: ClassGroup, digest: str, now: datetime) -> Person | None:
    today = timezone.localdate(now)
    members = Membership.objects.filter(
        Q(until=None) | Q(until__gte=today), class_group=class_group, role=MembershipRole.PUPIL, since__lte=today
    )
    people = Person.objects.filter(code_digest=digest, closed_at=None, profile=Profile.PUPIL)
    return people.filter(pk__in=members.values("person")).first()


def confirmation_of(person: Person) -> str:
    """Proof, for ten minutes, that this pupil's code was given; the answer « Oui » brings it back."""
    return signing.dumps(person.pk.hex, salt=_CONFIRMATION_SALT)


def confirmed_pupil(token: str) -> Person | Refusal:
    """The pupil of a confirmation."""
    try:
        hex_id = signing.loads(token, salt=_CONFIRMATION_SALT, max_age=CONFIRMATION_S)
    except signing.BadSignature:
        return refusals.confirmation_expired()
    person = Person.objects.filter(pk=UUID(hex=hex_id), closed_at=None).first()
    return person or refusals.confirmation_expired()


def sign_in_by_password(
    request: HttpRequest, *, name: str, password: str, source: str, now: datetime
) -> Person | Refusal:
    """The adult with this login and password. Unknown logins cost what known ones cost."""
    if not name or not password or len(name) > 150 or len(password) > LONGEST_PASSWORD_CHARS:  # noqa: PLR2004  Person.login
        return refusals.missing_password()
    limits = attempts.limits_of_login(name, source)
    taken = attempts.take(limits, now_s=int(now.timestamp()))
    if isinstance(taken, Held):
        until = datetime.fromtimestamp(taken.until_s, UTC)
        return refusals.adult_must_pause(until=timezone.localtime(until), now=now)
    with line_of_this_process().turn() as is_my_turn:
        person = authenticate(request, username=name, password=password) if is_my_turn else None
    if not is_my_turn:
        attempts.give_back(limits)
        return refusals.busy()
    if not isinstance(person, Person):
        return refusals.wrong_password(taken.left)
    attempts.give_back(limits)
    return person


def pupil_of_paper_card(token: str, *, now: datetime) -> Person | Refusal:
    """Whose QR card this is, if it is genuine, in date and the last one printed."""
    read = sign_in_card.verify(settings.PREAU_KEYRING, token, now_s=now.timestamp())
    if isinstance(read, envelope.Refusal):
        return refusals.paper_card(read)
    person = Person.objects.select_related("school").filter(pk=UUID(hex=read.person)).first()
    if person is None or not person.is_active:
        return refusals.person_has_left()
    if person.card_generation != read.generation:
        return refusals.revoked_card()
    return person


def open_session(request: HttpRequest, response: HttpResponse, person: Person, *, now: datetime) -> None:
    """Signs the person in on this device under a new session key, and gives the device its card."""
    login(request, person, backend=_BACKEND)
    if person.profile == Profile.PUPIL:
        request.session.set_expiry(PUPIL_SESSION_S)
    groups = class_groups_of(person, timezone.localdate(now)) if person.profile == Profile.PUPIL else []
    request.session["section"] = groups[0].section.value if groups else ""
    refresh_card(request, response, person, now=now)


def refresh_card(request: HttpRequest, response: HttpResponse, person: Person, *, now: datetime) -> None:
    """Once a day the card is written anew: its hours cover seven days only."""
    day = timezone.localdate(now).isoformat()
    if request.session.get("card_day") != day or settings.PREAU_COOKIES.card not in request.COOKIES:
        issue_card(response, person, now)
        request.session["card_day"] = day


def close_session(request: HttpRequest, response: HttpResponse) -> None:
    """Forgets the person on this device, which a whole family may share: session, card, pages and stored work."""
    logout(request)
    response.delete_cookie(settings.PREAU_COOKIES.card, samesite="Lax")
    response["Clear-Site-Data"] = '"cache", "storage"'
    response["Preau-Leave"] = "1"


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
        max_age=int(timedelta(days=card.LIFE_DAYS).total_seconds()),
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
