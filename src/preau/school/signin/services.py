"""Recognising people, opening and closing their sessions, and the card that a sign-in leaves on the device."""

import secrets
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
import structlog
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from preau.school.directory import seats, sign_in_code
from preau.school.directory.models import ClassGroup, Membership, MembershipRole, Person, Profile
from preau.school.directory.selectors import card_hours, class_groups_of
from preau.school.signin import attempts, codes, refusals
from preau.school.signin.refusals import Refusal
from preau.school.signin.sources import source_of
from preau.school.signin.throttle import Held
from preau.school.signin.verification import line_of_this_process
from preau.tokens import card, envelope, sign_in_card
from preau.tokens.cookies import SEAT_COOKIE_PATH
from preau.tokens.keyring import DAY_S

PUPIL_SESSION_S: Final = 30 * DAY_S
"""A child does not type a code every morning; a lost device is shut out by « Refaire la carte »."""
CONFIRMATION_S: Final = 600
"""How long « C’est bien toi ? » waits for its answer."""
LONGEST_PASSWORD_CHARS: Final = 256
_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
_CONFIRMATION_SALT: Final = "preau.signin.confirmation"
_NONCE: Final = "confirmation"
_DIGEST_CHARS: Final = 16
"""Enough of a code's digest to know it from another; 64 bits of an HMAC give nothing away."""
_ROLES: Final = {
    Profile.PUPIL: card.Role.PUPIL,
    Profile.TEACHER: card.Role.TEACHER,
    Profile.GUARDIAN: card.Role.GUARDIAN,
}
"""What the gate needs to know of a profile; everybody else works for the school."""

_log = structlog.get_logger("preau.school.signin")


class Device(NamedTuple):
    """Where a try comes from (``sources.source_of``), and the card that the browser holds from an earlier sign-in."""

    source: str
    card: card.Card | None


def device_of(request: HttpRequest, now: datetime) -> Device:
    """The device of a request. A card that is forged or out of date is none."""
    text = request.COOKIES.get(settings.PREAU_COOKIES.card, "")
    read = card.verify(settings.PREAU_KEYRING, text, now_s=now.timestamp())
    return Device(source_of(request.META.get("REMOTE_ADDR", "")), read if isinstance(read, card.Card) else None)


def class_group_of_code(typed: str) -> ClassGroup | None:
    """The class group whose code was typed, however it was written."""
    stored = sign_in_code.read(typed)
    if stored is None:
        return None
    return ClassGroup.objects.select_related("school").filter(sign_in_code=stored, closed_at=None).first()


def sign_in_pupil(*, class_group: ClassGroup, code: str, device: Device, now: datetime) -> Person | Refusal:
    """Who in the class group has this code (``codes.read_pictures`` or ``read_words``). Opens nothing yet."""
    group = settings.PREAU_KEYRING.pseudonym("group", class_group.pk.hex)
    holder = device.card.subject if device.card and device.card.group == group else ""
    limits = attempts.limits_of_class(class_group.pk, device.source, card=holder)
    taken = attempts.take(limits, now_s=int(now.timestamp()))
    if isinstance(taken, Held):
        until = datetime.fromtimestamp(taken.until_s, UTC)
        return refusals.pupil_must_pause(until=timezone.localtime(until), now=now)
    digest = codes.digest(settings.PREAU_KEYRING, class_group.pk, code)
    person = _pupils_of(class_group.pk, now).filter(code_digest=digest).first()
    if person is None:
        return refusals.wrong_code(taken.left)
    attempts.give_back(limits)
    return person


def _pupils_of(class_group_id: UUID, now: datetime) -> QuerySet[Person]:
    today = timezone.localdate(now)
    members = Membership.objects.filter(
        Q(until=None) | Q(until__gte=today),
        class_group=class_group_id,
        class_group__closed_at=None,
        role=MembershipRole.PUPIL,
        since__lte=today,
    )
    return Person.objects.filter(closed_at=None, profile=Profile.PUPIL, pk__in=members.values("person"))


class Confirmation(msgspec.Struct, frozen=True, array_like=True):
    """Whose code was given, in which class, with which card and code, and to which browser."""

    person: UUID
    class_group: UUID
    card_generation: int
    code_digest: str
    nonce: str


def confirmation_of(request: HttpRequest, person: Person, class_group: ClassGroup) -> str:
    """Proof, for ten minutes and in this browser only, that this pupil's code was given; « Oui » brings it back."""
    nonce = secrets.token_urlsafe(16)
    request.session[_NONCE] = nonce
    said = Confirmation(person.pk, class_group.pk, person.card_generation, person.code_digest[:_DIGEST_CHARS], nonce)
    return signing.dumps(msgspec.to_builtins(said), salt=_CONFIRMATION_SALT)


def confirmed_pupil(request: HttpRequest, token: str, *, now: datetime) -> Person | Refusal:
    """The pupil of a confirmation, once. A new code, a new card or a departure since then make it worth nothing."""
    nonce = request.session.pop(_NONCE, "")
    try:
        said = msgspec.convert(signing.loads(token, salt=_CONFIRMATION_SALT, max_age=CONFIRMATION_S), Confirmation)
    except (signing.BadSignature, msgspec.ValidationError):
        return refusals.confirmation_expired()
    if not nonce or not constant_time_compare(said.nonce, nonce):
        return refusals.confirmation_expired()
    person = _pupils_of(said.class_group, now).filter(pk=said.person, card_generation=said.card_generation).first()
    if person is None or person.code_digest[:_DIGEST_CHARS] != said.code_digest:
        return refusals.confirmation_expired()
    return person


def sign_in_by_password(request: HttpRequest, *, name: str, password: str, now: datetime) -> Person | Refusal:
    """The adult with this login and password. Unknown logins cost what known ones cost."""
    if not name or not password or len(name) > 150 or len(password) > LONGEST_PASSWORD_CHARS:  # noqa: PLR2004  Person.login
        return refusals.missing_password()
    device = device_of(request, now)
    limits = attempts.limits_of_login(name, device.source, own_card=_is_own_card(device.card, name))
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


def _is_own_card(held: card.Card | None, name: str) -> bool:
    """Whether a card is that of the person with this login."""
    person = Person.objects.filter(login=name).only("pk").first() if held else None
    return bool(held and person and held.subject == settings.PREAU_KEYRING.pseudonym("subject", person.pk.hex))


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
    """Signs the person in on this device under a new session key, and gives the device its card.

    Seats that somebody else was given in this browser are no longer good in it.
    """
    response.delete_cookie(settings.PREAU_COOKIES.seat, path=SEAT_COOKIE_PATH, samesite="Lax")
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
    """Forgets the person on this device, which a whole family may share: session, card, seats, pages, stored work.

    Other devices of the person are asked for a new seat, which they get from their own session. The device is signed
    out even when nothing can be written: the session's row then ends by itself, and nobody holds its key any more.
    """
    try:
        if isinstance(request.user, Person):
            seats.withdraw([request.user.pk], now=timezone.now())
    except DatabaseError:
        _log.exception("seats_not_withdrawn")
    try:
        logout(request)
    except DatabaseError:
        _log.exception("session_not_ended")
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()  # empty: its cookie is deleted
        request.user = AnonymousUser()
    response.delete_cookie(settings.PREAU_COOKIES.seat, path=SEAT_COOKIE_PATH, samesite="Lax")
    response.delete_cookie(settings.PREAU_COOKIES.card, samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'
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
